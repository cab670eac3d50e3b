//! Replacements: their order, their dependents, and old generations that are left.

use ebbtide::plan::Target;
use ebbtide::planner::PlanError;
use ebbtide::resource::Readiness;
use serde_json::json;

use crate::fixture::{World, at, changes, lines, reference};

fn pair(below: &str, above: &str, refers_in: &str) -> World {
    let mut world = World::new();
    world.declare(below, json!({"form": "a"}));
    world.declare(above, json!({"form": "a", refers_in: reference(below)}));
    world.go(Target::Running);
    world.declare(below, json!({"form": "b"}));
    world
}

#[test]
fn create_first_moves_dependents_and_deletes_last() {
    let mut world = pair("data_net.n", "bill_server.s", "net");
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["replace data_net.n", "update bill_server.s", "delete data_net.n"]);
    let moved = &changes(&plan, 1)[0];
    assert!(moved.known_after_apply);
    assert!(changes(&plan, 0)[0].forces_replacement);
    assert_eq!(plan.summary().replace, 1);
    assert_eq!(plan.summary().delete, 0, "the old half is no deletion of its own");
    world.carry_out(&plan, usize::MAX);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn a_dependent_that_refers_to_it_in_a_fixed_field_is_replaced_too() {
    let mut world = pair("data_net.n", "bill_server.s", "form");
    assert_eq!(
        world.go(Target::Running),
        ["replace data_net.n", "replace bill_server.s", "delete bill_server.s", "delete data_net.n"]
    );
}

