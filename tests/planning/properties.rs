//! Properties over generated stacks, whatever is declared, changed and cut off.

use std::collections::BTreeSet;

use ebbtide::plan::Target;
use ebbtide::planner::{Components, PlanError, asleep};
use ebbtide::resource::resolve;
use proptest::prelude::*;
use serde_json::json;

use crate::fixture::{World, lines, reference};
use crate::kinds::kinds;

const KINDS: [&str; 10] = [
    "data_a",
    "data_job",
    "bill_b",
    "data_c_fixed",
    "bill_d_fixed",
    "data_alarm",
    "data_route",
    "bill_fleet",
    "bill_host_named",
    "bill_child",
];

/// A resource: the index of its kind, its `size`, its `form`, the earlier ones it refers to, and whether in a fixed field.
type Shape = (usize, u8, u8, Vec<prop::sample::Index>, bool);

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    shapes_of(0)
}

/// Returns resources of all kinds but the first ones.
fn shapes_of(first: usize) -> impl Strategy<Value = Vec<Shape>> {
    let refers = prop::collection::vec(any::<prop::sample::Index>(), 0..3);
    prop::collection::vec((first..KINDS.len(), 0..3_u8, 0..2_u8, refers, any::<bool>()), 1..9)
}

fn declare(world: &mut World, shapes: &[Shape]) {
    world.declarations.resources.clear();
    let mut all: Vec<String> = Vec::new();
    for (index, (kind, size, form, refers, fixed)) in shapes.iter().enumerate() {
        let address = format!("{}.r{index}", KINDS[*kind]);
        // A resource that a pause keeps refers to one that a pause deletes only through inputs that the pause reduces.
        let durable = KINDS[*kind].starts_with("data");
        let stays = |other: &&String| other.starts_with("data") || !durable && KINDS[*kind] != "bill_fleet";
        let earlier: Vec<String> = all.iter().filter(stays).cloned().collect();
        let referred: Vec<_> =
            refers.iter().filter(|_| !earlier.is_empty()).map(|pick| reference(pick.get::<String>(&earlier))).collect();
        let mut inputs = if *fixed {
            json!({"size": size, "form": referred})
        } else {
            json!({"size": size, "form": form, "refers": referred})
        };
        if KINDS[*kind] == "data_alarm" {
            inputs["armed"] = json!(form % 2 == 0);
        }
        if KINDS[*kind].ends_with("_named") {
            let name = format!("n{size}");
            let is_taken = world.declarations.resources.values().any(|other| other.inputs["name"] == json!(name));
            inputs["name"] = if is_taken { json!(format!("r{index}")) } else { json!(name) };
        }
        let hosts: Vec<&String> = all.iter().filter(|other| other.contains("_named")).collect();
        if let ("bill_child", Some(pick)) = (KINDS[*kind], refers.first().filter(|_| !hosts.is_empty())) {
            inputs["parent"] = json!({"$ref": pick.get::<&String>(&hosts), "output": "name"});
        }
        if let ("data_route", Some(pick)) = (KINDS[*kind], refers.first().filter(|_| !all.is_empty())) {
            inputs["via"] = reference(pick.get::<String>(&all));
        }
        world.declare(&address, inputs);
        all.push(address);
    }
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![Just(Target::Running), Just(Target::Paused), Just(Target::Destroyed)]
}

/// Changes of resources: what is added to the `size`, whether the `form` changes, and whether the references go.
fn changes() -> impl Strategy<Value = Vec<(u8, bool, bool)>> {
    let is_rare = || prop::bool::weighted(0.2);
    prop::collection::vec((0..3_u8, is_rare(), is_rare()), 9)
}

/// Declarations, a target, the number of operations after which the way there is cut off, and whether all jobs are run again.
type Step = (Vec<Shape>, Target, usize, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Half of the histories are about names, and about resources that are deleted with others.
    let kinds = prop_oneof![Just(0), Just(KINDS.len() - 2)];
    kinds.prop_flat_map(|first| {
        prop::collection::vec((shapes_of(first), target(), 0..12_usize, prop::bool::weighted(0.3)), 1..5)
    })
}

/// Returns 400 cases, or as many as `PROPTEST_CASES` says.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: 400, ..config } }
}

