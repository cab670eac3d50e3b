//! Toward destroyed: everything goes but data that was not named.

use ebbtide::plan::Target;
use ebbtide::planner::PlanError;
use serde_json::json;

use crate::fixture::{at, lines, reference, small};

#[test]
fn everything_goes_in_reverse_order() {
    let mut world = small();
    world.go(Target::Running);
    assert_eq!(world.go(Target::Destroyed), ["delete data_alarm.a", "delete bill_server.s", "delete data_net.n"]);
    assert!(world.document.resources.is_empty());
}

#[test]
fn data_stays_with_its_dependencies_and_the_plan_says_so() {
    let mut world = small();
    world.declare("data_key.k", json!({}));
    world.declare("data_store.d", json!({"key": reference("data_key.k")}));
    world.go(Target::Running);
    world.live("data_store.d").data = Some("3 objects".into());
    let plan = world.plan(Target::Destroyed).unwrap();
    let kept: Vec<_> = plan.kept.iter().map(|kept| kept.address.to_string()).collect();
    assert_eq!(kept, ["data_key.k", "data_store.d"]);
    assert!(plan.kept[1].reason.contains("--include-data data_store.d"));
    assert!(lines(&plan).iter().all(|line| !line.contains("data_store") && !line.contains("data_key")));
    world.carry_out(&plan, usize::MAX);
    assert_eq!(world.awake(), ["data_key.k", "data_store.d"]);
}

#[test]
fn data_that_is_named_goes() {
    let mut world = small();
    world.declare("data_store.d", json!({}));
    world.go(Target::Running);
    world.live("data_store.d").data = Some("3 objects".into());
    world.include_data.insert(at("data_store.d"));
    let plan = world.plan(Target::Destroyed).unwrap();
    let deletion = plan.operations.iter().find(|operation| operation.address == at("data_store.d")).unwrap();
    assert!(deletion.deletion().unwrap().include_data);
}

#[test]
fn naming_data_that_does_not_exist_is_an_error() {
    let mut world = small();
    world.include_data.insert(at("data_store.typo"));
    assert_eq!(world.plan(Target::Destroyed), Err(PlanError::NotRecorded(at("data_store.typo"))));
}

#[test]
fn a_protected_resource_refuses_the_whole_plan() {
    let mut world = small();
    world.declare("data_net.n", json!({"size": 1, "form": "a"})).protect = true;
    world.go(Target::Running);
    let error = world.plan(Target::Destroyed).unwrap_err();
    assert!(error.to_string().contains("data_net.n is protected"), "{error}");
}

#[test]
fn sleeping_resources_are_forgotten() {
    let mut world = small();
    world.go(Target::Running);
    world.go(Target::Paused);
    assert!(world.go(Target::Destroyed).contains(&"forget bill_server.s".to_owned()));
    assert!(world.document.resources.is_empty());
}
