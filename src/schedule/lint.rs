//! Warnings: settings that are valid, and probably not meant.

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};

use super::civil::{moved, within_reach};
use super::days::{Days, name_of};
use super::old_zones::replaced_zone;
use super::preview::preview;
use super::timeline::Timeline;
use super::times::{Daily, Times};
use super::validated::Schedule;
use crate::plan::Target;

/// The days that are looked at.
const DAYS: u32 = 366;
/// A pause that is shorter saves less than coming up again costs.
const SHORT: SignedDuration = SignedDuration::from_mins(15);

/// Returns the warnings about a schedule over the year from an instant on, in words.
pub fn lint(schedule: &Schedule, from: Timestamp) -> Vec<String> {
    let from = within_reach(from);
    let mut found: Vec<String> = old_zone(schedule).into_iter().collect();
    found.extend(split_at_midnight(schedule));
    found.extend(empty_in_a_gap(schedule, from));
    found.extend(never_deciding(schedule, from));
    found.extend(short_pauses(schedule, from));
    found
}

/// Warns of an old name of the time zone.
fn old_zone(schedule: &Schedule) -> Option<String> {
    let name = schedule.calendar.zone.iana_name()?;
    let new = replaced_zone(name)?;
    Some(format!("`{name}` is an old name of the time zone `{new}`, kept for old files only; write `{new}`"))
}

/// Warns of two windows that go on from each other at midnight, on days that do not follow each other.
fn split_at_midnight(schedule: &Schedule) -> Vec<String> {
    let daily = || {
        schedule.windows.iter().filter_map(|window| match &window.times {
            Times::Daily(daily) => Some((window, daily)),
            Times::Cron(_) => None,
        })
    };
    let mut found = Vec::new();
    for (evening, before) in daily() {
        for (morning, after) in daily() {
            let touch = before.to == 1440 && after.from == 0 && evening.target == morning.target;
            let expected = before.days.next();
            let same = expected == after.days || expected.and(after.days).is_empty();
            if !touch || same || evening.name == morning.name {
                continue;
            }
            let mut parts = Vec::new();
            for day in week(expected.without(after.days)) {
                parts.push(format!("{} {} is dropped", name_of(day), hours(after)));
            }
            for day in week(after.days.without(expected)) {
                parts.push(format!("{} {} has no {} before it", name_of(day), hours(after), name_of(day.previous())));
            }
            found.push(format!(
                "`{}` ends at midnight and `{}` begins there, but not on the days after: {}. One window from {} to {} crosses midnight",
                evening.name,
                morning.name,
                parts.join(", "),
                time(before.from),
                time(after.to),
            ));
        }
    }
    found
}

fn week(days: Days) -> impl Iterator<Item = Weekday> {
    Weekday::Monday.cycle_forward().take(7).filter(move |day| days.contains(*day))
}

fn hours(daily: &Daily) -> String {
    format!("{}–{}", time(daily.from), time(daily.to))
}

fn time(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Warns of windows of which nothing is left on a day on which clocks go forward.
fn empty_in_a_gap(schedule: &Schedule, from: Timestamp) -> Vec<String> {
    let calendar = &schedule.calendar;
    let end = moved(from, SignedDuration::from_hours(24 * i64::from(DAYS)));
    let mut found = Vec::new();
    for change in calendar.zone.following(from).take_while(|change| change.timestamp() < end) {
        let at = change.timestamp();
        for window in &schedule.windows {
            if let Some(date) = window.times.emptied_at(calendar, at) {
                let local = calendar.zone.to_datetime(at).strftime("%H:%M").to_string();
                found.push(format!(
                    "`{}` does not open on {date}: clocks go forward to {local}, over all of it",
                    window.name
                ));
            }
        }
    }
    found
}

/// Warns of windows that open while windows of a higher priority decide.
fn never_deciding(schedule: &Schedule, from: Timestamp) -> Vec<String> {
    let end = moved(from, SignedDuration::from_hours(24 * i64::from(DAYS)));
    let timeline = Timeline::until(schedule, from, SignedDuration::ZERO, end);
    let deciding =
        timeline.take_while(|stretch| stretch.begin < end).fold(0, |bits, stretch| bits | stretch.level.deciding);
    let opens = |index: usize| {
        let times = &schedule.windows[index].times;
        times.next_begin(&schedule.calendar, from).is_some_and(|begin| begin < end)
    };
    let windows = schedule.windows.iter().enumerate();
    let hidden = windows.filter(|(index, _)| deciding >> index & 1 == 0 && opens(*index));
    hidden
        .map(|(_, window)| {
            format!("`{}` never decides: windows of a higher priority are open whenever it is", window.name)
        })
        .collect()
}

/// Warns of pauses between windows that are too short to be worth it.
fn short_pauses(schedule: &Schedule, from: Timestamp) -> Vec<String> {
    let spans = preview(schedule, from, 14, SignedDuration::ZERO).stretches;
    let mut found: Vec<String> = Vec::new();
    for [before, pause, after] in spans.windows(3).filter_map(|three| <&[_; 3]>::try_from(three).ok()) {
        let length = pause.end.duration_since(pause.begin);
        let outside = pause.target == Target::Paused && pause.windows.is_empty();
        if outside && length < SHORT && before.target == Target::Running && after.target == Target::Running {
            let text = format!(
                "the stack is paused for {} minutes between `{}` and `{}`, and coming up again takes longer; let them touch",
                length.as_mins(),
                before.windows.join("`, `"),
                after.windows.join("`, `"),
            );
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}
