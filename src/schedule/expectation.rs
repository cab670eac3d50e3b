//! Expectations: what has to hold at an instant.

use jiff::fmt::temporal::Pieces;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, civil};

use super::bounds::Capacity;
use super::civil::{out_of_reach, reached};
use super::problem::Problem;
use super::settings::ExpectSettings;
use super::window::{capacity_problems, keep, target};
use crate::plan::Target;

/// What has to hold at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expectation {
    pub(super) at: Timestamp,
    pub(super) target: Target,
    pub(super) capacity: Option<Capacity>,
}

impl Expectation {
    /// Checks the settings of an expectation. All of its problems are collected.
    pub(super) fn new(settings: &ExpectSettings, zone: &TimeZone, problems: &mut Vec<Problem>) -> Option<Self> {
        let at = keep(instant(&settings.at, zone).map_err(|message| Problem::new(&["at"], message)), problems);
        let target = keep(target(&["target"], &settings.target), problems);
        problems.extend(settings.capacity.as_ref().map(capacity_problems).unwrap_or_default());
        Some(Self { at: at?, target: target?, capacity: settings.capacity.clone() })
    }
}

/// Reads an instant: a local time, or one with an offset. A local time that is skipped or repeated is refused, and so is an
/// instant that schedules do not reach.
pub fn instant(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return reached(instant, text);
    }
    let form =
        || format!("`{text}` is no instant; write a local time such as `2026-12-25T10:00`, or `2026-12-25T10:00:00Z`");
    let local = text.parse::<civil::DateTime>().ok().filter(|_| text.contains(':'));
    let local = local.ok_or_else(|| if is_past_the_last(text) { out_of_reach(text) } else { form() })?;
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => {
            ambiguous.compatible().map_err(|_| out_of_reach(text)).and_then(|found| reached(found, text))
        }
        AmbiguousOffset::Gap { before, after } => {
            Err(format!("clocks skip {text}; write an offset: {text}{} or {text}{}", shown(after), shown(before)))
        }
        AmbiguousOffset::Fold { before, after } => {
            Err(format!("clocks show {text} twice; write an offset: {text}{} or {text}{}", shown(before), shown(after)))
        }
    }
}

/// Returns whether a text is a date, with or without a time and an offset, after the last instant that there is.
fn is_past_the_last(text: &str) -> bool {
    Pieces::parse(text).is_ok_and(|pieces| pieces.date().year() == 9999)
}

/// Writes an offset in hours and minutes.
fn shown(offset: Offset) -> String {
    let minutes = offset.seconds().abs() / 60;
    format!("{}{:02}:{:02}", if offset.is_negative() { '-' } else { '+' }, minutes / 60, minutes % 60)
}
