//! Properties over generated stacks: whatever is declared, changed and cut off, plans are in order and get there.

use ebbtide::plan::Target;
use ebbtide::planner::PlanError;
use proptest::prelude::*;
use serde_json::json;

use crate::fixture::{World, reference};

const KINDS: [&str; 4] = ["data_a", "bill_b", "data_c_fixed", "bill_d_fixed"];

/// A resource: which kind, its `size`, its `form`, which earlier ones it refers to, and whether in a fixed field.
type Shape = (usize, u8, u8, Vec<prop::sample::Index>, bool);

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    let refers = prop::collection::vec(any::<prop::sample::Index>(), 0..3);
    prop::collection::vec((0..KINDS.len(), 0..3_u8, 0..2_u8, refers, any::<bool>()), 1..9)
}

fn declare(world: &mut World, shapes: &[Shape]) {
    world.declarations.resources.clear();
    let mut all: Vec<String> = Vec::new();
    for (index, (kind, size, form, refers, fixed)) in shapes.iter().enumerate() {
        let address = format!("{}.r{index}", KINDS[*kind]);
        // What is kept while paused refers to what is deleted only through inputs that a pause reduces.
        let holds = KINDS[*kind].starts_with("data");
        let earlier: Vec<String> = all.iter().filter(|other| !holds || other.starts_with("data")).cloned().collect();
        let referred: Vec<_> =
            refers.iter().filter(|_| !earlier.is_empty()).map(|pick| reference(pick.get::<String>(&earlier))).collect();
        let inputs = if *fixed {
            json!({"size": size, "form": referred})
        } else {
            json!({"size": size, "form": form, "refers": referred})
        };
        world.declare(&address, inputs);
        all.push(address);
    }
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![Just(Target::Running), Just(Target::Paused), Just(Target::Destroyed)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Any sequence of declarations and targets, each cut off anywhere: the fixture checks that nothing is deleted
    /// while something that exists refers to it and nothing is created before what it refers to; in the end, a run that
    /// is not cut off converges.
    #[test]
    fn every_history_converges(steps in prop::collection::vec((shapes(), target(), 0..12_usize), 1..5)) {
        let mut world = World::new();
        for (shapes, target, cut) in &steps {
            declare(&mut world, shapes);
            let Ok(plan) = world.plan(*target) else { continue };
            world.carry_out(&plan, *cut);
            // What could be begun can be carried on.
            let again = world.plan(*target);
            prop_assert!(again.is_ok(), "{target}: {again:?}");
        }
        for target in [Target::Running, Target::Paused, Target::Running, Target::Destroyed] {
            if matches!(world.plan(target), Err(PlanError::NoOrder(_))) {
                // Changes that wait for each other in a circle are refused; there is always a way down.
                world.go(Target::Destroyed);
            }
            world.go(target);
            let again = world.plan(target).unwrap();
            prop_assert!(again.is_empty(), "{target}: {:?}", crate::fixture::told(&again));
        }
        prop_assert!(world.document.resources.is_empty());
    }

    /// A plan is a function of what it is made from, and says of itself what it is.
    #[test]
    fn a_plan_is_reproducible_and_hashed(shapes in shapes(), target in target()) {
        let mut world = World::new();
        declare(&mut world, &shapes);
        let plan = world.plan(target).unwrap();
        prop_assert_eq!(&plan, &world.plan(target).unwrap());
        prop_assert_eq!(&plan.hash, &plan.content_hash());
        let text = serde_json::to_string(&plan).unwrap();
        let read: ebbtide::plan::Plan = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read, plan);
    }
}