proptest! {
    #![proptest_config(config())]

    /// Any sequence of declarations and targets, each cut off anywhere: the fixture checks that nothing is deleted
    /// while an existing resource refers to it, and nothing is created before its references are. In the end, a run that
    /// is not cut off converges.
    #[test]
    fn every_history_converges(steps in steps()) {
        let mut world = World::new();
        for (shapes, target, cut, again) in &steps {
            declare(&mut world, shapes);
            if *again && *target == Target::Running {
                world.run_all();
            }
            let planned = world.plan(*target);
            if let Err(PlanError::NotAJob(_) | PlanError::NotRecorded(_)) = &planned {
                prop_assert!(false, "{planned:?}");
            }
            let Ok(plan) = planned else { continue };
            world.carry_out(&plan, *cut);
            world.run.clear();
            // A plan that was begun can be continued.
            let again = world.plan(*target);
            prop_assert!(again.is_ok(), "{target}: {again:?}");
        }
        for target in [Target::Running, Target::Paused, Target::Running, Target::Destroyed] {
            if target == Target::Destroyed {
                world.include_results();
            }
            if matches!(world.plan(target), Err(PlanError::NameInUse { .. })) {
                // A name in use is refused; there is always a way down.
                world.include_results();
                world.go(Target::Destroyed);
                world.include_data.clear();
            }
            world.go(target);
            world.include_data.clear();
            let again = world.plan(target).unwrap();
            prop_assert!(again.is_empty(), "{target}: {:?}", lines(&again));
            if target == Target::Running {
                let wrong = world.falsely_recorded();
                prop_assert!(wrong.is_empty(), "{wrong:?}");
            }
        }
        prop_assert!(world.document.resources.is_empty());
    }

    /// A change that is cut off anywhere and then taken back in the code leaves nothing behind, though no read tells what was
    /// made.
    #[test]
    fn a_change_that_is_cut_off_and_taken_back_leaves_nothing(shapes in shapes(), more in 1..3_u8, cut in 0..12_usize) {
        let mut world = World::new();
        declare(&mut world, &shapes);
        world.go(Target::Running);
        let mut changed = shapes.clone();
        changed.iter_mut().for_each(|(_, size, ..)| *size += more);
        declare(&mut world, &changed);
        if let Ok(plan) = world.plan(Target::Running) {
            world.carry_out(&plan, cut);
        }
        declare(&mut world, &shapes);
        if let Ok(plan) = world.plan(Target::Running) {
            world.carry_out(&plan, usize::MAX);
            let wrong = world.falsely_recorded();
            prop_assert!(wrong.is_empty(), "{wrong:?}");
        }
    }

    /// Any change of some of the resources can be taken back wherever it was cut off, and so can the way back.
    #[test]
    fn a_change_of_some_is_taken_back(
        shapes in prop_oneof![shapes(), shapes_of(KINDS.len() - 3)],
        changes in changes(),
        cuts in (0..12_usize, 0..12_usize),
    ) {
        let mut changed = shapes.clone();
        for ((_, size, form, refers, _), (more, other_form, is_alone)) in changed.iter_mut().zip(changes) {
            *size += more;
            *form = (*form + u8::from(other_form)) % 2;
            if is_alone {
                refers.clear();
            }
        }
        let mut world = World::new();
        declare(&mut world, &shapes);
        world.go(Target::Running);
        for (declared, cut) in [(&changed, cuts.0), (&shapes, cuts.1), (&changed, cuts.1), (&shapes, usize::MAX)] {
            declare(&mut world, declared);
            let plan = world.plan(Target::Running);
            prop_assert!(matches!(plan, Ok(_) | Err(PlanError::NameInUse { .. })), "{plan:?}");
            if let Ok(plan) = plan {
                world.carry_out(&plan, cut);
            }
        }
        if world.plan(Target::Running).is_ok() {
            prop_assert_eq!(world.go(Target::Running), [""; 0]);
            let left = world.document.resources.values().any(|record| !record.deposed.is_empty());
            prop_assert!(!left, "an old generation is left");
            prop_assert!(world.falsely_recorded().is_empty());
        }
    }

    /// A pause depends on the record alone, and a resume leads back to the recorded inputs, wherever the pause was cut off.
    #[test]
    fn a_pause_and_a_resume_act_on_the_record(steps in steps(), later in shapes(), cut in 0..12_usize) {
        let mut world = World::new();
        for (shapes, target, cut, again) in &steps {
            declare(&mut world, shapes);
            if *again && *target == Target::Running {
                world.run_all();
            }
            let planned = world.plan(*target);
            let Ok(plan) = planned else { continue };
            world.carry_out(&plan, *cut);
            world.run.clear();
        }
        if world.plan(Target::Running).is_ok() {
            world.go(Target::Running);
        }
        let pause = world.plan(Target::Paused);
        let recorded = world.document.declarations();
        declare(&mut world, &later);
        prop_assert_eq!(&world.plan(Target::Paused), &pause);
        prop_assert_eq!(&world.plan_with(Target::Paused, None), &pause);
        world.carry_out(&pause.unwrap(), cut);
        prop_assert_eq!(&world.document.declarations(), &recorded);
        world.resume();
        prop_assert_eq!(&world.document.declarations(), &recorded);
        for (address, declaration) in &recorded.resources {
            let record = &world.document.resources[address];
            // A job keeps what it was run with, whatever became of that.
            if address.kind().ends_with("_job") {
                continue;
            }
            prop_assert!(!record.is_asleep(), "{address} is asleep");
            let (inputs, _) = resolve(&declaration.inputs, &|reference| world.document.output(reference));
            prop_assert_eq!(&record.inputs, &inputs, "{}", address);
        }
        prop_assert!(world.plan_resume().unwrap().is_empty());
    }

    /// Components that are put to sleep take nothing else with them but what depends on them, wherever that was cut off; they sleep
    /// through an apply of whatever is declared by then, and wake as they were.
    #[test]
    fn components_sleep_and_wake_as_they_were(
        shapes in shapes(),
        later in shapes(),
        named in prop::collection::btree_set((0..9_usize).prop_map(|index| format!("r{index}")), 1..4),
        cut in 0..12_usize,
    ) {
        let mut world = World::new();
        declare(&mut world, &shapes);
        world.go(Target::Running);
        let before = world.document.clone();
        let sleeping = asleep(&before, &named, &kinds());
        let only = |asleep| Components { asleep: Some(asleep), only: Some(&named) };
        let plan = world.plan_components(only(&named)).unwrap();
        world.carry_out(&plan, cut);
        let plan = world.plan_components(only(&named)).unwrap();
        world.carry_out(&plan, usize::MAX);
        prop_assert_eq!(lines(&world.plan_components(only(&named)).unwrap()), [""; 0]);
        prop_assert_eq!(world.document.declarations(), before.declarations());
        for (address, record) in &world.document.resources {
            prop_assert!(sleeping.contains(address) || *record == before.resources[address], "{address} was touched");
        }
        prop_assert_eq!(lines(&world.plan(Target::Running).unwrap()), [""; 0], "an apply leaves them asleep");
        // They wake wherever that is cut off, and fall asleep again.
        let none = BTreeSet::new();
        for (asleep, cut) in [(&none, cut), (&none, usize::MAX), (&named, usize::MAX)] {
            let plan = world.plan_components(only(asleep)).unwrap();
            world.carry_out(&plan, cut);
            prop_assert!(cut < usize::MAX || world.plan_components(only(asleep)).unwrap().is_empty());
            prop_assert!(cut < usize::MAX || world.plan(Target::Running).unwrap().is_empty());
        }
        declare(&mut world, &later);
        if let Ok(plan) = world.plan(Target::Running) {
            world.carry_out(&plan, cut);
            let rest = world.plan(Target::Running);
            prop_assert!(matches!(rest, Ok(_) | Err(PlanError::NameInUse { .. })), "{rest:?}");
            if let Ok(rest) = rest {
                world.carry_out(&rest, usize::MAX);
                prop_assert_eq!(lines(&world.plan(Target::Running).unwrap()), [""; 0]);
            }
        }
        let woken = world.plan_components(Components { asleep: Some(&BTreeSet::new()), only: None }).unwrap();
        world.carry_out(&woken, usize::MAX);
        prop_assert!(world.document.resources.iter().all(|(address, record)| !record.is_asleep() || address.kind().ends_with("_job")));
        prop_assert!(world.plan_resume().unwrap().is_empty());
    }

    /// A plan is a function of what it is made from, and its hash is that of its content.
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
