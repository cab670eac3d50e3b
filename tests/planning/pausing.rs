//! Toward paused and back. A pause acts on the record alone, and a resume leads back to it.

use ebbtide::plan::{OperationKind, Target};
use ebbtide::planner::{Observed, PlanError};
use ebbtide::resource::Readiness;
use serde_json::json;

use crate::fixture::{World, at, changes, lines, reference, small};

#[test]
fn a_pause_deletes_what_bills_reduces_alarms_and_keeps_the_rest() {
    let mut world = small();
    world.go(Target::Running);
    let plan = world.plan(Target::Paused).unwrap();
    let mut done = lines(&plan);
    done.sort();
    assert_eq!(done, ["sleep bill_server.s", "update data_alarm.a"]);
    let server = plan.operations.iter().find(|operation| operation.address == at("bill_server.s")).unwrap();
    assert!(server.puts_to_sleep());
    world.carry_out(&plan, usize::MAX);
    assert_eq!(world.awake(), ["data_alarm.a", "data_net.n"]);
    assert!(world.plan(Target::Paused).unwrap().is_empty(), "a second pause has nothing to do");
}

#[test]
fn a_resume_brings_back_exactly_what_slept_with_its_snapshot() {
    let mut world = small();
    world.go(Target::Running);
    let before = world.document.clone();
    world.go(Target::Paused);
    assert_eq!(world.document.resources[&at("bill_server.s")].remembered, Some(json!("as it was")));
    let plan = world.plan_resume().unwrap();
    let resumed = plan.operations.iter().find(|operation| operation.address == at("bill_server.s")).unwrap();
    assert_eq!((resumed.generation, resumed.kind()), (2, OperationKind::Create));
    world.carry_out(&plan, usize::MAX);
    for address in ["bill_server.s", "data_alarm.a", "data_net.n"] {
        assert_eq!(world.document.resources[&at(address)].inputs, before.resources[&at(address)].inputs);
    }
    assert_eq!(world.document.declarations(), before.declarations());
    assert!(world.plan_resume().unwrap().is_empty());
    assert!(world.plan(Target::Running).unwrap().is_empty(), "nothing else was declared meanwhile");
}

#[test]
fn declarations_that_changed_since_the_apply_leave_the_same_pause() {
    let mut world = small();
    world.go(Target::Running);
    let plan = world.plan(Target::Paused).unwrap();
    assert_eq!(world.plan_with(Target::Paused, None).unwrap(), plan, "a pause needs no declarations");
    world.declare("data_net.n", json!({"size": 9, "form": "b"}));
    world.declare("data_new.x", json!({}));
    world.declare("bill_new.x", json!({}));
    world.declare("data_alarm.a", json!({"on": reference("data_new.x"), "armed": true, "form": "new"}));
    world.undeclare("bill_server.s");
    assert_eq!(world.plan(Target::Paused).unwrap(), plan);
}

