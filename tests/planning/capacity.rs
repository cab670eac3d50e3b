//! Bounds of capacity that a schedule sets for a while: the record keeps the declared ones.

use std::collections::BTreeMap;

use ebbtide::plan::Target;
use ebbtide::schedule::Bounds;
use serde_json::json;

use crate::fixture::{World, at, changes, lines, reference};

const SCALED: &str = "bill_scaled.t";

/// Returns a scaled server whose capacity is declared as 1 to 4.
fn scaled() -> World {
    let mut world = World::new();
    world.declare("data_net.n", json!({"size": 1}));
    world.declare("bill_scaled.t", json!({"net": reference("data_net.n"), "min": 1, "max": 4}));
    world.go(Target::Running);
    world
}

fn window(min: u32, max: u32) -> BTreeMap<ebbtide::resource::Address, Bounds> {
    BTreeMap::from([(at(SCALED), Bounds { min, max })])
}

/// Brings a recorded stack to the capacity of a window.
fn enter(world: &mut World, capacity: BTreeMap<ebbtide::resource::Address, Bounds>) -> Vec<String> {
    world.capacity = capacity;
    world.resume()
}

fn applied(world: &World) -> (u64, u64) {
    let inputs = &world.document.resources[&at(SCALED)].inputs;
    (inputs["min"].as_u64().unwrap(), inputs["max"].as_u64().unwrap())
}

#[test]
fn a_window_sets_bounds_and_its_end_restores_the_declared_ones_exactly() {
    let mut world = scaled();
    let before = world.document.resources.clone();
    assert_eq!(enter(&mut world, window(2, 10)), ["update bill_scaled.t"]);
    assert_eq!(applied(&world), (2, 10));
    assert_eq!(world.document.declarations().resources[&at(SCALED)].inputs["min"], json!(1));
    assert_eq!(world.present_capacity(), window(2, 10));
    assert!(world.plan_resume().unwrap().is_empty(), "a second tick in the window has nothing to do");
    assert_eq!(enter(&mut world, window(3, 10)), ["update bill_scaled.t"]);
    assert_eq!(enter(&mut world, BTreeMap::new()), ["update bill_scaled.t"]);
    assert_eq!(world.document.resources, before, "nothing of the window is left in the record");
}

#[test]
fn an_apply_in_a_window_neither_undoes_its_bounds_nor_declares_them() {
    let mut world = scaled();
    enter(&mut world, window(2, 10));
    world.capacity = world.present_capacity();
    assert!(world.plan(Target::Running).unwrap().is_empty());
    world.declare("data_net.n", json!({"size": 2}));
    world.declare("bill_scaled.t", json!({"net": reference("data_net.n"), "min": 1, "max": 6}));
    assert_eq!(world.go(Target::Running), ["update data_net.n"], "the new bounds wait for the end of the window");
    assert_eq!((applied(&world), world.present_capacity()), ((2, 10), window(2, 10)));
    enter(&mut world, BTreeMap::new());
    assert_eq!(applied(&world), (1, 6));
    world.capacity.clear();
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn bounds_that_somebody_changed_in_a_window_are_put_back_to_those_of_the_window() {
    let mut world = scaled();
    enter(&mut world, window(2, 10));
    world.live(SCALED).inputs["min"] = json!(7);
    let plan = world.plan_resume().unwrap();
    assert_eq!(lines(&plan), ["update bill_scaled.t"]);
    let change = &changes(&plan, 0)[0];
    assert_eq!((change.field.as_str(), &change.new), ("min", &json!(2)));
}

#[test]
fn a_pause_in_a_window_resumes_to_the_declared_bounds_or_to_those_of_the_next_window() {
    for (next, expected) in [(BTreeMap::new(), (1, 4)), (window(5, 9), (5, 9))] {
        let mut world = scaled();
        let declared = world.document.declarations();
        enter(&mut world, window(2, 10));
        world.go(Target::Paused);
        assert_eq!(world.document.declarations(), declared);
        assert!(world.present_capacity().is_empty(), "a resource that sleeps has no capacity");
        enter(&mut world, next);
        assert_eq!((applied(&world), world.document.declarations()), (expected, declared));
    }
}

#[test]
fn a_window_that_is_cut_off_leaves_the_declared_bounds_recorded() {
    let mut world = scaled();
    let declared = world.document.declarations();
    world.capacity = window(2, 10);
    let plan = world.plan_resume().unwrap();
    for operations in 0..=plan.operations.len() {
        world.carry_out(&plan, operations);
        assert_eq!(world.document.declarations(), declared);
    }
    assert_eq!(applied(&world), (2, 10));
}
