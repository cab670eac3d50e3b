//! Instants and durations of a schedule on the command line.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::cli::error::{CommandError, CommandErrorKind};
use ebbtide::schedule::{Schedule, duration, instant, reached};

/// Reads an instant of the command line: a local day, a local time, or one with an offset.
pub(in crate::cli) fn beginning(text: Option<&str>, schedule: &Schedule) -> Result<Timestamp, CommandError> {
    let Some(text) = text else { return Ok(Timestamp::now()) };
    let day = || text.trim().parse::<Date>().ok().filter(|_| !text.contains(':'));
    let found = match day().and_then(|day| day.to_zoned(schedule.zone().clone()).ok()?.start_of_day().ok()) {
        Some(start) => reached(start.timestamp(), text),
        None => instant(text, schedule.zone()),
    };
    found.map_err(|message| CommandError::new(CommandErrorKind::Usage, format!("--from: {message}")))
}

/// Reads the time that a stack needs to come up.
pub(in crate::cli) fn lead(text: &str) -> Result<SignedDuration, CommandError> {
    duration(text).ok_or_else(|| {
        CommandError::new(CommandErrorKind::Usage, format!("--lead: `{text}` is no duration; write such as `20m`"))
    })
}
