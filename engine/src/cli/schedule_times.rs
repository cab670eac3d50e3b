//! Instants and durations of a schedule on the command line.

use jiff::{SignedDuration, Timestamp};

use crate::cli::error::{CommandError, CommandErrorKind};
use ebbtide::schedule::{Schedule, duration, instant};

/// Reads an instant of the command line: a local day, a local time, or one with an offset.
pub(in crate::cli) fn beginning(text: Option<&str>, schedule: &Schedule) -> Result<Timestamp, CommandError> {
    let Some(text) = text else { return Ok(Timestamp::now()) };
    let day = || text.trim().parse::<jiff::civil::Date>().ok().filter(|_| !text.contains(':'));
    if let Some(start) = day().and_then(|day| day.to_zoned(schedule.zone().clone()).ok()?.start_of_day().ok()) {
        return Ok(start.timestamp());
    }
    instant(text, schedule.zone())
        .map_err(|message| CommandError::new(CommandErrorKind::Usage, format!("--from: {message}")))
}

/// Reads the time that a stack needs to come up.
pub(in crate::cli) fn lead(text: &str) -> Result<SignedDuration, CommandError> {
    duration(text).ok_or_else(|| {
        CommandError::new(CommandErrorKind::Usage, format!("--lead: `{text}` is no duration; write such as `20m`"))
    })
}
