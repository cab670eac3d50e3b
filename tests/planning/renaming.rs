//! Resources that are declared under another address than they are recorded.

use std::collections::BTreeMap;

use ebbtide::plan::Target;
use ebbtide::planner::{PlanError, renamings};
use serde_json::json;

use crate::fixture::{World, at, lines, reference};
use crate::kinds::kinds;

fn hints(world: &World) -> Vec<String> {
    let plan = world.plan(Target::Running).unwrap();
    let found = renamings(&plan, &world.document, &kinds());
    found.iter().map(|renaming| format!("{} {}", renaming.old, renaming.new)).collect()
}

#[test]
fn a_resource_with_equal_inputs_or_the_same_name_at_another_address_is_named() {
    let mut world = World::new();
    world.declare("data_net.main", json!({"form": "a"}));
    world.declare("bill_server.main", json!({"size": 1, "net": reference("data_net.main")}));
    world.declare("data_role.r", json!({"name": "exact", "size": 1}));
    world.declare("data_net.other", json!({"form": "b"}));
    world.go(Target::Running);
    for old in ["data_net.main", "bill_server.main", "data_role.r", "data_net.other"] {
        world.undeclare(old);
    }
    world.declare("data_net.core", json!({"form": "a"}));
    world.declare("bill_server.core", json!({"size": 1, "net": reference("data_net.core")}));
    world.declare("data_role.q", json!({"name": "exact", "size": 2}));
    world.declare("data_net.new", json!({"form": "c"}));
    let expected = ["bill_server.main bill_server.core", "data_net.main data_net.core", "data_role.r data_role.q"];
    assert_eq!(hints(&world), expected);

    let moves =
        [("bill_server.main", "bill_server.core"), ("data_net.main", "data_net.core"), ("data_role.r", "data_role.q")];
    let moves: BTreeMap<_, _> = moves.into_iter().map(|(old, new)| (at(old), at(new))).collect();
    world.document.rename(&moves).unwrap();
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["create data_net.new", "delete data_net.other", "update data_role.q"]);
    assert!(hints(&world).is_empty());
}

#[test]
fn a_second_resource_like_one_that_stays_declared_is_no_renaming() {
    let mut world = World::new();
    world.declare("data_net.a", json!({"form": "a"}));
    world.go(Target::Running);
    world.declare("data_net.b", json!({"form": "a"}));
    assert!(hints(&world).is_empty());
}

#[test]
fn data_that_is_declared_under_another_address_by_its_name_is_refused_while_planning() {
    let mut world = World::new();
    world.declare("data_bucket.data", json!({"name": "exact"}));
    world.go(Target::Running);
    world.live("data_bucket.data").data = Some("1 object".into());
    world.undeclare("data_bucket.data");
    world.declare("data_bucket.store", json!({"name": "exact"}));
    let error = world.plan(Target::Running).unwrap_err();
    assert!(matches!(error, PlanError::NameTaken { .. }), "{error}");
    assert!(error.to_string().contains("`ebb state rename data_bucket.data data_bucket.store`"), "{error}");

    world.document.rename(&[(at("data_bucket.data"), at("data_bucket.store"))].into()).unwrap();
    world.observation = Default::default();
    assert!(world.plan(Target::Running).unwrap().is_empty());
}
