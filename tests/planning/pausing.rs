//! Toward paused and back.

use ebbtide::plan::{OperationKind, Target};
use ebbtide::planner::{Observed, PlanError};
use ebbtide::resource::Readiness;
use ebbtide::stack::OnPause;
use serde_json::json;

use crate::fixture::{at, reference, small, told};

#[test]
fn a_pause_deletes_what_bills_quiets_what_is_reduced_and_keeps_the_rest() {
    let mut world = small();
    world.go(Target::Running);
    let plan = world.plan(Target::Paused).unwrap();
    let mut done = told(&plan);
    done.sort();
    assert_eq!(done, ["delete bill_server.s", "update data_alarm.a"]);
    assert!(plan.operations.iter().any(|operation| operation.sleep && operation.address == at("bill_server.s")));
    world.carry_out(&plan, usize::MAX);
    assert_eq!(world.awake(), ["data_alarm.a", "data_net.n"]);
    assert!(world.plan(Target::Paused).unwrap().is_empty(), "a second pause has nothing to do");
}

#[test]
fn a_resume_brings_back_exactly_what_slept_with_what_was_remembered() {
    let mut world = small();
    world.go(Target::Running);
    let before = world.document.resources[&at("bill_server.s")].inputs.clone();
    world.go(Target::Paused);
    assert_eq!(world.document.resources[&at("bill_server.s")].remembered, Some(json!("as it was")));
    let plan = world.plan(Target::Running).unwrap();
    let resumed = plan.operations.iter().find(|operation| operation.address == at("bill_server.s")).unwrap();
    assert_eq!((resumed.generation, resumed.operation.to_string().as_str()), (2, "create"));
    world.carry_out(&plan, usize::MAX);
    assert_eq!(world.document.resources[&at("bill_server.s")].inputs, before);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn a_pause_leaves_what_it_keeps_as_recorded_even_where_the_declaration_moved_on() {
    let mut world = small();
    world.go(Target::Running);
    world.declare("data_net.n", json!({"size": 9, "form": "b"}));
    world.declare("data_new.x", json!({}));
    let plan = world.plan(Target::Paused).unwrap();
    assert!(
        plan.operations
            .iter()
            .all(|operation| operation.address.kind() != "data_net" && operation.address.kind() != "data_new")
    );
}

#[test]
fn what_a_pause_keeps_no_longer_depends_on_what_is_gone_for_good() {
    let mut world = small();
    world.go(Target::Running);
    // Neither declared any more, nor kept: it will not come back. The alarm still watches it, as far as is recorded.
    world.declarations.resources.remove(&at("bill_server.s"));
    world.declare("data_alarm.a", json!({"size": 1}));
    world.go(Target::Paused);
    assert!(!world.document.resources.contains_key(&at("bill_server.s")));
    assert!(!world.document.resources[&at("data_alarm.a")].depends_on.contains(&at("bill_server.s")));
}

#[test]
fn a_pause_that_was_cut_off_after_any_operation_is_finished_or_undone() {
    for target in [Target::Paused, Target::Running] {
        for cut in 0..=2 {
            let mut world = small();
            world.go(Target::Running);
            let plan = world.plan(Target::Paused).unwrap();
            world.carry_out(&plan, cut);
            world.go(target);
            assert!(world.plan(target).unwrap().is_empty(), "{target} after {cut}");
        }
    }
}

#[test]
fn what_is_gone_already_sleeps_all_the_same() {
    let mut world = small();
    world.go(Target::Running);
    world.observation.0.insert(at("bill_server.s"), Observed::Missing);
    world.go(Target::Paused);
    assert!(world.document.resources[&at("bill_server.s")].is_asleep());
}

#[test]
fn the_planner_refuses_its_own_plan_to_delete_data_on_a_pause() {
    let mut world = small();
    world.go(Target::Running);
    world.declare("data_net.n", json!({"size": 1, "form": "a"})).paused = OnPause::Delete;
    assert_eq!(world.plan(Target::Paused), Err(PlanError::PauseWouldDelete(at("data_net.n"))));
    world.declare("data_net.n", json!({"size": 1})).paused = OnPause::Reduce(json!({"form": "b"}));
    assert_eq!(world.plan(Target::Paused), Err(PlanError::PauseWouldDelete(at("data_net.n"))));
}

#[test]
fn what_is_protected_does_not_sleep() {
    let mut world = small();
    world.declare("bill_server.s", json!({"net": reference("data_net.n"), "name": "server"})).protect = true;
    world.go(Target::Running);
    assert!(matches!(world.plan(Target::Paused), Err(PlanError::Protected { .. })));
}

#[test]
fn a_declaration_that_moved_on_does_not_stand_in_the_way_of_a_pause() {
    let mut world = small();
    world.go(Target::Running);
    world.declare("data_topic.t", json!({}));
    let on = json!({"$ref": "bill_server.s", "output": "name"});
    let moved = |armed| json!({"on": on, "armed": armed, "form": "new", "tell": reference("data_topic.t")});
    world.declare("data_alarm.a", moved(true)).paused = OnPause::Reduce(moved(false));
    let plan = world.plan(Target::Paused).unwrap();
    let quieted = plan.operations.iter().find(|operation| operation.address == at("data_alarm.a")).unwrap();
    let changed: Vec<_> = quieted.changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(changed, ["armed"]);
    world.carry_out(&plan, usize::MAX);
    assert!(world.plan(Target::Paused).unwrap().is_empty());
    assert_eq!(world.awake(), ["data_alarm.a", "data_net.n"]);
    world.go(Target::Running);
    assert!(world.plan(Target::Running).unwrap().is_empty(), "what had moved on comes with the resume");
}

#[test]
fn a_pause_brings_nothing_into_being() {
    let mut world = small();
    world.go(Target::Running);
    world.observation.0.insert(at("data_alarm.a"), Observed::Missing);
    assert_eq!(world.go(Target::Paused), ["delete bill_server.s"]);
}

#[test]
fn what_failed_and_would_be_reduced_is_not_built_again_by_a_pause() {
    let mut world = small();
    world.go(Target::Running);
    world.declare("bill_server.s", json!({"size": 2, "net": reference("data_net.n"), "name": "server"})).paused =
        OnPause::Reduce(json!({"size": 0, "net": reference("data_net.n"), "name": "server"}));
    world.seen("bill_server.s").readiness = Readiness::Failed("no capacity".into());
    let plan = world.plan(Target::Paused).unwrap();
    assert!(told(&plan).contains(&"delete bill_server.s".to_owned()), "{:?}", told(&plan));
    assert!(plan.operations.iter().all(|operation| operation.operation != OperationKind::Replace));
}
