//! Properties over generated schedules.

use ebbtide::plan::Target;
use ebbtide::schedule::{Capacity, Decision, Schedule, preview};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{at, decided, validated};

const ZONES: [&str; 8] = [
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "UTC",
];
const DAYS: [&str; 5] = ["mon-sun", "mon-fri", "fri-mon", "sun", "tue,thu"];
const CRON: [(&str, &str); 4] = [
    ("0 2 * * tue-sat", "30 4 * * tue-sat"),
    ("*/30 8-17 * * 1-5", "0 18 * * *"),
    ("15 1 1,15 * *", "45 2 * * *"),
    ("0 * * * *", "20 * * * *"),
];
/// Days on which clocks change somewhere, and others.
const FROM: [&str; 6] = [
    "2026-03-06T10:00:00Z",
    "2026-10-23T10:00:00Z",
    "2026-10-30T10:00:00Z",
    "2027-04-02T10:00:00Z",
    "2027-04-28T10:00:00Z",
    "2026-06-01T00:00:00Z",
];

fn windows() -> impl Strategy<Value = Value> {
    let time =
        || (0..24_u32, prop_oneof![Just(0_u32), Just(30), 0..60_u32]).prop_map(|(h, m)| format!("{h:02}:{m:02}"));
    let daily = (time(), time(), 0..DAYS.len())
        .prop_map(|(from, to, days)| json!({"from": from, "to": to, "days": DAYS[days]}));
    let cron = (0..CRON.len()).prop_map(|pair| json!({"opens": CRON[pair].0, "closes": CRON[pair].1}));
    (prop_oneof![3 => daily, 1 => cron], any::<bool>(), any::<bool>(), 1..4_u32).prop_map(
        |(mut window, runs, ready, min)| {
            if runs {
                window["ready"] = ready.into();
                window["capacity"] = json!({"api": {"min": min, "max": 9}});
            } else {
                window["target"] = "paused".into();
            }
            window
        },
    )
}

/// Returns schedules of up to four windows, in an order.
fn schedules() -> impl Strategy<Value = Schedule> {
    let default = prop_oneof![Just("paused"), Just("running")];
    (prop::collection::vec(windows(), 0..4), 0..ZONES.len(), default, any::<bool>()).prop_map(
        |(windows, zone, default, holiday)| {
            let numbered = windows.into_iter().enumerate().map(|(index, mut window)| {
                window["name"] = format!("w{index}").into();
                window["priority"] = index.into();
                window
            });
            let windows: Vec<Value> = numbered.collect();
            let holidays = if holiday { vec!["2026-03-08", "2026-11-01", "2027-04-03"] } else { Vec::new() };
            validated(json!({"timezone": ZONES[zone], "default": default, "holidays": holidays, "windows": windows}))
                .unwrap()
        },
    )
}

/// Returns the part of a decision that acts on a stack.
fn acts(decision: &Decision) -> (Target, Capacity) {
    let capacity = if decision.target == Target::Running { decision.capacity.clone() } else { Capacity::new() };
    (decision.target, capacity)
}

fn leads() -> impl Strategy<Value = SignedDuration> {
    prop_oneof![Just(0_i64), Just(20), 1..300_i64].prop_map(SignedDuration::from_mins)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The preview is what ticking every minute would have done, and no two transitions in a row do the same.
    #[test]
    fn the_preview_equals_ticking_every_minute(schedule in schedules(), from in 0..FROM.len(), lead in leads()) {
        let preview = preview(&schedule, at(FROM[from]), 4, lead);
        let mut expected = vec![(preview.start.at, preview.start.target, preview.start.capacity.clone())];
        expected.extend(preview.transitions.iter().map(|one| (one.at, one.target, one.capacity.clone())));
        let mut ticked: Vec<(Timestamp, Target, Capacity)> = Vec::new();
        let mut now = preview.from;
        while now < preview.to {
            let (target, capacity) = acts(&decided(&schedule, now, lead));
            if ticked.last().is_none_or(|last| (last.1, &last.2) != (target, &capacity)) {
                ticked.push((now, target, capacity));
            }
            now += SignedDuration::from_mins(1);
        }
        prop_assert_eq!(ticked, expected);
    }

    /// Stretches follow each other without gaps, hours add up, transitions are in order.
    #[test]
    fn a_preview_has_neither_gaps_nor_flaps(schedule in schedules(), from in 0..FROM.len(), lead in leads()) {
        let preview = preview(&schedule, at(FROM[from]), 30, lead);
        let mut end = preview.from;
        for stretch in &preview.stretches {
            prop_assert!(stretch.begin == end && stretch.begin < stretch.end, "{:?}", stretch);
            end = stretch.end;
        }
        prop_assert_eq!(end, preview.to);
        let hours = preview.to.duration_since(preview.from).as_secs_f64() / 3600.0;
        prop_assert!((preview.hours.running + preview.hours.paused - hours).abs() < 1e-6);
        let mut before = &preview.start;
        for transition in &preview.transitions {
            prop_assert!(before.at < transition.at);
            let same = before.target == transition.target && before.capacity == transition.capacity;
            prop_assert!(!same, "{:?} {:?}", before, transition);
            before = transition;
        }
    }

    /// A decision holds until the instant that it names: looking again earlier changes nothing, and looking then does.
    #[test]
    fn a_decision_holds_until_the_instant_that_it_names(schedule in schedules(), from in 0..FROM.len(), minute in 0..5000_i64, lead in leads()) {
        let now = at(FROM[from]) + SignedDuration::from_mins(minute);
        let decision = decided(&schedule, now, lead);
        let Some(until) = decision.until else { return Ok(()) };
        prop_assert!(until > now);
        let nanosecond = SignedDuration::from_nanos(1);
        prop_assert_eq!(acts(&decided(&schedule, until - nanosecond, lead)), acts(&decision));
        let after = decided(&schedule, until, lead);
        prop_assert!(acts(&after) != acts(&decision), "{:?} at {}", after, until);
    }

    /// The path to an instant does not matter: after any outage there is one net action.
    #[test]
    fn any_outage_ends_in_one_net_action(schedule in schedules(), from in 0..FROM.len(), outage in 1..20_000_i64) {
        let (start, zero) = (at(FROM[from]), SignedDuration::ZERO);
        let end = start + SignedDuration::from_mins(outage);
        let mut state = acts(&decided(&schedule, start, zero));
        let mut actions = 0;
        // The ticks of the outage are missing: what was there before is compared with what holds now.
        for now in [end, end, end] {
            let next = acts(&decided(&schedule, now, zero));
            actions += usize::from(next != state);
            state = next;
        }
        prop_assert!(actions <= 1);
        let mut ticked = acts(&decided(&schedule, start, zero));
        let mut now = start;
        while now < end {
            now = (now + SignedDuration::from_hours(7)).min(end);
            ticked = acts(&decided(&schedule, now, zero));
        }
        prop_assert_eq!(ticked, state);
    }
}
