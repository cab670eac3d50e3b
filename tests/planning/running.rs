//! Toward running: resources are created, changed or left alone.

use ebbtide::plan::{Reason, Target};
use ebbtide::planner::{Observed, OutputChangeKind, PlanError, RecordChanges};
use ebbtide::resource::Readiness;
use serde_json::json;

use crate::fixture::{World, at, changes, lines, reference, small};

#[test]
fn a_first_apply_creates_in_the_order_of_references_and_the_next_does_nothing() {
    let mut world = small();
    assert_eq!(world.go(Target::Running), ["create data_net.n", "create bill_server.s", "create data_alarm.a"]);
    let plan = world.plan(Target::Running).unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.summary().unchanged, 3);
}

#[test]
fn a_changed_field_is_reported_with_its_old_and_new_value() {
    let mut world = small();
    world.go(Target::Running);
    world.declare("data_net.n", json!({"size": 2, "form": "a"}));
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["update data_net.n"]);
    let change = &changes(&plan, 0)[0];
    assert_eq!((change.field.as_str(), &change.old, &change.new), ("size", &json!(1), &json!(2)));
    assert_eq!(plan.operations[0].reason.to_string(), "size changed");
}

#[test]
fn a_change_from_outside_is_drift_and_is_undone() {
    let mut world = small();
    world.go(Target::Running);
    world.live("data_net.n").inputs["size"] = json!(7);
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["update data_net.n"]);
    assert_eq!(plan.operations[0].reason.to_string(), "size changed outside of ebb");
}

#[test]
fn a_change_that_is_made_already_is_recorded() {
    let mut world = small();
    world.go(Target::Running);
    world.declare("data_net.n", json!({"size": 2, "form": "a"}));
    world.live("data_net.n").inputs["size"] = json!(2);
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(plan.operations[0].reason, Reason::Unrecorded { fields: vec!["size".to_owned()] });
    let change = &changes(&plan, 0)[0];
    assert_eq!((change.field.as_str(), &change.old, &change.new), ("size", &json!(1), &json!(2)));
    world.carry_out(&plan, usize::MAX);
    assert_eq!(world.document.resources[&at("data_net.n")].inputs["size"], json!(2));
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn inputs_that_return_after_an_update_was_cut_off_are_set_again_by_an_apply() {
    let mut world = small();
    world.go(Target::Running);
    world.declare("data_net.n", json!({"size": 2, "form": "a"}));
    let plan = world.plan(Target::Running).unwrap();
    world.carry_out(&plan, 0);
    assert_eq!(lines(&world.plan(Target::Running).unwrap()), lines(&plan), "the same command goes on");
    world.declare("data_net.n", json!({"size": 1, "form": "a"}));
    assert!(world.plan_resume().unwrap().is_empty(), "a resume leaves it to an apply");
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(plan.operations[0].reason, Reason::Unfinished { fields: vec!["size".to_owned()] });
    let change = &changes(&plan, 0)[0];
    assert_eq!((change.field.as_str(), &change.old, &change.new), ("size", &json!(2), &json!(1)));
    world.carry_out(&plan, usize::MAX);
    assert!(world.falsely_recorded().is_empty());
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn a_resource_that_was_deleted_outside_is_created_again_with_a_new_generation() {
    let mut world = small();
    world.go(Target::Running);
    world.observation.0.insert(at("bill_server.s"), Observed::Missing);
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["create bill_server.s"]);
    assert_eq!(plan.operations[0].generation, 2);
    assert_eq!(plan.operations[0].reason, Reason::DeletedOutside);
    world.carry_out(&plan, usize::MAX);
    assert!(world.plan(Target::Running).unwrap().is_empty(), "nothing is left of the missing one");
}

#[test]
fn a_resource_that_is_created_again_under_its_name_is_not_mistaken_for_the_missing_one() {
    let mut world = World::new();
    world.declare("data_store_named.d", json!({"name": "models"}));
    world.go(Target::Running);
    world.observation.0.insert(at("data_store_named.d"), Observed::Missing);
    assert_eq!(world.go(Target::Running), ["create data_store_named.d"]);
    assert_eq!(world.go(Target::Running), [""; 0]);
}

#[test]
fn retained_data_does_not_prevent_changes_of_declared_resources() {
    let mut world = World::new();
    world.declare("data_key.k", json!({"size": 1}));
    world.declare("data_store.d", json!({"key": reference("data_key.k")}));
    world.go(Target::Running);
    world.live("data_store.d").data = Some("3 objects".into());
    world.undeclare("data_store.d");
    world.declare("data_key.k", json!({"size": 2}));
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["update data_key.k"]);
    assert_eq!(plan.kept.len(), 1);
    assert!(plan.kept[0].reason.contains("`ebb apply --include-data data_store.d`"), "{}", plan.kept[0].reason);
}

