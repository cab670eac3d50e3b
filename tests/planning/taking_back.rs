//! Changes that were cut off and are taken back in the code, while old generations are left and something uses them.

use ebbtide::plan::Target;
use ebbtide::planner::Observed;
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

/// Returns a stack in which the host `first` used the host `shop`. A run replaced `first` by `second`, and ended before it
/// deleted `first` and `shop`. Now a new host has a name, and `second` is to be `first` again and use the new one.
fn taken_back_with_a_new_host(name: &str) -> World {
    let mut world = World::new();
    world.declare("bill_host_named.old", json!({"name": "shop"}));
    world.declare("bill_host_named.user", json!({"name": "first", "host": reference("bill_host_named.old")}));
    world.go(Target::Running);
    world.undeclare("bill_host_named.old");
    world.declare("bill_host_named.user", json!({"name": "second"}));
    let plan = world.plan(Target::Running).unwrap();
    let order = ["replace bill_host_named.user", "delete bill_host_named.user", "delete bill_host_named.old"];
    assert_eq!(lines(&plan), order);
    world.carry_out(&plan, 1);
    world.declare("bill_host_named.new", json!({ "name": name }));
    world.declare("bill_host_named.user", json!({"name": "first", "host": reference("bill_host_named.new")}));
    world
}

#[test]
fn a_new_host_takes_a_name_that_an_earlier_generation_keeps_in_use() {
    // The host `first` uses `shop`, so it is not kept if the new host is to be `shop`: it would move away too late.
    let shop = [
        "delete bill_host_named.user",
        "delete bill_host_named.old",
        "create bill_host_named.new",
        "delete bill_host_named.user",
        "replace bill_host_named.user",
    ];
    let second = [
        "delete bill_host_named.user",
        "create bill_host_named.new",
        "replace bill_host_named.user",
        "delete bill_host_named.old",
    ];
    let other = [
        "create bill_host_named.new",
        "replace bill_host_named.user",
        "delete bill_host_named.old",
        "delete bill_host_named.user",
    ];
    for (name, order) in [("shop", &shop[..]), ("second", &second), ("other", &other)] {
        let plan = taken_back_with_a_new_host(name).plan(Target::Running).unwrap();
        assert_eq!(lines(&plan), order, "{name}");
        for cut in 0..=order.len() {
            let mut world = taken_back_with_a_new_host(name);
            world.carry_out(&plan, cut);
            world.go(Target::Running);
            assert_eq!(world.go(Target::Running), [""; 0], "{name} cut at {cut}");
            assert_eq!(world.awake(), ["bill_host_named.new", "bill_host_named.user"], "{name} cut at {cut}");
            assert!(world.document.resources.values().all(|record| record.deposed.is_empty()), "{name} cut at {cut}");
        }
    }
}

#[test]
fn a_user_that_was_deleted_outside_keeps_no_name_in_use() {
    let mut world = World::new();
    let stack = |world: &mut World, host: &str| {
        world.declare(host, json!({"name": "shop"}));
        world.declare("bill_server.s", json!({"host": reference(host)}));
    };
    stack(&mut world, "bill_host_named.old");
    world.go(Target::Running);
    world.observation.0.insert(at("bill_server.s"), Observed::Missing);
    world.undeclare("bill_host_named.old");
    stack(&mut world, "bill_host_named.new");
    let order = ["delete bill_host_named.old", "create bill_host_named.new", "create bill_server.s"];
    assert_eq!(world.go(Target::Running), order);
    assert_eq!(world.go(Target::Running), [""; 0]);
}
