//! Decisions.

use jiff::tz::TimeZone;

use super::*;
use crate::schedule::{Bounds, Idleness, Limit, Settings, UnderWay, WindowSettings};

fn window(name: &str, days: &str, from: &str, to: &str) -> WindowSettings {
    WindowSettings {
        name: name.into(),
        target: "running".into(),
        days: Some(days.into()),
        from: Some(from.into()),
        to: Some(to.into()),
        ..WindowSettings::default()
    }
}

fn office() -> Settings {
    let capacity = Capacity::from([("query-enhancer".to_owned(), Bounds { min: 2, max: 10 })]);
    let office = WindowSettings { capacity, ready: true, ..window("office hours", "mon-fri", "08:00", "18:00") };
    Settings { timezone: "UTC".into(), default: "paused".into(), windows: vec![office], ..Settings::default() }
}

fn schedule(settings: &Settings) -> Schedule {
    Schedule::new(settings, TimeZone::UTC, Some("2026e".into())).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// 2026-11-23 is a Monday.
fn situation<'a>(schedule: Option<&'a Schedule>, now: &str) -> Situation<'a> {
    Situation {
        schedule,
        hold: None,
        limit: None,
        rollout: None,
        idle: Idleness::default(),
        recorded: Target::Paused,
        now: at(now),
        lead: SignedDuration::ZERO,
    }
}

#[test]
fn windows_decide() {
    let schedule = schedule(&office());
    let decision = decide(&situation(Some(&schedule), "2026-11-23T09:00:00Z"));
    assert_eq!((decision.target, decision.until), (Target::Running, Some(at("2026-11-23T18:00:00Z"))));
    assert_eq!(decision.capacity["query-enhancer"], Bounds { min: 2, max: 10 });
    assert_eq!((decision.cause, decision.tzdb.as_deref()), (Cause::Window("office hours".into()), Some("2026e")));
    let decision = decide(&situation(Some(&schedule), "2026-11-27T18:00:00Z"));
    assert_eq!((decision.target, decision.cause), (Target::Paused, Cause::Outside));
    assert_eq!(decision.until, Some(at("2026-11-30T08:00:00Z")));
    assert!(decision.capacity.is_empty());
}

#[test]
fn a_window_that_is_to_be_ready_starts_early() {
    let schedule = schedule(&office());
    let early = |now| Situation { lead: SignedDuration::from_mins(20), ..situation(Some(&schedule), now) };
    let before = decide(&early("2026-11-23T07:39:00Z"));
    assert_eq!((before.target, before.until), (Target::Paused, Some(at("2026-11-23T07:40:00Z"))));
    let started = decide(&early("2026-11-23T07:40:00Z"));
    assert_eq!((started.target, started.until), (Target::Running, Some(at("2026-11-23T18:00:00Z"))));
    assert_eq!(started.reason, "`office hours` is to be ready at 08:00");
}

#[test]
fn a_stack_without_rules_stays_as_it_is() {
    for recorded in [Target::Running, Target::Paused, Target::Destroyed] {
        let decision = decide(&Situation { recorded, ..situation(None, "2026-11-23T09:00:00Z") });
        assert_eq!((decision.target, decision.cause, decision.tzdb), (recorded, Cause::Recorded, None));
    }
}

#[test]
fn a_destroyed_stack_is_never_touched() {
    let schedule = schedule(&office());
    let hold = hold(Target::Running, "2026-11-23T08:00:00Z");
    let decision = decide(&Situation {
        recorded: Target::Destroyed,
        hold: Some(&hold),
        ..situation(Some(&schedule), "2026-11-23T09:00:00Z")
    });
    assert_eq!(decision.target, Target::Destroyed);
    assert!(decision.reason.contains("destroyed"), "{}", decision.reason);
}

#[test]
fn a_stack_whose_roll_out_is_under_way_runs_until_its_end() {
    let schedule = schedule(&office());
    let rollout = UnderWay { what: "10 % to the canary".into(), until: Some(at("2026-11-24T06:00:00Z")) };
    let night = |now, rollout| decide(&Situation { rollout, ..situation(Some(&schedule), now) });
    let decision = night("2026-11-23T22:00:00Z", Some(&rollout));
    assert_eq!((decision.target, &decision.cause), (Target::Running, &Cause::Rollout));
    assert_eq!(decision.until, rollout.until, "the window that follows opens later");
    assert!(decision.reason.contains("10 % to the canary") && decision.reason.contains("no window"), "{decision:?}");
    assert_eq!(night("2026-11-24T06:00:00Z", Some(&rollout)).target, Target::Paused);
    let late = UnderWay { until: None, ..rollout.clone() };
    assert_eq!(night("2026-11-24T06:00:00Z", Some(&late)).target, Target::Running);
    let limited = limit(LimitAction::Pause);
    let decision = decide(&Situation {
        rollout: Some(&late),
        limit: Some(&limited),
        ..situation(Some(&schedule), "2026-11-23T11:00:00Z")
    });
    assert_eq!(decision.target, Target::Running, "a budget does not pause it either");
    let destroyed =
        Situation { recorded: Target::Destroyed, rollout: Some(&late), ..situation(None, "2026-11-23T11:00:00Z") };
    assert_eq!(decide(&destroyed).target, Target::Destroyed);
}