#[test]
fn a_resume_leaves_changed_declarations_to_the_next_apply() {
    let mut world = small();
    world.go(Target::Running);
    let declared = world.document.declarations();
    world.declare("data_topic.t", json!({}));
    let on = json!({"$ref": "bill_server.s", "output": "name"});
    world.declare("data_alarm.a", json!({"on": on, "armed": true, "size": 2, "tell": reference("data_topic.t")}));
    let plan = world.plan(Target::Paused).unwrap();
    let reduced = plan.operations.iter().position(|operation| operation.address == at("data_alarm.a")).unwrap();
    let fields: Vec<_> = changes(&plan, reduced).iter().map(|change| change.field.as_str()).collect();
    assert_eq!(fields, ["armed"]);
    world.carry_out(&plan, usize::MAX);
    assert!(world.plan(Target::Paused).unwrap().is_empty());
    assert_eq!(world.resume(), ["create bill_server.s", "update data_alarm.a"]);
    assert_eq!(world.document.declarations(), declared);
    assert_eq!(world.go(Target::Running), ["create data_topic.t", "update data_alarm.a"]);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn an_apply_after_a_pause_brings_up_the_changed_declarations() {
    let mut world = small();
    world.go(Target::Running);
    world.go(Target::Paused);
    world.undeclare("bill_server.s");
    world.declare("data_alarm.a", json!({"on": "nothing", "armed": true}));
    world.declare("bill_other.o", json!({"net": reference("data_net.n")}));
    world.go(Target::Running);
    assert_eq!(world.awake(), ["bill_other.o", "data_alarm.a", "data_net.n"]);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn a_resource_that_stays_does_not_depend_on_one_that_was_deleted() {
    let mut world = small();
    world.go(Target::Running);
    // The alarm watches the same name, written as text by now: it needs no operation.
    world.undeclare("bill_server.s");
    world.declare("data_alarm.a", json!({"on": "server", "armed": true}));
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["delete bill_server.s"]);
    world.carry_out(&plan, 1);
    assert!(!world.document.resources.contains_key(&at("bill_server.s")));
    assert!(!world.document.resources[&at("data_alarm.a")].depends_on.contains(&at("bill_server.s")));
}

#[test]
fn a_pause_that_was_cut_off_after_any_operation_is_finished_or_undone() {
    for target in [Target::Paused, Target::Running] {
        for cut in 0..=2 {
            let mut world = small();
            world.go(Target::Running);
            let declared = world.document.declarations();
            let plan = world.plan(Target::Paused).unwrap();
            world.carry_out(&plan, cut);
            if target == Target::Paused {
                world.go(Target::Paused);
            } else {
                world.resume();
            }
            assert!(world.plan(target).unwrap().is_empty(), "{target} after {cut}");
            assert_eq!(world.document.declarations(), declared, "{target} after {cut}");
        }
    }
}

#[test]
fn a_resource_that_is_missing_already_sleeps_all_the_same() {
    let mut world = small();
    world.go(Target::Running);
    world.observation.0.insert(at("bill_server.s"), Observed::Missing);
    world.go(Target::Paused);
    assert!(world.document.resources[&at("bill_server.s")].is_asleep());
}

#[test]
fn the_planner_refuses_its_own_plan_to_delete_data_on_a_pause() {
    for address in ["data_careless.d", "data_reshaped.d"] {
        let mut world = World::new();
        world.declare(address, json!({"size": 1, "form": "a"}));
        world.go(Target::Running);
        assert_eq!(world.plan(Target::Paused), Err(PlanError::PauseWouldDelete(at(address))));
    }
}

#[test]
fn a_protected_resource_does_not_sleep() {
    let mut world = small();
    world.declare("bill_server.s", json!({"net": reference("data_net.n"), "name": "server"})).protect = true;
    world.go(Target::Running);
    assert!(matches!(world.plan(Target::Paused), Err(PlanError::Protected { .. })));
}

#[test]
fn a_pause_creates_nothing() {
    let mut world = small();
    world.go(Target::Running);
    world.observation.0.insert(at("data_alarm.a"), Observed::Missing);
    assert_eq!(world.go(Target::Paused), ["sleep bill_server.s"]);
}

#[test]
fn a_failed_resource_that_would_be_reduced_is_not_created_again_by_a_pause() {
    let mut world = small();
    world.declare("bill_fleet.f", json!({"size": 2, "net": reference("data_net.n")}));
    world.go(Target::Running);
    assert!(lines(&world.plan(Target::Paused).unwrap()).contains(&"update bill_fleet.f".to_owned()));
    world.live("bill_fleet.f").readiness = Readiness::Failed("no capacity".into());
    let plan = world.plan(Target::Paused).unwrap();
    assert!(lines(&plan).contains(&"sleep bill_fleet.f".to_owned()), "{:?}", lines(&plan));
    assert!(plan.operations.iter().all(|operation| operation.kind() != OperationKind::Replace));
}

#[test]
fn a_pause_takes_out_a_reference_to_a_resource_that_sleeps_and_a_resume_restores_it() {
    let mut world = small();
    world.declare("data_route.r", json!({"size": 1, "via": reference("bill_server.s")}));
    world.go(Target::Running);
    let declared = world.document.declarations();
    let paused = world.go(Target::Paused);
    assert!(
        paused.iter().position(|line| line == "update data_route.r")
            < paused.iter().position(|line| line == "sleep bill_server.s")
    );
    assert_eq!(world.document.resources[&at("data_route.r")].inputs["via"], json!(null));
    world.resume();
    assert_eq!(
        world.document.resources[&at("data_route.r")].inputs["via"],
        world.document.resources[&at("bill_server.s")].outputs["id"]
    );
    assert_eq!(world.document.declarations(), declared);
}

#[test]
fn outputs_that_were_not_applied_are_recorded_by_no_pause_resume_or_destroy() {
    let outputs = |name: &str| vec![(name.to_owned(), reference("data_net.n"))];
    let mut world = small();
    world.declarations.outputs = outputs("T");
    world.go(Target::Running);
    world.declarations.outputs = outputs("U");
    world.go(Target::Paused);
    assert_eq!(world.document.outputs, outputs("T"));
    world.resume();
    assert_eq!(world.document.outputs, outputs("T"));
    world.go(Target::Destroyed);
    assert_eq!(world.document.outputs, outputs("T"));
    world.go(Target::Running);
    assert_eq!(world.document.outputs, outputs("U"));
}
