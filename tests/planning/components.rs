//! Components that sleep while their stack runs.

use std::collections::BTreeSet;

use ebbtide::plan::Target;
use ebbtide::planner::{Components, Observed, PlanError, asleep, awake};
use serde_json::json;

use crate::fixture::{World, at, lines, reference};
use crate::kinds::kinds;

/// Two servers with an alarm each, on one net.
fn two() -> World {
    let mut world = World::new();
    world.declare("data_net.n", json!({}));
    for name in ["llm", "rag"] {
        world.declare(&format!("bill_server.{name}"), json!({"on": reference("data_net.n"), "name": name}));
        world.declare(
            &format!("data_alarm.watch-{name}"),
            json!({"on": {"$ref": format!("bill_server.{name}"), "output": "name"}, "armed": true}),
        );
    }
    world.go(Target::Running);
    world
}

fn names(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|name| (*name).to_owned()).collect()
}

/// Plans and carries out what `pause --only` and `resume --only` do.
fn only(world: &mut World, asleep: &[&str]) -> Vec<String> {
    let (named, asleep) = (names(&["llm"]), names(asleep));
    let plan = world.plan_components(Components { asleep: Some(&asleep), only: Some(&named) }).unwrap();
    assert_eq!(plan.asleep, asleep);
    let mut lines = lines(&plan);
    lines.sort();
    world.carry_out(&plan, usize::MAX);
    lines
}