#[test]
fn a_resource_that_is_no_longer_declared_goes_after_its_dependents() {
    let mut world = small();
    world.go(Target::Running);
    for address in ["data_net.n", "bill_server.s", "data_alarm.a"] {
        world.undeclare(address);
    }
    assert_eq!(world.go(Target::Running), ["delete data_alarm.a", "delete bill_server.s", "delete data_net.n"]);
    assert!(world.document.resources.is_empty());
}

#[test]
fn a_deleted_address_never_gets_the_same_generation_again() {
    let mut world = small();
    world.go(Target::Running);
    world.undeclare("data_alarm.a");
    world.go(Target::Running);
    world.declare("data_alarm.a", json!({"armed": true}));
    assert_eq!(world.plan(Target::Running).unwrap().operations[0].generation, 2);
}

#[test]
fn a_resource_that_was_not_seen_ready_is_waited_for() {
    let mut world = small();
    world.go(Target::Running);
    world.live("bill_server.s").readiness = Readiness::Pending("Creating".into());
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["update bill_server.s"]);
    assert!(changes(&plan, 0).is_empty());
}

#[test]
fn a_failed_resource_is_replaced_after_it_was_deleted() {
    let mut world = small();
    world.go(Target::Running);
    world.live("bill_server.s").readiness = Readiness::Failed("no capacity".into());
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["delete bill_server.s", "replace bill_server.s"]);
    assert_eq!(plan.operations[1].reason, Reason::Failed("no capacity".into()));
    world.carry_out(&plan, usize::MAX);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn protection_is_recorded_without_an_operation() {
    let mut world = small();
    world.go(Target::Running);
    world.declare("data_net.n", json!({"size": 1, "form": "a"})).protect = true;
    let plan = world.plan(Target::Running).unwrap();
    assert!(plan.is_empty());
    assert!(plan.records.iter().any(|record| record.address == at("data_net.n") && record.protect));
}

#[test]
fn changes_that_only_the_record_shows_are_listed() {
    let mut world = small();
    world.declarations.outputs = vec![("T".to_owned(), json!(1)), ("V".to_owned(), json!(1))];
    world.go(Target::Running);
    let changes = |world: &World| RecordChanges::between(&world.document, &world.plan(Target::Running).unwrap());
    assert!(changes(&world).is_empty());
    world.declare("data_net.n", json!({"size": 2, "form": "a"})).protect = true;
    let alarm = world.declarations.resources.get_mut(&at("data_alarm.a")).unwrap();
    alarm.depends_on.insert(at("data_net.n"));
    alarm.protect = true;
    world.declarations.outputs = vec![("T".to_owned(), json!(2)), ("U".to_owned(), json!(1))];
    let found = changes(&world);
    let resources: Vec<_> =
        found.resources.iter().map(|c| (c.address.to_string(), c.protection, c.added.len())).collect();
    assert_eq!(resources, [("data_alarm.a".to_owned(), Some(true), 1), ("data_net.n".to_owned(), Some(true), 0)]);
    let outputs: Vec<_> = found.outputs.iter().map(|output| (output.name.as_str(), output.change)).collect();
    let expected = [("T", OutputChangeKind::Changed), ("U", OutputChangeKind::Added), ("V", OutputChangeKind::Removed)];
    assert_eq!(outputs, expected);
    assert_eq!(found.len(), 5);
    world.go(Target::Running);
    assert!(changes(&world).is_empty());
    assert!(RecordChanges::between(&world.document, &world.plan(Target::Paused).unwrap()).is_empty());
}

#[test]
fn a_cycle_is_reported_as_the_path_that_forms_it() {
    let mut world = World::new();
    world.declare("data_a.a", json!({"x": reference("data_b.b")}));
    world.declare("data_b.b", json!({"x": reference("data_a.a")}));
    let error = world.plan(Target::Running).unwrap_err();
    assert!(error.to_string().contains("data_a.a → data_b.b → data_a.a"), "{error}");
}

#[test]
fn an_unknown_kind_is_named() {
    let mut world = World::new();
    world.declare("odd_thing.x", json!({}));
    assert_eq!(world.plan(Target::Running), Err(PlanError::UnknownKind(at("odd_thing.x"))));
}

#[test]
fn data_that_is_no_longer_declared_is_kept_and_reported() {
    let mut world = small();
    world.go(Target::Running);
    world.undeclare("data_alarm.a");
    world.live("data_alarm.a").data = Some("3 objects".into());
    let plan = world.plan(Target::Running).unwrap();
    assert!(plan.is_empty(), "{:?}", lines(&plan));
    assert!(plan.kept.iter().any(|kept| kept.address == at("data_alarm.a") && kept.reason.contains("3 objects")));
}

#[test]
fn another_order_of_a_list_without_an_order_is_no_change() {
    let mut world = World::new();
    world.declare("data_net.n", json!({"form": "a", "set": ["1", "2"]}));
    world.go(Target::Running);
    world.declare("data_net.n", json!({"form": "a", "set": ["2", "1"]}));
    assert_eq!(world.go(Target::Running), [""; 0]);
    world.declare("data_net.n", json!({"form": "a", "set": ["3", "1"]}));
    assert_eq!(world.go(Target::Running), ["update data_net.n"]);
}
