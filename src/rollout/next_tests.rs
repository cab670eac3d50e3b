use jiff::SignedDuration;
use serde_json::json;

use super::super::settings::Settings;
use super::*;

const START: &str = "2026-11-01T00:00:00Z";

fn at(days: i64, hours: i64) -> Timestamp {
    START.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * days + hours)
}

fn settings() -> Settings {
    serde_json::from_value(json!({
        "steps": [
            { "percent": 10, "after": "0d" }, { "percent": 25, "after": "3d" }, { "percent": 50, "after": "7d" },
            { "percent": 75, "after": "10d" }, { "percent": 100, "after": "14d" },
        ],
        "gates": ["accuracy", "latency"],
        "rollback": [{ "alarm": "drop", "for": "24h" }, { "cost": "200%", "for": "7d" }],
        "approve": [100],
    }))
    .unwrap()
}

fn rules() -> Rules {
    Rules::new(&settings()).unwrap()
}

fn rollout(percent: u8, since: Timestamp) -> Rollout {
    let of = "sagemaker_endpoint.llm".parse().unwrap();
    let settings = Settings { to: Some("new".into()), ..settings() };
    Rollout { percent, since, ..Rollout::new(of, 1, settings, "ada@host", at(0, 0)) }
}

/// All gates are OK since before the start, and AWS has the percentage.
fn calm(percent: u8) -> Observed {
    let alarm = |state| SeenAlarm { state, since: at(-1, 0), lenient: false };
    let alarms = [("accuracy", AlarmState::Ok), ("latency", AlarmState::Ok), ("drop", AlarmState::InsufficientData)];
    Observed {
        percent: Some(f64::from(percent)),
        generation: 1,
        alarms: alarms.map(|(name, state)| (name.to_owned(), alarm(state))).into(),
        costs: [(7, 1.2)].into(),
        over_budget: None,
    }
}

fn with(mut observed: Observed, name: &str, state: AlarmState, since: Timestamp) -> Observed {
    observed.alarms.insert(name.into(), SeenAlarm { state, since, lenient: false });
    observed
}