#[test]
fn a_change_in_place_replaces_the_snapshots_of_what_it_changes() {
    let mut world = World::new();
    let of_digest = json!({"form": {"$ref": "data_method_digest.m", "output": "digest"}});
    let method = |size: u32| json!({"size": size, "via": reference("data_net.n")});
    world.declare("data_net.n", json!({"form": "a"}));
    world.declare("data_method_digest.m", method(1));
    world.declare("data_snapshot.s", of_digest);
    world.go(Target::Running);
    world.declare("data_method_digest.m", method(2));
    let snapshot = ["replace data_snapshot.s", "delete data_snapshot.s"];
    assert_eq!(world.go(Target::Running), [&["update data_method_digest.m"], &snapshot[..]].concat());
    assert!(world.plan(Target::Running).unwrap().is_empty());
    // Its inputs are not known yet, nor is the digest.
    world.declare("data_net.n", json!({"form": "b"}));
    let operations = world.go(Target::Running);
    assert!(operations.contains(&"update data_method_digest.m".to_owned()), "{operations:?}");
    assert!(snapshot.iter().all(|line| operations.contains(&(*line).to_owned())), "{operations:?}");
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn delete_first_takes_dependents_down_before() {
    let mut world = pair("data_net_fixed.n", "bill_server.s", "form");
    assert_eq!(
        world.go(Target::Running),
        ["delete bill_server.s", "delete data_net_fixed.n", "replace data_net_fixed.n", "replace bill_server.s"]
    );
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn a_given_name_that_stays_is_freed_first() {
    let mut world = World::new();
    world.declare("data_role.r", json!({"form": "a", "name": "exact"}));
    world.go(Target::Running);
    world.declare("data_role.r", json!({"form": "b", "name": "exact"}));
    assert_eq!(lines(&world.plan(Target::Running).unwrap()), ["delete data_role.r", "replace data_role.r"]);
    world.declare("data_role.r", json!({"form": "b", "name": "other"}));
    assert_eq!(lines(&world.plan(Target::Running).unwrap()), ["replace data_role.r", "delete data_role.r"]);
}

#[test]
fn an_old_generation_that_was_left_is_deleted() {
    let mut world = pair("data_net.n", "bill_server.s", "net");
    let plan = world.plan(Target::Running).unwrap();
    world.carry_out(&plan, 1);
    assert_eq!(world.go(Target::Running), ["update bill_server.s", "delete data_net.n"]);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn the_next_plan_completes_one_that_was_cut_off_after_any_operation() {
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
            assert!(world.document.resources.values().all(|record| record.deposed.is_empty()));
        }
    }
}

#[test]
fn a_replacement_never_deletes_data_that_is_not_named() {
    let mut world = pair("data_store.d", "bill_server.s", "store");
    world.live("data_store.d").data = Some("3 objects".into());
    let error = world.plan(Target::Running).unwrap_err();
    assert!(matches!(&error, PlanError::WouldDeleteData { address, .. } if *address == at("data_store.d")));
    assert!(error.to_string().contains("3 objects"));
    world.include_data.insert(at("data_store.d"));
    assert!(world.plan(Target::Running).is_ok());
}

#[test]
fn a_protected_resource_is_not_replaced() {
    let mut world = pair("data_store.d", "bill_server.s", "store");
    world.document.resources.get_mut(&at("data_store.d")).unwrap().protect = true;
    assert!(matches!(world.plan(Target::Running), Err(PlanError::Protected { .. })));
}

#[test]
fn a_replacement_that_keeps_its_name_deletes_first() {
    let mut world = World::new();
    world.declare("data_role_named.r", json!({"name": "llm", "form": "a"}));
    world.go(Target::Running);
    world.declare("data_role_named.r", json!({"name": "llm", "form": "b"}));
    assert_eq!(world.go(Target::Running), ["delete data_role_named.r", "replace data_role_named.r"]);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

/// Declares a model whose name follows from its form, and a server that runs it.
fn rollout(world: &mut World, form: &str) {
    world.declare("data_model_named.m", json!({"name": format!("llm-{form}"), "form": form}));
    let name = json!({"$ref": "data_model_named.m", "output": "name"});
    world.declare("bill_server.s", json!({"model": name}));
}

#[test]
fn a_change_that_is_undone_reuses_the_generation_it_had_replaced() {
    for cut in 0..=3 {
        let mut world = World::new();
        rollout(&mut world, "a");
        world.go(Target::Running);
        rollout(&mut world, "b");
        let plan = world.plan(Target::Running).unwrap();
        assert_eq!(lines(&plan), ["replace data_model_named.m", "update bill_server.s", "delete data_model_named.m"]);
        world.carry_out(&plan, cut);
        rollout(&mut world, "a");
        world.go(Target::Running);
        let model = &world.document.resources[&at("data_model_named.m")];
        assert_eq!(model.id.as_deref(), Some("llm-a"), "cut at {cut}");
        assert!(model.deposed.is_empty(), "cut at {cut}: {:?}", model.deposed);
        assert!(world.plan(Target::Running).unwrap().is_empty(), "cut at {cut}");
        rollout(&mut world, "c");
        let plan = world.plan(Target::Running).unwrap();
        let used = if cut == 0 { 1 } else { 2 };
        assert!(plan.operations[0].generation > used, "cut at {cut}: a generation is used twice");
    }
}

#[test]
fn an_ephemeral_dependent_of_a_resource_that_is_deleted_first_is_replaced() {
    let mut world = pair("data_net_fixed.n", "bill_server.s", "net");
    assert_eq!(
        world.go(Target::Running),
        ["delete bill_server.s", "delete data_net_fixed.n", "replace data_net_fixed.n", "replace bill_server.s"]
    );
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn a_durable_dependent_is_moved_over_in_place() {
    let mut world = pair("data_net_fixed.n", "data_table.t", "net");
    assert_eq!(
        world.go(Target::Running),
        ["delete data_net_fixed.n", "replace data_net_fixed.n", "update data_table.t"]
    );
}

#[test]
fn a_dependent_that_moves_away_moves_before_the_deletion() {
    let mut world = pair("data_net_fixed.n", "bill_server.s", "net");
    world.declare("bill_server.s", json!({"form": "a", "net": null}));
    assert_eq!(
        world.go(Target::Running),
        ["update bill_server.s", "delete data_net_fixed.n", "replace data_net_fixed.n"]
    );
}

#[test]
fn a_chain_that_is_deleted_first_is_continued_from_anywhere() {
    let changed = || {
        let mut world = World::new();
        world.declare("data_base_fixed.b", json!({"form": "a"}));
        world.declare("data_middle.m", json!({"refers": reference("data_base_fixed.b")}));
        world.declare("bill_top_fixed.t", json!({"form": reference("data_middle.m")}));
        world.go(Target::Running);
        world.declare("data_base_fixed.b", json!({"form": "b"}));
        world.undeclare("data_middle.m");
        world.declare("bill_top_fixed.t", json!({"form": "a", "refers": reference("data_base_fixed.b")}));
        world
    };
    let plan = changed().plan(Target::Running).unwrap();
    let order = [
        "delete bill_top_fixed.t",
        "delete data_middle.m",
        "delete data_base_fixed.b",
        "replace data_base_fixed.b",
        "replace bill_top_fixed.t",
    ];
    assert_eq!(lines(&plan), order);
    for cut in 0..order.len() {
        let mut world = changed();
        world.carry_out(&plan, cut);
        world.go(Target::Running);
        assert!(world.plan(Target::Running).unwrap().is_empty(), "cut after {cut}");
    }
}

#[test]
fn a_name_that_moves_to_another_address_is_free_before_it_is_taken() {
    let mut world = World::new();
    world.declare("data_net_named.old", json!({"form": "a", "name": "shop"}));
    world.go(Target::Running);
    world.undeclare("data_net_named.old");
    world.declare("data_net_named.a", json!({"form": "a", "name": "shop"}));
    assert_eq!(world.go(Target::Running), ["delete data_net_named.old", "create data_net_named.a"]);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

/// Declares a host with a name, a child that the cloud deletes with it, and a child of that child.
fn family(world: &mut World, host: &str, form: &str) {
    world.declare(host, json!({"form": form, "name": "shop"}));
    let name = |of: &str| json!({"$ref": of, "output": "name"});
    world.declare("bill_child.c", json!({"parent": name(host), "name": "target"}));
    world.declare("data_child.g", json!({"parent": name("bill_child.c")}));
}

#[test]
fn resources_that_the_cloud_deletes_with_another_are_replaced_with_it() {
    for (host, form) in [("bill_host.h", "b"), ("bill_host_named.h", "b"), ("bill_host_named.renamed", "a")] {
        let before = if host == "bill_host.h" { host } else { "bill_host_named.h" };
        let changed = || {
            let mut world = World::new();
            family(&mut world, before, "a");
            world.go(Target::Running);
            world.undeclare(before);
            family(&mut world, host, form);
            world
        };
        let plan = changed().plan(Target::Running).unwrap();
        let created = if host == before { "replace" } else { "create" };
        let expected = [
            "delete data_child.g".to_owned(),
            "delete bill_child.c".to_owned(),
            format!("delete {before}"),
            format!("{created} {host}"),
            "replace bill_child.c".to_owned(),
            "replace data_child.g".to_owned(),
        ];
        assert_eq!(lines(&plan), expected);
        for cut in 0..=expected.len() {
            let mut world = changed();
            world.carry_out(&plan, cut);
            world.go(Target::Running);
            assert_eq!(world.go(Target::Running), [""; 0], "{host} cut at {cut}");
            assert_eq!(world.awake().len(), 3, "{host} cut at {cut}");
        }
    }
}

#[test]
fn a_protected_resource_is_not_deleted_with_another() {
    let mut world = World::new();
    family(&mut world, "bill_host.h", "a");
    world.go(Target::Running);
    family(&mut world, "bill_host.h", "b");
    let name = json!({"$ref": "bill_child.c", "output": "name"});
    world.declare("data_child.g", json!({"parent": name})).protect = true;
    assert!(matches!(world.plan(Target::Running), Err(PlanError::Protected { .. })));
}

#[test]
fn a_replacement_that_deletes_first_remembers_what_a_pause_would() {
    let mut world = World::new();
    family(&mut world, "bill_host.h", "a");
    world.go(Target::Running);
    family(&mut world, "bill_host.h", "b");
    let plan = world.plan(Target::Running).unwrap();
    world.carry_out(&plan, 3);
    for address in ["bill_host.h", "bill_child.c", "data_child.g"] {
        assert_eq!(world.document.resources[&at(address)].remembered, Some(json!("as it was")), "{address}");
    }
    world.go(Target::Running);
    assert!(world.document.resources.values().all(|record| record.remembered.is_none()));
}

/// Declares two resources with these names.
fn named(world: &mut World, kind: &str, names: [&str; 2]) {
    for (address, name) in ["a", "b"].iter().zip(names) {
        world.declare(&format!("{kind}.{address}"), json!({"form": "a", "name": name}));
    }
}

#[test]
fn resources_that_swap_their_names_converge_wherever_they_are_cut_off() {
    let changed = || {
        let mut world = World::new();
        named(&mut world, "data_alarm_named", ["one", "two"]);
        world.go(Target::Running);
        named(&mut world, "data_alarm_named", ["two", "one"]);
        world
    };
    let plan = changed().plan(Target::Running).unwrap();
    let expected = [
        "delete data_alarm_named.a",
        "replace data_alarm_named.b",
        "delete data_alarm_named.b",
        "replace data_alarm_named.a",
    ];
    assert_eq!(lines(&plan), expected);
    for cut in 0..=expected.len() {
        let mut world = changed();
        world.carry_out(&plan, cut);
        world.go(Target::Running);
        assert_eq!(world.go(Target::Running), [""; 0], "cut at {cut}");
        let id = |address: &str| world.document.resources[&at(address)].id.clone().unwrap();
        assert_eq!([id("data_alarm_named.a"), id("data_alarm_named.b")], ["two", "one"], "cut at {cut}");
    }
}

#[test]
fn names_that_move_on_without_a_circle_need_no_deletion_first() {
    let mut world = World::new();
    named(&mut world, "data_alarm_named", ["one", "two"]);
    world.go(Target::Running);
    named(&mut world, "data_alarm_named", ["two", "three"]);
    let order = ["replace data_alarm_named.b", "delete data_alarm_named.b", "replace data_alarm_named.a"];
    assert_eq!(world.go(Target::Running)[..3], order);
}

#[test]
fn a_name_that_cannot_be_freed_because_another_resource_refers_to_its_owner_is_refused() {
    let group = |world: &mut World, form: &str, name: &str| {
        world.declare("data_group.web", json!({"form": form, "name": name}));
        world.declare("data_group.db", json!({"form": "a", "from": reference("data_group.web")}));
    };
    let mut world = World::new();
    group(&mut world, "a", "web");
    world.go(Target::Running);
    group(&mut world, "b", "web");
    let error = world.plan(Target::Running).unwrap_err();
    assert!(matches!(&error, PlanError::NameInUse { address, user, .. }
        if (address, user) == (&at("data_group.web"), &at("data_group.db"))));
    let text = error.to_string();
    assert!(text.contains("`web`") && text.contains("leave the name of data_group.web out"), "{text}");
    group(&mut world, "b", "web-2");
    assert_eq!(world.go(Target::Running), ["replace data_group.web", "update data_group.db", "delete data_group.web"]);
}

/// Returns a stack in which a network was replaced, the new one failed, and its user still has the old one.
fn half_moved(user: &str) -> World {
    let mut world = World::new();
    world.declare("data_net.n", json!({"form": "a"}));
    world.declare(user, json!({"net": reference("data_net.n")}));
    world.go(Target::Running);
    world.declare("data_net.n", json!({"form": "b"}));
    let plan = world.plan(Target::Running).unwrap();
    world.carry_out(&plan, 1);
    world.live("data_net.n").readiness = Readiness::Failed("broken".into());
    world
}

#[test]
fn an_old_generation_is_kept_until_its_users_have_moved_although_the_current_one_is_deleted_first() {
    for user in ["data_table.t", "bill_server.s"] {
        let mut world = half_moved(user);
        let plan = world.plan(Target::Running).unwrap();
        let old = plan
            .operations
            .iter()
            .find(|o| o.deletion().is_some() && o.generation == 1 && o.address == at("data_net.n"));
        let moved = plan.operations.iter().find(|o| o.address == at(user)).unwrap();
        assert!(moved.id < old.unwrap().id, "{:?}", lines(&plan));
        world.carry_out(&plan, usize::MAX);
        assert_eq!(world.go(Target::Running), [""; 0]);
    }
}

#[test]
fn a_name_that_a_dependent_takes_over_from_a_resource_that_goes_is_freed_first() {
    let mut world = World::new();
    world.declare("bill_host_named.old", json!({"name": "shop"}));
    world.declare("bill_host_named.new", json!({"name": "other", "refers": reference("bill_host_named.old")}));
    world.go(Target::Running);
    world.undeclare("bill_host_named.old");
    world.declare("bill_host_named.new", json!({"name": "shop"}));
    let order = ["delete bill_host_named.new", "delete bill_host_named.old", "replace bill_host_named.new"];
    assert_eq!(world.go(Target::Running), order);
    assert_eq!(world.go(Target::Running), [""; 0]);
}

#[test]
fn a_dependent_that_moves_along_with_a_name_is_replaced() {
    for (user, expected) in [("bill_server.s", "replace bill_server.s"), ("data_table.t", "update data_table.t")] {
        let mut world = World::new();
        world.declare("data_host_named.a", json!({"name": "shop"}));
        world.declare(user, json!({"net": reference("data_host_named.a")}));
        world.go(Target::Running);
        world.undeclare("data_host_named.a");
        world.declare("data_host_named.b", json!({"name": "shop"}));
        world.declare(user, json!({"net": reference("data_host_named.b")}));
        let order = world.go(Target::Running);
        assert_eq!(order.last().unwrap(), expected, "{order:?}");
        assert_eq!(world.go(Target::Running), [""; 0]);
    }
}

#[test]
fn an_old_generation_stays_while_a_resource_that_is_kept_uses_it() {
    let mut world = pair("data_net.n", "data_store.d", "net");
    world.undeclare("data_store.d");
    let hold = |world: &mut World| world.live("data_store.d").data = Some("3 objects".into());
    hold(&mut world);
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["replace data_net.n"], "AWS deletes none that is in use");
    let kept: Vec<_> = plan.kept.iter().map(|kept| (kept.address.to_string(), kept.id.clone().unwrap())).collect();
    let of = |address: &str, id: &str| (address.to_owned(), id.to_owned());
    assert_eq!(kept, [of("data_store.d", "data_store.d#2"), of("data_net.n", "data_net.n#1")]);
    assert!(plan.kept[1].reason.contains("data_store.d, which stays, uses this earlier one"), "{:?}", plan.kept);
    world.carry_out(&plan, usize::MAX);
    hold(&mut world);
    let plan = world.plan(Target::Running).unwrap();
    assert!(plan.operations.is_empty() && plan.kept.len() == 2, "{plan:?}");
    // The declaration of old takes the old generation up again.
    world.declare("data_net.n", json!({"form": "a"}));
    assert_eq!(lines(&world.plan(Target::Running).unwrap()), ["replace data_net.n", "delete data_net.n"]);
    world.declare("data_net.n", json!({"form": "b"}));
    world.include_data.insert(at("data_store.d"));
    assert_eq!(world.go(Target::Running), ["delete data_store.d", "delete data_net.n"]);
    world.include_data.clear();
    assert!(world.plan(Target::Running).unwrap().kept.is_empty());
}

#[test]
fn what_an_old_generation_that_stays_needs_stays_too() {
    // The net may go, or be replaced together with the collection in it, while an index of that holds data.
    for replaced in [None, Some("b")] {
        let mut world = World::new();
        let collection = |form: &str| json!({"form": form, "net": reference("data_net.group")});
        world.declare("data_net.group", json!({"form": "a"}));
        world.declare("data_table.collection", collection("a"));
        world.declare("data_store.index", json!({"net": reference("data_table.collection")}));
        world.go(Target::Running);
        world.undeclare("data_store.index");
        match replaced {
            Some(form) => {
                world.declare("data_net.group", json!({ "form": form }));
                world.declare("data_table.collection", collection("b"));
            }
            None => {
                world.undeclare("data_net.group");
                world.declare("data_table.collection", json!({"form": "b"}));
            }
        }
        let hold = |world: &mut World| world.live("data_store.index").data = Some("3 documents".into());
        hold(&mut world);
        let plan = world.plan(Target::Running).unwrap();
        let expected: &[&str] = match replaced {
            Some(_) => &["replace data_net.group", "replace data_table.collection"],
            None => &["replace data_table.collection"],
        };
        assert_eq!(lines(&plan), expected);
        let kept: Vec<_> = plan.kept.iter().map(|kept| kept.id.as_deref().unwrap()).collect();
        assert_eq!(kept, ["data_store.index#3", "data_table.collection#2", "data_net.group#1"]);
        world.carry_out(&plan, usize::MAX);
        hold(&mut world);
        for target in [Target::Running, Target::Paused] {
            assert_eq!(world.go(target), [""; 0]);
            hold(&mut world);
        }
        world.include_data.insert(at("data_store.index"));
        let gone = ["delete data_store.index", "delete data_table.collection", "delete data_net.group"];
        assert_eq!(world.go(Target::Running), gone);
    }
}

#[test]
fn a_destruction_keeps_every_generation_that_data_needs() {
    let mut world = pair("data_net.n", "data_store.d", "net");
    world.undeclare("data_store.d");
    world.live("data_store.d").data = Some("3 objects".into());
    world.go(Target::Running);
    world.live("data_store.d").data = Some("3 objects".into());
    assert!(world.plan(Target::Destroyed).unwrap().operations.is_empty());
    world.include_data.insert(at("data_store.d"));
    let gone = world.go(Target::Destroyed);
    assert_eq!(gone.iter().filter(|line| *line == "delete data_net.n").count(), 2, "{gone:?}");
}

#[test]
fn a_snapshot_of_what_is_deleted_first_is_made_before_its_users_move_and_goes_after_them() {
    let mut world = World::new();
    let snapshot = json!({"form": {"$ref": "data_method_digest_fixed.m", "output": "digest"}});
    world.declare("data_method_digest_fixed.m", json!({"form": 1}));
    world.declare("data_snapshot.s", snapshot);
    world.declare("data_stage.t", json!({"on": reference("data_snapshot.s")}));
    world.go(Target::Running);
    let moved = [
        "delete data_method_digest_fixed.m",
        "replace data_method_digest_fixed.m",
        "replace data_snapshot.s",
        "update data_stage.t",
        "delete data_snapshot.s",
    ];
    world.declare("data_method_digest_fixed.m", json!({"form": 2}));
    assert_eq!(world.go(Target::Running), moved);
    assert!(world.plan(Target::Running).unwrap().is_empty());
    // Cut off anywhere, and changed again, it goes the same way.
    for cut in 0..moved.len() {
        let form = 10 + 2 * cut;
        world.declare("data_method_digest_fixed.m", json!({"form": form}));
        let plan = world.plan(Target::Running).unwrap();
        world.carry_out(&plan, cut);
        world.declare("data_method_digest_fixed.m", json!({"form": form + 1}));
        let operations = world.go(Target::Running);
        let at = |line: &str| operations.iter().position(|operation| operation == line);
        let (stage, old) = (at("update data_stage.t"), at("delete data_snapshot.s"));
        assert!(stage.is_some() && stage < old, "cut off after {cut}: {operations:?}");
        assert!(world.plan(Target::Running).unwrap().is_empty());
    }
}
