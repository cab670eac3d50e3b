//! Replacements: the order, what refers to the old one, and old generations that are left.

use ebbtide::plan::{PlanError, Target};
use serde_json::json;

use crate::fixture::{World, at, reference, told};

fn pair(below: &str, above: &str, refers_in: &str) -> World {
    let mut world = World::new();
    world.declare(below, json!({"form": "a"}));
    world.declare(above, json!({"form": "a", refers_in: reference(below)}));
    world.go(Target::Running);
    world.declare(below, json!({"form": "b"}));
    world
}

#[test]
fn create_first_moves_what_refers_to_it_and_deletes_last() {
    let mut world = pair("data_net.n", "bill_server.s", "net");
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(told(&plan), ["replace data_net.n", "update bill_server.s", "delete data_net.n"]);
    let moved = &plan.operations[1].changes[0];
    assert!(moved.known_after_apply);
    assert!(plan.operations[0].changes[0].forces_replacement);
    assert_eq!(plan.summary().replace, 1);
    assert_eq!(plan.summary().delete, 0, "the old half is no deletion of its own");
    world.carry_out(&plan, usize::MAX);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn what_refers_to_it_in_a_fixed_field_is_replaced_too() {
    let mut world = pair("data_net.n", "bill_server.s", "form");
    assert_eq!(
        world.go(Target::Running),
        ["replace data_net.n", "replace bill_server.s", "delete bill_server.s", "delete data_net.n"]
    );
}

#[test]
fn delete_first_takes_down_what_stands_on_it_first() {
    let mut world = pair("data_net_fixed.n", "bill_server.s", "form");
    assert_eq!(
        world.go(Target::Running),
        ["delete bill_server.s", "delete data_net_fixed.n", "replace data_net_fixed.n", "replace bill_server.s"]
    );
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn a_name_that_is_given_and_stays_is_set_free_first() {
    let mut world = World::new();
    world.declare("data_role.r", json!({"form": "a", "name": "exact"}));
    world.go(Target::Running);
    world.declare("data_role.r", json!({"form": "b", "name": "exact"}));
    assert_eq!(told(&world.plan(Target::Running).unwrap()), ["delete data_role.r", "replace data_role.r"]);
    world.declare("data_role.r", json!({"form": "b", "name": "other"}));
    assert_eq!(told(&world.plan(Target::Running).unwrap()), ["replace data_role.r", "delete data_role.r"]);
}

#[test]
fn an_old_generation_that_was_left_is_cleared_away() {
    let mut world = pair("data_net.n", "bill_server.s", "net");
    let plan = world.plan(Target::Running).unwrap();
    world.carry_out(&plan, 1);
    assert_eq!(world.go(Target::Running), ["update bill_server.s", "delete data_net.n"]);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn cut_off_after_any_operation_the_next_plan_gets_there() {
    for (below, above, field) in [
        ("data_net.n", "bill_server.s", "net"),
        ("data_net.n", "bill_server.s", "form"),
        ("data_net_fixed.n", "bill_server.s", "form"),
        ("data_net.n", "bill_server_fixed.s", "form"),
    ] {
        let steps = pair(below, above, field).plan(Target::Running).unwrap().operations.len();
        for cut in 0..=steps {
            let mut world = pair(below, above, field);
            let plan = world.plan(Target::Running).unwrap();
            world.carry_out(&plan, cut);
            world.go(Target::Running);
            assert!(world.plan(Target::Running).unwrap().is_empty(), "{below} {above} {field} cut at {cut}");
            assert!(world.snapshot.resources.values().all(|entry| entry.deposed.is_empty()));
        }
    }
}

#[test]
fn a_replacement_never_takes_data_along_unless_it_is_named() {
    let mut world = pair("data_store.d", "bill_server.s", "store");
    world.seen("data_store.d").holds = Some("3 objects".into());
    let error = world.plan(Target::Running).unwrap_err();
    assert!(matches!(&error, PlanError::WouldDeleteData { address, .. } if *address == at("data_store.d")));
    assert!(error.to_string().contains("3 objects"));
    world.include_data.insert(at("data_store.d"));
    assert!(world.plan(Target::Running).is_ok());
}

#[test]
fn what_is_protected_is_not_replaced() {
    let mut world = pair("data_store.d", "bill_server.s", "store");
    world.snapshot.resources.get_mut(&at("data_store.d")).unwrap().protect = true;
    assert!(matches!(world.plan(Target::Running), Err(PlanError::Protected { .. })));
}
