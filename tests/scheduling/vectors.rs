//! Known vectors: windows on days on which clocks change, over midnight, on holidays.

use ebbtide::plan::Target;
use ebbtide::schedule::{lint, preview};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::fixture::{at, decided, running, schedule, validated};

fn window(name: &str, days: &str, from: &str, to: &str) -> Value {
    json!({"name": name, "days": days, "from": from, "to": to})
}

/// The same window as a time of day, and as two cron expressions.
fn both_forms(days: &str, from: &str, to: &str, end_days: &str) -> [Value; 2] {
    let cron = |time: &str, days: &str| {
        let (hour, minute) = time.split_once(':').unwrap();
        let number = |digits: &str| digits.parse::<u32>().unwrap();
        format!("{} {} * * {days}", number(minute), number(hour) % 24)
    };
    let cron_days = |days: &'static str| if days == "mon-sun" { "*" } else { days };
    let (days_of_begin, days_of_end) = (cron_days(leak(days)), cron_days(leak(end_days)));
    [
        window("w", days, from, to),
        json!({"name": "w", "opens": cron(from, days_of_begin), "closes": cron(to, days_of_end)}),
    ]
}

fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}

/// Days, beginning, end and days of the end of a window; the number of days, the zone and the date; the stretches.
type Case =
    (&'static str, &'static str, &'static str, &'static str, u32, &'static str, &'static str, &'static [&'static str]);

#[test]
fn windows_are_open_at_the_known_instants() {
    let cases: [Case; 9] = [
        ("mon-sun", "02:00", "03:00", "mon-sun", 1, "America/New_York", "2027-03-14", &[]),
        ("mon-sun", "02:30", "12:00", "mon-sun", 1, "America/New_York", "2026-03-08", &["03-08 07:00–03-08 16:00"]),
        ("mon-sun", "01:30", "09:00", "mon-sun", 1, "America/New_York", "2026-11-01", &["11-01 05:30–11-01 14:00"]),
        ("sat", "22:00", "01:30", "sun", 2, "America/New_York", "2026-10-31", &["11-01 02:00–11-01 06:30"]),
        (
            "mon-fri",
            "22:00",
            "06:00",
            "tue-sat",
            3,
            "America/New_York",
            "2026-06-05",
            &[
                // Of Thursday, and of Friday; none begins on Saturday or Sunday.
                "06-05 04:00–06-05 10:00",
                "06-06 02:00–06-06 10:00",
            ],
        ),
        (
            "fri-mon",
            "09:00",
            "10:00",
            "fri-mon",
            7,
            "UTC",
            "2026-11-16",
            &[
                "11-16 09:00–11-16 10:00",
                "11-20 09:00–11-20 10:00",
                "11-21 09:00–11-21 10:00",
                "11-22 09:00–11-22 10:00",
            ],
        ),
        ("fri", "00:00", "06:00", "fri", 1, "Africa/Cairo", "2027-04-30", &["04-29 22:00–04-30 03:00"]),
        ("sat", "23:30", "02:00", "sun", 1, "America/Santiago", "2027-04-03", &["04-04 02:30–04-04 04:00"]),
        ("mon-sun", "08:00", "09:00", "mon-sun", 1, "America/Vancouver", "2026-11-02", &["11-02 15:00–11-02 16:00"]),
    ];
    for (days, from, to, end_days, count, zone, date, expected) in cases {
        for form in both_forms(days, from, to, end_days) {
            let schedule = schedule(zone, json!([form]));
            let found = running(&schedule, date, count);
            assert_eq!(found, expected, "{form} in {zone} on {date}");
        }
    }
}

#[test]
fn an_end_in_a_repeated_hour_does_not_close_the_window_that_began_in_it() {
    for form in both_forms("mon-sun", "01:45", "01:30", "mon-sun") {
        let schedule = schedule("America/New_York", json!([form]));
        assert_eq!(
            running(&schedule, "2026-11-01", 2),
            ["11-01 04:00–11-02 06:30", "11-02 06:45–11-03 05:00"],
            "{form}"
        );
    }
}