#[test]
fn a_component_sleeps_with_what_depends_on_it_and_wakes_as_it_was() {
    let mut world = two();
    let before = world.document.declarations();
    assert_eq!(only(&mut world, &["llm"]), ["sleep bill_server.llm", "update data_alarm.watch-llm"]);
    assert_eq!(world.awake(), ["bill_server.rag", "data_alarm.watch-llm", "data_alarm.watch-rag", "data_net.n"]);
    assert_eq!(world.document.resources[&at("data_alarm.watch-llm")].inputs["armed"], false);
    assert_eq!(world.document.declarations(), before, "nothing is declared otherwise");
    assert!(world.plan(Target::Running).unwrap().is_empty(), "an apply leaves it asleep");
    assert_eq!(only(&mut world, &["llm"]), [""; 0], "a second pause has nothing to do");
    assert_eq!(only(&mut world, &[]), ["create bill_server.llm", "update data_alarm.watch-llm"]);
    assert_eq!(world.document.declarations(), before);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn changes_of_what_sleeps_and_of_what_depends_on_it_wait() {
    let mut world = two();
    only(&mut world, &["llm"]);
    let on = |name: &str| json!({"$ref": format!("bill_server.{name}"), "output": "name"});
    world.declare("bill_server.llm", json!({"on": reference("data_net.n"), "name": "llm", "size": 2}));
    world.declare("bill_server.rag", json!({"on": reference("data_net.n"), "name": "rag", "size": 2}));
    world.declare("data_alarm.watch-llm", json!({"on": on("llm"), "armed": true, "size": 2}));
    world.declare("data_alarm.new", json!({"on": on("llm"), "armed": true}));
    world.declare("bill_server.llm-extra", json!({}));
    assert_eq!(world.go(Target::Running), ["update bill_server.rag"]);
    assert_eq!(only(&mut world, &[]), ["create bill_server.llm", "update data_alarm.watch-llm"]);
    let mut rest = world.go(Target::Running);
    rest.sort();
    let expected = ["create bill_server.llm-extra", "create data_alarm.new", "update bill_server.llm"];
    assert_eq!(rest, [&expected[..], &["update data_alarm.watch-llm"]].concat());
}

#[test]
fn a_pause_and_a_resume_of_the_stack_leave_it_asleep_unless_it_is_named() {
    let mut world = two();
    only(&mut world, &["llm"]);
    world.go(Target::Paused);
    assert_eq!(world.document.asleep, names(&["llm"]));
    assert_eq!(world.resume(), ["create bill_server.rag", "update data_alarm.watch-rag"]);
    let none = BTreeSet::new();
    let plan = world.plan_components(Components { asleep: Some(&none), only: None }).unwrap();
    let mut woken = lines(&plan);
    woken.sort();
    assert_eq!(woken, ["create bill_server.llm", "update data_alarm.watch-llm"]);
}

#[test]
fn what_is_no_longer_declared_goes_also_asleep() {
    let mut world = two();
    only(&mut world, &["llm"]);
    world.undeclare("bill_server.llm");
    world.undeclare("data_alarm.watch-llm");
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(plan.asleep, names(&[]), "a component that is gone is not asleep");
    let mut done = lines(&plan);
    done.sort();
    assert_eq!(done, ["delete data_alarm.watch-llm", "forget bill_server.llm"]);
    let plan = world.plan(Target::Destroyed).unwrap();
    assert_eq!(plan.asleep, names(&[]));
}

#[test]
fn nothing_takes_the_name_of_what_is_asleep() {
    let mut world = World::new();
    world.declare("bill_host_named.llm", json!({"name": "exact"}));
    world.go(Target::Running);
    only(&mut world, &["llm"]);
    world.declare("bill_host_named.llm", json!({"name": "other"}));
    world.declare("bill_host_named.rag", json!({"name": "exact"}));
    let refused = world.plan(Target::Running).unwrap_err();
    let (PlanError::NameTaken { old, new, .. }, message) = (&refused, refused.to_string()) else { panic!("{refused}") };
    assert_eq!((old, new), (&at("bill_host_named.llm"), &at("bill_host_named.rag")));
    assert!(message.contains("it is asleep, and `ebb resume` wakes it"), "{message}");
    // What is no longer declared gives its name away.
    world.undeclare("bill_host_named.llm");
    assert_eq!(world.go(Target::Running), ["forget bill_host_named.llm", "create bill_host_named.rag"]);
}

#[test]
fn nothing_takes_the_name_of_what_waits_for_a_component() {
    let mut world = two();
    world.declare("bill_host_named.web", json!({"name": "exact"}));
    world.go(Target::Running);
    only(&mut world, &["llm"]);
    // Its change of the name waits, since it would refer to what is asleep.
    world.declare("bill_host_named.web", json!({"name": "other", "on": reference("bill_server.llm")}));
    world.declare("bill_host_named.new", json!({"name": "exact"}));
    let refused = world.plan(Target::Running).unwrap_err();
    let (PlanError::NameTaken { old, new, .. }, message) = (&refused, refused.to_string()) else { panic!("{refused}") };
    assert_eq!((old, new), (&at("bill_host_named.web"), &at("bill_host_named.new")));
    assert!(message.contains("its change waits for a job, or for what is asleep"), "{message}");

    // A resume of the stack creates it as it was recorded.
    world.go(Target::Paused);
    let refused = world.plan(Target::Running).unwrap_err();
    assert!(matches!(&refused, PlanError::NameTaken { old, .. } if *old == at("bill_host_named.web")), "{refused}");
}

#[test]
fn a_plan_of_a_component_leaves_all_else_as_it_is() {
    let mut world = two();
    world.observation.0.insert(at("bill_server.rag"), Observed::Missing);
    let asleep = names(&["llm"]);
    let plan = world.plan_components(Components { asleep: Some(&asleep), only: Some(&asleep) }).unwrap();
    let mut done = lines(&plan);
    done.sort();
    assert_eq!(done, ["sleep bill_server.llm", "update data_alarm.watch-llm"]);
    assert_eq!(lines(&world.plan(Target::Running).unwrap()), ["create bill_server.rag"]);
}

#[test]
fn schedules_and_forecasts_see_what_is_awake() {
    let mut world = two();
    assert_eq!(awake(&world.document, &kinds()).resources, world.document.resources);
    only(&mut world, &["llm"]);
    let sleeping = asleep(&world.document, &names(&["llm"]), &kinds());
    assert_eq!(sleeping, [at("bill_server.llm"), at("data_alarm.watch-llm")].into());
    let rest: Vec<String> = awake(&world.document, &kinds()).resources.keys().map(ToString::to_string).collect();
    assert_eq!(rest, ["bill_server.rag", "data_alarm.watch-rag", "data_net.n"]);
}
