//! Schedules of capacities that are handed to AWS.

use ebbtide::schedule::{Bounds, WeeklyChange};
use jiff::SignedDuration;
use jiff::civil::Weekday::{self, Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{at, decided, validated};

const WORKDAYS: [Weekday; 5] = [Monday, Tuesday, Wednesday, Thursday, Friday];
const ALL: [Weekday; 7] = [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];

fn window(name: &str, fields: Value) -> Value {
    let mut window = json!({"name": name, "capacity": {"api": {"min": 2, "max": 9}}});
    window.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    window
}

fn pushed(windows: &[Value]) -> Value {
    json!({"timezone": "Europe/Berlin", "default": "running", "push": true, "windows": windows})
}

fn changes(windows: &[Value]) -> Vec<WeeklyChange> {
    validated(pushed(windows)).unwrap().weekly_changes("api")
}

fn change(time: (i8, i8), days: &[Weekday], bounds: Option<(u32, u32)>) -> WeeklyChange {
    let bounds = bounds.map(|(min, max)| Bounds { min, max });
    WeeklyChange { hour: time.0, minute: time.1, days: days.to_vec(), bounds }
}

#[test]
fn each_edge_of_a_week_is_one_change() {
    let office = window("office", json!({"days": "mon-fri", "from": "08:00", "to": "18:30"}));
    assert_eq!(
        changes(std::slice::from_ref(&office)),
        [change((8, 0), &WORKDAYS, Some((2, 9))), change((18, 30), &WORKDAYS, None)]
    );
    // Over midnight: the end is on the day after.
    let night = window("night", json!({"days": "fri", "from": "22:00", "to": "06:00"}));
    assert_eq!(changes(&[night]), [change((6, 0), &[Saturday], None), change((22, 0), &[Friday], Some((2, 9)))]);
    // Where one window ends and another begins, there is one change.
    let evening = json!({"days": "mon-fri", "from": "18:30", "to": "22:00", "capacity": {"api": {"min": 1, "max": 4}}});
    assert_eq!(
        changes(&[office.clone(), window("evening", evening)]),
        [
            change((8, 0), &WORKDAYS, Some((2, 9))),
            change((18, 30), &WORKDAYS, Some((1, 4))),
            change((22, 0), &WORKDAYS, None)
        ]
    );
    // The window of the higher priority decides alone.
    let peak = json!({"days": "mon", "from": "12:00", "to": "13:00", "priority": 1, "capacity": {"api": {"min": 5, "max": 9}}});
    assert_eq!(
        changes(&[office, window("peak", peak)]),
        [
            change((8, 0), &WORKDAYS, Some((2, 9))),
            change((12, 0), &[Monday], Some((5, 9))),
            change((13, 0), &[Monday], Some((2, 9))),
            change((18, 30), &WORKDAYS, None)
        ]
    );
    let cron = window("cron", json!({"opens": "0 8 * * *", "closes": "0 9 * * *"}));
    assert_eq!(changes(&[cron]), [change((8, 0), &ALL, Some((2, 9))), change((9, 0), &ALL, None)]);
    let always = window("always", json!({"from": "00:00", "to": "24:00"}));
    assert_eq!(changes(&[always]), [change((0, 0), &[Monday], Some((2, 9)))]);
    let other = window("w", json!({"from": "08:00", "to": "09:00", "capacity": {"other": {"min": 1, "max": 2}}}));
    assert_eq!(changes(&[other]), []);
}

#[test]
fn a_schedule_that_aws_cannot_carry_out_alone_is_refused_with_the_reason() {
    let day = json!({"from": "08:00", "to": "18:00"});
    let with = |fields: Value| {
        let mut fields = fields;
        fields.as_object_mut().unwrap().extend(day.as_object().unwrap().clone());
        pushed(&[window("w", fields)])
    };
    let changed = |key: &str, value: Value| {
        let mut settings = pushed(&[window("w", day.clone())]);
        settings[key] = value;
        settings
    };
    let cron = |opens: &str, closes: &str| pushed(&[window("w", json!({"opens": opens, "closes": closes}))]);
    for (settings, expected) in [
        (changed("default", "paused".into()), "the stack is paused outside of windows"),
        (changed("holidays", json!(["2026-12-25"])), "know no holidays"),
        (changed("idle", "45m".into()), "remove `push` or `idle`"),
        (changed("windows", json!([{"name": "w", "from": "08:00", "to": "18:00"}])), "no window has a `capacity`"),
        (with(json!({"ready": true})), "do not start early; remove `push`, or `ready` from `w`"),
        (with(json!({"idle": "45m"})), "remove `push`, or `idle` from `w`"),
        (cron("0 8 1 * *", "0 18 1 * *"), "`w` is not at the same fixed times of every week"),
        (cron("0 8 * 1-6 *", "0 18 * * *"), "`w` is not at the same fixed times of every week"),
        (cron("0 8 * * fri#2", "0 18 * * *"), "`w` is not at the same fixed times of every week"),
        (cron("*/30 8 * * *", "0 18 * * *"), "`w` is not at the same fixed times of every week"),
        (
            pushed(&[
                window("w", day.clone()),
                json!({"name": "night", "from": "20:00", "to": "21:00", "target": "paused"}),
            ]),
            "scheduled actions pause nothing, and `night` does",
        ),
    ] {
        let problems = validated(settings.clone()).unwrap_err();
        assert_eq!(problems.len(), 1, "{settings}: {problems:?}");
        let problem = problems[0].to_string();
        assert!(problem.starts_with("push: ") && problem.contains(expected), "{settings}: {problem}");
    }
}

fn windows() -> impl Strategy<Value = Vec<Value>> {
    let time = || (0..24_u32, 0..4_u32).prop_map(|(hour, quarter)| format!("{hour:02}:{:02}", quarter * 15));
    let days = prop::sample::select(vec!["mon-sun", "mon-fri", "fri-mon", "sun", "tue,thu"]);
    let cron = prop::sample::select(vec![("0 2 * * tue-sat", "30 4 * * tue-sat"), ("0 22 * * *", "0 6 * * 1-5")]);
    let times = prop_oneof![
        3 => (time(), time(), days).prop_map(|(from, to, days)| json!({"from": from, "to": to, "days": days})),
        1 => cron.prop_map(|(opens, closes)| json!({"opens": opens, "closes": closes})),
    ];
    prop::collection::vec((times, 1..4_u32), 1..4).prop_map(|windows| {
        let numbered = windows.into_iter().enumerate().map(|(index, (times, min))| {
            let mut window = window(&format!("w{index}"), times);
            window["capacity"] = json!({"api": {"min": min, "max": 9}});
            window["priority"] = index.into();
            window
        });
        numbered.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    /// Where clocks do not change, AWS has the same bounds at every minute as a tick every minute would have set.
    #[test]
    fn the_changes_of_a_week_lead_to_what_ticks_decide(windows in windows()) {
        let mut settings = pushed(&windows);
        settings["timezone"] = "Asia/Kolkata".into();
        let schedule = validated(settings).unwrap();
        let changes = schedule.weekly_changes("api");
        let mut bounds = None;
        let begin = at("2026-06-01T00:00:00+05:30");
        // The first week leads to the bounds at the beginning of the second one.
        for minutes in (0..14 * 24 * 60).step_by(5) {
            let now = begin + SignedDuration::from_mins(minutes);
            let local = now.to_zoned(schedule.zone().clone());
            let due: Vec<_> = changes
                .iter()
                .filter(|change| (change.hour, change.minute) == (local.hour(), local.minute()))
                .filter(|change| change.days.contains(&local.weekday()))
                .collect();
            prop_assert!(due.len() < 2, "{:?}", due);
            if let Some(change) = due.first() {
                bounds = change.bounds;
            }
            if minutes >= 7 * 24 * 60 {
                let decision = decided(&schedule, now, SignedDuration::ZERO);
                prop_assert_eq!(bounds, decision.capacity.get("api").copied(), "{} {:?}", now, changes);
            }
        }
    }
}