#[test]
fn a_day_has_as_many_hours_as_it_has() {
    for (date, hours) in [("2026-03-08", 23.0), ("2026-11-01", 25.0), ("2026-11-02", 24.0)] {
        let schedule = schedule("America/New_York", json!([window("all day", "mon-sun", "00:00", "24:00")]));
        let from = at(&format!("{date}T05:00:00Z")).to_zoned(schedule.zone().clone()).start_of_day().unwrap();
        let preview = preview(&schedule, from.timestamp(), 1, SignedDuration::ZERO);
        assert_eq!((preview.hours.running, preview.hours.windows["all day"]), (hours, hours), "{date}");
        assert_eq!(preview.hours.paused, 0.0);
        assert!(preview.transitions.is_empty(), "midnight is no flap");
    }
}

#[test]
fn a_window_that_is_open_at_the_beginning_of_a_holiday_closes_as_usual() {
    for form in both_forms("mon-sun", "20:00", "06:00", "mon-sun") {
        let settings = json!({"timezone": "UTC", "holidays": ["2026-12-25"], "windows": [form]});
        let schedule = validated(settings).unwrap();
        let expected = ["12-24 00:00–12-24 06:00", "12-24 20:00–12-25 06:00", "12-26 20:00–12-27 00:00"];
        assert_eq!(running(&schedule, "2026-12-24", 3), expected, "{form}");
    }
}

#[test]
fn a_window_that_was_split_at_midnight_is_warned_of() {
    let windows = json!([window("late", "mon-fri", "23:30", "24:00"), window("early", "mon-fri", "00:00", "09:30")]);
    let schedule = schedule("Europe/Berlin", windows);
    let warnings = lint(&schedule, at("2026-11-22T00:00:00Z"));
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("Saturday 00:00–09:30 is dropped"), "{warnings:?}");
    assert!(warnings[0].contains("Monday 00:00–09:30 has no Sunday before it"), "{warnings:?}");
    // It does what it says: nothing runs on Saturday, and Monday begins at midnight.
    let found = running(&schedule, "2026-06-05", 4);
    assert_eq!(
        found,
        ["06-04 22:00–06-05 07:30", "06-05 21:30–06-05 22:00", "06-07 22:00–06-08 07:30", "06-08 21:30–06-08 22:00"]
    );
}

#[test]
fn windows_that_touch_in_a_repeated_hour_neither_flap_nor_conflict() {
    let windows = json!([
        {"name": "night", "from": "22:00", "to": "02:00", "capacity": {"api": {"min": 1, "max": 2}}},
        {"name": "batch", "from": "02:00", "to": "06:00", "capacity": {"api": {"min": 4, "max": 8}}},
    ]);
    let schedule = schedule("Europe/Berlin", windows);
    // 02:00 comes at 00:00 and at 01:00 UTC. The night lasts to its last end, and the batch begins at its first begin.
    let preview = preview(&schedule, at("2026-10-24T12:00:00Z"), 1, SignedDuration::ZERO);
    let found: Vec<_> = preview.transitions.iter().map(|one| format!("{} {}", one.at, one.target)).collect();
    assert_eq!(found, ["2026-10-24T20:00:00Z running", "2026-10-25T00:00:00Z running", "2026-10-25T05:00:00Z paused"]);
    assert_eq!(preview.transitions[1].capacity["api"].min, 4);
}

#[test]
fn the_same_windows_in_both_forms_decide_alike() {
    let forms = both_forms("tue-sat", "02:00", "04:30", "tue-sat");
    let [daily, cron] = forms.map(|form| schedule("America/New_York", json!([form])));
    let mut now = at("2026-02-20T00:00:00Z");
    while now < at("2026-04-01T00:00:00Z") {
        let [one, other] = [&daily, &cron].map(|schedule| decided(schedule, now, SignedDuration::ZERO));
        assert_eq!((one.target, one.until), (other.target, other.until), "{now}");
        now += SignedDuration::from_mins(30);
    }
    let open = decided(&cron, at("2026-03-07T08:00:00Z"), SignedDuration::ZERO);
    assert_eq!((open.target, open.tzdb.as_deref()), (Target::Running, Some("2026e")));
}
