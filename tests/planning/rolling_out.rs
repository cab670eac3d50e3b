//! Roll-outs: no plan resets the share of the new side, or takes away what the roll-out needs while it is under way.

use ebbtide::plan::Target;
use ebbtide::planner::PlanError;
use ebbtide::rollout::{Phase, Rollout, Settings};
use serde_json::{Value, json};

use crate::fixture::{World, at, lines, reference};

const STAGE: &str = "data_split.api";

fn stage(percent: f64, size: u32) -> Value {
    json!({"server": reference("bill_server.old"), "size": size, "canary": {"percent": percent, "to": "new"}})
}

/// Returns a running stack whose roll-out is at 25 percent.
fn rolling() -> World {
    let mut world = World::new();
    world.declare("data_net.n", json!({"form": "a", "size": 1}));
    world.declare("bill_server.old", json!({"net": reference("data_net.n"), "form": "a"}));
    world.declare("bill_server.other", json!({"form": "a"}));
    world.declare("data_alarm.gate", json!({"armed": true}));
    world.declare(STAGE, stage(0.0, 1));
    world.go(Target::Running);
    let settings: Settings =
        serde_json::from_value(json!({"steps": [{"percent": 100, "after": "0d"}], "gates": ["gate"]})).unwrap();
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    let rollout = Rollout::new(at(STAGE), 1, settings, "ada@host", now);
    world.document.rollout = Some(Rollout { alarms: [at("data_alarm.gate")].into(), percent: 25, ..rollout });
    // The roll-out set the share in AWS, and no plan did.
    world.observe();
    world.live(STAGE).inputs["canary"]["percent"] = json!(25.0);
    world.record_share();
    world
}

fn phase(world: &mut World, phase: Phase) {
    world.document.rollout.as_mut().unwrap().phase = phase;
}

fn refused(result: Result<ebbtide::plan::Plan, PlanError>) -> String {
    match result {
        Err(PlanError::RollingOut { address, change, .. }) => format!("{address} {change}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_apply_keeps_the_share_and_changes_the_rest() {
    let mut world = rolling();
    assert!(world.plan(Target::Running).unwrap().is_empty());
    world.declare(STAGE, stage(0.0, 2));
    assert_eq!(world.go(Target::Running), [format!("update {STAGE}")]);
    let record = &world.document.resources[&at(STAGE)];
    assert_eq!((&record.inputs["canary"]["percent"], &record.inputs["size"]), (&json!(25.0), &json!(2)));
    assert_eq!(record.declaration()["canary"]["percent"], json!(0.0));
    // A rollback that nobody recorded yet is not undone.
    world.observe();
    world.live(STAGE).inputs["canary"]["percent"] = json!(0.0);
    world.go(Target::Running);
    assert_eq!(world.document.resources[&at(STAGE)].inputs["canary"]["percent"], json!(0.0));
}

#[test]
fn a_resource_that_is_created_again_has_the_share_of_the_roll_out() {
    let mut world = rolling();
    world.observation.0.insert(at(STAGE), ebbtide::planner::Observed::Missing);
    assert_eq!(world.go(Target::Running), [format!("create {STAGE}")]);
    assert_eq!(world.document.resources[&at(STAGE)].inputs["canary"]["percent"], json!(25.0));
}

#[test]
fn nothing_that_a_roll_out_needs_is_taken_away_while_it_is_under_way() {
    let held =
        Phase::Held { by: "ada@host".into(), at: "2026-11-02T00:00:00Z".parse().unwrap(), reason: "fair".into() };
    for under_way in [Phase::UnderWay, held] {
        let rolling = || {
            let mut world = rolling();
            phase(&mut world, under_way.clone());
            world
        };
        assert_eq!(refused(rolling().plan(Target::Paused)), "bill_server.old put to sleep");
        assert!(refused(rolling().plan(Target::Destroyed)).ends_with("deleted"));
        let mut world = rolling();
        world.declare("data_net.n", json!({"form": "b", "size": 1}));
        assert_eq!(refused(world.plan(Target::Running)), "data_net.n replaced");
        let mut world = rolling();
        world.undeclare("data_alarm.gate");
        assert_eq!(refused(world.plan(Target::Running)), "data_alarm.gate deleted");
        let mut world = rolling();
        world.declare(STAGE, json!({"server": reference("bill_server.old"), "size": 1}));
        assert_eq!(refused(world.plan(Target::Running)), format!("{STAGE} left without a second side"));
        // What it does not need is free to go, and what it needs is free to change in place.
        let mut world = rolling();
        world.undeclare("bill_server.other");
        world.declare("data_net.n", json!({"form": "a", "size": 2}));
        assert_eq!(lines(&world.plan(Target::Running).unwrap()), ["delete bill_server.other", "update data_net.n"]);
    }
}

#[test]
fn after_its_end_everything_may_go() {
    let end = "2026-11-20T00:00:00Z".parse().unwrap();
    let back = Phase::RolledBack { by: "ada@host".into(), at: end, reason: "bad".into() };
    for over in [Phase::Done { at: end }, back] {
        let mut world = rolling();
        phase(&mut world, over);
        assert!(world.plan(Target::Paused).is_ok());
        assert!(world.plan(Target::Destroyed).is_ok());
        world.declare(STAGE, json!({"server": reference("bill_server.old"), "size": 1}));
        assert_eq!(lines(&world.plan(Target::Running).unwrap()), [format!("update {STAGE}")]);
    }
}
