//! Changes that were cut off and are taken back in the code, while old generations are left and something uses them.

use ebbtide::plan::Target;
use serde_json::json;

use crate::fixture::{World, at, lines, reference};

/// Declares two hosts with these names, and an app that uses both.
fn hosts(world: &mut World, names: [&str; 2]) {
    world.declare("bill_host_named.a", json!({"name": names[0]}));
    world.declare("bill_host_named.b", json!({"name": names[1]}));
    world.declare("bill_app.s", json!({"hosts": [reference("bill_host_named.a"), reference("bill_host_named.b")]}));
}

/// Returns a stack in which host `b` takes over the name of host `a`, as far as the first operations go.
fn names_moved_on(cut: usize) -> World {
    let mut world = World::new();
    hosts(&mut world, ["two", "one"]);
    world.go(Target::Running);
    hosts(&mut world, ["three", "two"]);
    let plan = world.plan(Target::Running).unwrap();
    let order = [
        "delete bill_app.s",
        "delete bill_host_named.a",
        "replace bill_host_named.a",
        "replace bill_host_named.b",
        "replace bill_app.s",
        "delete bill_host_named.b",
    ];
    assert_eq!(lines(&plan), order);
    world.carry_out(&plan, cut);
    world
}

#[test]
fn an_app_is_deleted_before_the_host_that_it_uses_although_the_earlier_host_still_exists() {
    // The run ends before it deletes host `one`. The app runs on the hosts `three` and `two`.
    let mut world = names_moved_on(5);
    hosts(&mut world, ["two", "one"]);
    let plan = world.plan(Target::Running).unwrap();
    // `a` needs the name `two`, so that host is deleted first. The app would learn of the hosts only afterwards.
    let order = [
        "delete bill_app.s",
        "delete bill_host_named.b",
        "replace bill_host_named.a",
        "delete bill_host_named.a",
        "replace bill_host_named.b",
        "replace bill_app.s",
    ];
    assert_eq!(lines(&plan), order);
    world.carry_out(&plan, usize::MAX);
    let id = |address: &str| world.document.resources[&at(address)].id.clone().unwrap();
    assert_eq!([id("bill_host_named.a"), id("bill_host_named.b")], ["two", "one"]);
    assert_eq!(world.document.resources[&at("bill_host_named.b")].generation, 1, "host `one` was never deleted");
    assert_eq!(world.go(Target::Running), [""; 0]);
}

#[test]
fn names_that_moved_on_are_taken_back_wherever_the_run_was_cut_off() {
    for cut in 0..=6 {
        for second in 0..=6 {
            let mut world = names_moved_on(cut);
            hosts(&mut world, ["two", "one"]);
            let plan = world.plan(Target::Running).unwrap();
            world.carry_out(&plan, second);
            world.go(Target::Running);
            assert_eq!(world.go(Target::Running), [""; 0], "cut at {cut} and {second}");
            assert!(world.document.resources.values().all(|record| record.deposed.is_empty()));
        }
    }
}

/// Declares a host that keeps its name, and a server on it.
fn server(world: &mut World, host: &str, server: &str, name: Option<&str>) {
    world.declare("bill_host.h", json!({"form": host, "name": "shop"}));
    let mut inputs = json!({"form": server, "host": reference("bill_host.h")});
    if let Some(name) = name {
        inputs["name"] = json!(name);
    }
    world.declare("bill_server.s", inputs);
}

#[test]
fn an_old_server_is_not_reused_if_the_host_that_it_uses_is_deleted_first() {
    // With a name of its own, the old server also has the name of the next one.
    for name in [None, Some("server")] {
        let mut world = World::new();
        server(&mut world, "a", "a", name);
        world.go(Target::Running);
        server(&mut world, "a", "b", name.map(|_| "other"));
        let plan = world.plan(Target::Running).unwrap();
        assert_eq!(lines(&plan), ["replace bill_server.s", "delete bill_server.s"]);
        world.carry_out(&plan, 1);
        server(&mut world, "b", "a", name);
        let plan = world.plan(Target::Running).unwrap();
        let order = [
            "delete bill_server.s",
            "delete bill_server.s",
            "delete bill_host.h",
            "replace bill_host.h",
            "replace bill_server.s",
        ];
        assert_eq!(lines(&plan), order, "{name:?}");
        assert_eq!(plan.operations[4].generation, 3);
        world.carry_out(&plan, usize::MAX);
        assert_eq!(world.go(Target::Running), [""; 0]);
    }
}

#[test]
fn a_server_that_will_refer_to_its_host_in_other_words_is_deleted_before_it() {
    for host in [json!({"$ref": "bill_host.h", "output": "name"}), json!(null)] {
        let mut world = World::new();
        server(&mut world, "a", "a", None);
        world.go(Target::Running);
        server(&mut world, "b", "a", None);
        let server = world.declare("bill_server.s", json!({"form": "a", "host": host}));
        server.depends_on.insert(at("bill_host.h"));
        let order = ["delete bill_server.s", "delete bill_host.h", "replace bill_host.h", "replace bill_server.s"];
        assert_eq!(world.go(Target::Running), order, "{host}");
        assert_eq!(world.go(Target::Running), [""; 0]);
    }
}

#[test]
fn a_reference_that_an_update_may_have_set_before_it_was_cut_off_counts() {
    let begun = |user: &str| {
        let mut world = World::new();
        world.declare("bill_host.h", json!({"form": "a", "name": "shop"}));
        world.declare(user, json!({"host": null}));
        world.go(Target::Running);
        world.declare(user, json!({"host": reference("bill_host.h")}));
        let plan = world.plan(Target::Running).unwrap();
        assert_eq!(lines(&plan), [format!("update {user}")]);
        world.carry_out(&plan, 0);
        world
    };
    let mut world = begun("data_table.t");
    world.undeclare("bill_host.h");
    world.declare("data_table.t", json!({"host": null}));
    assert_eq!(world.go(Target::Running), ["update data_table.t", "delete bill_host.h"]);
    let mut world = begun("bill_server.s");
    world.declare("bill_host.h", json!({"form": "b", "name": "shop"}));
    let order = ["delete bill_server.s", "delete bill_host.h", "replace bill_host.h", "replace bill_server.s"];
    assert_eq!(world.go(Target::Running), order);
    assert_eq!(world.go(Target::Running), [""; 0]);
}