fn hold(target: Target, since: &str) -> Hold {
    let (reason, by) = ("release".to_owned(), "ada@host".to_owned());
    Hold { target, since: at(since), until: at("2026-11-23T20:00:00Z"), reason, by }
}

fn limit(action: LimitAction) -> Limit {
    Limit { action, since: at("2026-11-23T10:00:00Z"), reason: "80 % of the budget is forecast".into() }
}

#[test]
fn holds_and_limits_have_an_order() {
    let schedule = schedule(&office());
    let (earlier, later) =
        (hold(Target::Running, "2026-11-23T09:00:00Z"), hold(Target::Running, "2026-11-23T11:00:00Z"));
    let (pause, reduce) = (limit(LimitAction::Pause), limit(LimitAction::Reduce));
    let decided = |hold, limit, now| decide(&Situation { hold, limit, ..situation(Some(&schedule), now) });
    let noon = "2026-11-23T12:00:00Z";
    let decision = decided(Some(&earlier), None, noon);
    assert_eq!((decision.target, decision.cause), (Target::Running, Cause::Hold));
    assert_eq!(decision.capacity["query-enhancer"].min, 2, "a hold leaves the capacity of the window");
    assert_eq!(decided(Some(&earlier), None, "2026-11-23T19:00:00Z").until, Some(earlier.until));
    assert_eq!(decided(Some(&earlier), None, "2026-11-23T20:00:00Z").target, Target::Paused, "it ends by itself");
    let decision = decided(Some(&earlier), Some(&pause), noon);
    assert_eq!((decision.target, decision.cause), (Target::Paused, Cause::Budget));
    let decision = decided(Some(&later), Some(&pause), noon);
    assert_eq!((decision.target, decision.cause), (Target::Running, Cause::Hold));
    let decision = decided(None, Some(&reduce), noon);
    assert_eq!((decision.target, decision.reduce, decision.cause), (Target::Running, true, Cause::Budget));
    assert!(decided(Some(&earlier), Some(&reduce), noon).reduce);
    assert!(!decided(Some(&later), Some(&reduce), noon).reduce);
    let night = decided(None, Some(&reduce), "2026-11-23T22:00:00Z");
    assert_eq!((night.target, night.reduce, night.cause), (Target::Paused, false, Cause::Outside));
}

#[test]
fn an_idle_stack_is_paused_until_the_next_window() {
    let mut settings = office();
    settings.windows[0].idle = Some("45m".into());
    let schedule = schedule(&settings);
    let decided = |since: Option<&str>, now| {
        decide(&Situation { idle: Idleness { since: since.map(at) }, ..situation(Some(&schedule), now) })
    };
    let called = Some("2026-11-23T09:30:00Z");
    let busy = decided(called, "2026-11-23T10:14:00Z");
    assert_eq!((busy.target, busy.until), (Target::Running, Some(at("2026-11-23T10:15:00Z"))));
    let idle = decided(called, "2026-11-23T10:15:00Z");
    assert_eq!((idle.target, idle.cause, idle.until), (Target::Paused, Cause::Idle, Some(at("2026-11-23T18:00:00Z"))));
    assert_eq!(decided(None, "2026-11-23T17:00:00Z").target, Target::Running, "no data is not idle");
    let morning = decided(called, "2026-11-24T08:44:00Z");
    assert_eq!(
        (morning.target, morning.until),
        (Target::Running, Some(at("2026-11-24T08:45:00Z"))),
        "the next day starts anew"
    );
}

#[test]
fn windows_of_one_target_merge() {
    let mut settings = office();
    settings.windows[0].capacity.clear();
    settings.windows.push(window("evening", "mon-fri", "17:00", "22:00"));
    settings.windows.push(window("late", "mon-fri", "22:00", "24:00"));
    let merged = schedule(&settings);
    let decision = decide(&situation(Some(&merged), "2026-11-23T09:00:00Z"));
    assert_eq!(decision.until, Some(at("2026-11-24T00:00:00Z")));
}

#[test]
fn the_highest_priority_decides_alone() {
    let mut settings = office();
    let freeze = WindowSettings { target: "paused".into(), ..window("freeze", "tue", "09:00", "12:00") };
    settings.windows.push(freeze.clone());
    let problems = Schedule::new(&settings, TimeZone::UTC, None).unwrap_err();
    assert_eq!(problems[0].path, ["windows", "1"]);
    let message = &problems[0].message;
    assert!(
        message.starts_with("`office hours` and `freeze` contradict each other, such as on Tuesday at 09:00"),
        "{message}"
    );
    settings.windows[1].priority = 1;
    let ordered = schedule(&settings);
    assert_eq!(decide(&situation(Some(&ordered), "2026-11-24T10:00:00Z")).target, Target::Paused);
    assert_eq!(decide(&situation(Some(&ordered), "2026-11-24T12:00:00Z")).target, Target::Running);
}

#[test]
fn every_instant_has_a_decision() {
    let schedule = schedule(&office());
    for now in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        for lead in [SignedDuration::MIN, SignedDuration::ZERO, SignedDuration::MAX] {
            decide(&Situation { now, lead, ..situation(Some(&schedule), "2026-11-23T09:00:00Z") });
        }
    }
}
