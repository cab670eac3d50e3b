//! Protection: a resource is protected from a plan if its protection is recorded, or declared.

use ebbtide::plan::Target;
use ebbtide::planner::{Observed, PlanError};
use serde_json::{Value, json};

use crate::fixture::{World, at, lines};

/// Returns a running stack of one resource.
fn one(address: &str, inputs: Value) -> World {
    let mut world = World::new();
    world.declare(address, inputs);
    world.go(Target::Running);
    world
}

fn is_protected(result: Result<ebbtide::plan::Plan, PlanError>, expected: &str) -> bool {
    matches!(result, Err(PlanError::Protected { address, .. }) if address == at(expected))
}

#[test]
fn protection_that_is_declared_with_a_change_refuses_the_replacement() {
    for address in ["data_net.n", "data_net_fixed.n", "bill_server.n"] {
        let mut world = one(address, json!({"form": "a"}));
        world.declare(address, json!({"form": "b"})).protect = true;
        assert!(is_protected(world.plan(Target::Running), address), "{address}");
    }
}

#[test]
fn protection_that_is_recorded_holds_until_its_removal_is_applied() {
    let mut world = World::new();
    world.declare("data_net.n", json!({"form": "a"})).protect = true;
    world.go(Target::Running);
    world.declare("data_net.n", json!({"form": "b"}));
    assert!(is_protected(world.plan(Target::Running), "data_net.n"));
    world.declare("data_net.n", json!({"form": "a"}));
    assert_eq!(world.go(Target::Running), [""; 0]);
    world.declare("data_net.n", json!({"form": "b"}));
    assert_eq!(world.go(Target::Running), ["replace data_net.n", "delete data_net.n"]);
}

#[test]
fn protection_does_not_prevent_changes_in_place_nor_a_creation_after_a_loss() {
    let mut world = one("data_net.n", json!({"form": "a", "size": 1}));
    world.declare("data_net.n", json!({"form": "a", "size": 2})).protect = true;
    assert_eq!(world.go(Target::Running), ["update data_net.n"]);
    world.observation.0.insert(at("data_net.n"), Observed::Missing);
    assert_eq!(lines(&world.plan(Target::Running).unwrap()), ["create data_net.n"]);
}

#[test]
fn the_record_of_a_protected_resource_that_is_asleep_is_not_dropped() {
    let mut world = one("bill_server.s", json!({"form": "a"}));
    world.go(Target::Paused);
    world.document.resources.get_mut(&at("bill_server.s")).unwrap().protect = true;
    assert!(is_protected(world.plan(Target::Destroyed), "bill_server.s"));
    world.undeclare("bill_server.s");
    assert!(is_protected(world.plan(Target::Running), "bill_server.s"));
}