fn why(next: Next) -> String {
    match next {
        Next::Wait { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_calm_roll_out_takes_each_step_when_its_time_has_come() {
    let (mut state, rules, mut taken) = (rollout(0, at(0, 0)), rules(), Vec::new());
    state.approved.insert(100);
    for hour in 0..24 * 30 {
        let now = at(0, hour);
        match next(&state, &rules, &calm(state.percent), now) {
            Next::Step(percent) => {
                taken.push((hour / 24, percent));
                state.gets(percent, 1, now);
            }
            Next::Done => {
                taken.push((hour / 24, 0));
                state.phase = Phase::Done { at: now };
            }
            Next::Wait { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(taken, [(0, 10), (3, 25), (7, 50), (10, 75), (14, 100), (18, 0)]);
}

#[test]
fn a_late_look_takes_one_step_and_moves_all_that_follow() {
    let mut state = rollout(10, at(0, 0));
    assert_eq!(next(&state, &rules(), &calm(10), at(9, 0)), Next::Step(25));
    state.gets(25, 1, at(9, 0));
    let Next::Wait { until, .. } = next(&state, &rules(), &calm(25), at(9, 1)) else { panic!("two steps at once") };
    assert_eq!(until, Some(at(13, 0)));
}

#[test]
fn a_gate_has_to_be_ok_with_data_since_the_last_step() {
    let state = rollout(10, at(0, 0));
    let now = at(3, 1);
    assert_eq!(next(&state, &rules(), &calm(10), now), Next::Step(25));
    for (state_of_gate, words) in [(AlarmState::Alarm, "is raised"), (AlarmState::InsufficientData, "has no data")] {
        let shut = with(calm(10), "latency", state_of_gate, at(2, 0));
        assert!(why(next(&state, &rules(), &shut, now)).starts_with(&format!("gate latency {words}")));
    }
    // It was shut in between: its three days begin anew.
    let reopened = with(calm(10), "latency", AlarmState::Ok, at(2, 0));
    let Next::Wait { until, .. } = next(&state, &rules(), &reopened, now) else { panic!("no proof") };
    assert_eq!(until, Some(at(5, 0)));
    assert_eq!(next(&state, &rules(), &reopened, at(5, 0)), Next::Step(25));

    let mut lenient = calm(10);
    lenient.alarms.get_mut("accuracy").unwrap().lenient = true;
    assert!(why(next(&state, &rules(), &lenient, now)).contains("missing data"));
    for name in ["accuracy", "drop"] {
        let mut missing = calm(10);
        missing.alarms.remove(name);
        assert_eq!(why(next(&state, &rules(), &missing, now)), format!("there is no alarm `{name}`"));
    }
}

#[test]
fn budgets_and_persons_are_asked_last() {
    let state = rollout(75, at(10, 0));
    let now = at(15, 0);
    assert!(why(next(&state, &rules(), &calm(75), now)).contains("ebb rollout approve"));
    let approved = Rollout { approved: [100].into(), ..state.clone() };
    assert_eq!(next(&approved, &rules(), &calm(75), now), Next::Step(100));
    let over = Observed { over_budget: Some("over budget".into()), ..calm(75) };
    assert_eq!(why(next(&approved, &rules(), &over, now)), "over budget");
    let held = Phase::Held { by: "ada".into(), at: now, reason: "fair".into() };
    assert_eq!(why(next(&Rollout { phase: held, ..approved }, &rules(), &calm(75), now)), "held by ada: fair");
}

#[test]
fn a_reason_takes_the_traffic_back_from_any_state_under_way() {
    let raised = with(calm(50), "drop", AlarmState::Alarm, at(8, 0));
    let costly = Observed { costs: [(7, 2.1)].into(), ..calm(50) };
    let held = Phase::Held { by: "ada".into(), at: at(8, 0), reason: "fair".into() };
    let under_way = rollout(50, at(7, 0));
    let moving = Rollout { moving: Some(75), ..under_way.clone() };
    let held = Rollout { phase: held, ..under_way.clone() };
    for state in [under_way, moving, held] {
        for live in [Some(50.0), Some(75.0), Some(0.0), None] {
            let raised = Observed { percent: live, generation: 2, ..raised.clone() };
            assert!(matches!(next(&state, &rules(), &raised, at(9, 0)), Next::Back(_)));
            let not_long_enough = next(&state, &rules(), &raised, at(8, 23));
            assert!(!matches!(not_long_enough, Next::Back(_) | Next::Step(_)), "{not_long_enough:?}");
        }
        assert!(matches!(next(&state, &rules(), &costly, at(9, 0)), Next::Back(reason) if reason.contains("210 %")));
    }
}

#[test]
fn a_step_that_was_cut_off_is_looked_up() {
    let cut = Rollout { moving: Some(25), ..rollout(10, at(0, 0)) };
    assert_eq!(next(&cut, &rules(), &calm(25), at(3, 1)), Next::Taken(25));
    assert_eq!(next(&cut, &rules(), &calm(10), at(3, 1)), Next::Step(25));
    // The gates may have changed their mind since.
    let shut = with(calm(10), "latency", AlarmState::Alarm, at(3, 0));
    assert!(why(next(&cut, &rules(), &shut, at(3, 1))).contains("latency"));
}

#[test]
fn a_share_that_somebody_else_set_is_not_overruled() {
    let state = rollout(50, at(7, 0));
    for live in [0_u8, 10, 75] {
        assert_eq!(next(&state, &rules(), &calm(live), at(20, 0)), Next::Moved(f64::from(live)));
    }
    // A resource that was created again has the declared share.
    let again = Observed { generation: 2, ..calm(0) };
    assert_eq!(next(&state, &rules(), &again, at(20, 0)), Next::Set(50));
}

#[test]
fn after_the_end_only_a_new_resource_is_set_again() {
    let done = Rollout { phase: Phase::Done { at: at(18, 0) }, ..rollout(100, at(14, 0)) };
    assert_eq!(why(next(&done, &rules(), &calm(0), at(20, 0))), "it is done");
    assert_eq!(next(&done, &rules(), &Observed { generation: 2, ..calm(0) }, at(20, 0)), Next::Set(100));
    assert_eq!(next(&done, &rules(), &Observed { percent: None, ..calm(0) }, at(20, 0)), Next::Closed);
    let back = Phase::RolledBack { by: "ada".into(), at: at(8, 0), reason: "bad".into() };
    let back = Rollout { phase: back, ..rollout(0, at(8, 0)) };
    assert_eq!(why(next(&back, &rules(), &calm(0), at(9, 0))), "it was rolled back");
    // A step that was in flight came after the rollback.
    assert_eq!(next(&back, &rules(), &calm(25), at(9, 0)), Next::Set(0));
}

proptest::proptest! {
    /// Whatever alarms do, and however seldom anybody looks.
    #[test]
    fn no_step_comes_without_its_proof(
        changes in proptest::collection::vec((0_u8..3, 0_u8..3, 1_i64..60), 1..40),
        looks in proptest::collection::vec(1_i64..80, 1..120),
    ) {
        let (rules, mut state) = (rules(), rollout(0, at(0, 0)));
        state.approved.insert(100);
        let names = ["accuracy", "latency", "drop"];
        let mut history: Vec<(Timestamp, &str, AlarmState)> = Vec::new();
        let mut hour = 0;
        for (name, alarm, length) in changes {
            let alarm = [AlarmState::Ok, AlarmState::Alarm, AlarmState::InsufficientData][usize::from(alarm)];
            hour += length;
            history.push((at(0, hour), names[usize::from(name)], alarm));
        }
        let mut hour = 0;
        for length in looks {
            hour += length;
            let now = at(0, hour);
            let mut observed = calm(state.percent);
            for (since, name, alarm) in history.iter().filter(|(since, _, _)| *since <= now) {
                if observed.alarms[*name].state != *alarm {
                    observed = with(observed, name, *alarm, *since);
                }
            }
            let raised = &observed.alarms["drop"];
            let is_raised = raised.state == AlarmState::Alarm && now.duration_since(raised.since).as_hours() >= 24;
            match next(&state, &rules, &observed, now) {
                Next::Back(_) => {
                    proptest::prop_assert!(is_raised);
                    break;
                }
                Next::Step(percent) => {
                    proptest::prop_assert!(!is_raised);
                    let step = rules.after(state.percent).unwrap();
                    proptest::prop_assert_eq!(step.percent, percent);
                    let proof = names[..2].iter().map(|name| &observed.alarms[*name]);
                    proptest::prop_assert!(now.duration_since(state.since) >= step.wait);
                    for gate in proof {
                        proptest::prop_assert_eq!(gate.state, AlarmState::Ok);
                        proptest::prop_assert!(now.duration_since(gate.since) >= step.wait);
                    }
                    state.gets(percent, 1, now);
                }
                Next::Done => state.phase = Phase::Done { at: now },
                Next::Wait { .. } => proptest::prop_assert!(!is_raised || !state.is_under_way()),
                other => proptest::prop_assert!(false, "{:?}", other),
            }
        }
    }
}
