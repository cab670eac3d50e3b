//! The picture of a week.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use owo_colors::OwoColorize as _;

use ebbtide::plan::Target;
use ebbtide::schedule::{Preview, PreviewStretch};

/// The days that are drawn.
const DAYS: usize = 14;
/// The minutes of a cell.
const CELL: i64 = 30;

/// Draws the days of a preview, one a line, half an hour a cell.
pub(super) fn draw(preview: &Preview, zone: &TimeZone) -> String {
    let mut text = String::new();
    let indent = " ".repeat(16);
    // Writing into text cannot fail.
    let _ = write!(text, "{indent}");
    for hour in (0..24).step_by(3) {
        let _ = write!(text, "{hour:<6}");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    let mut date = preview.from.to_zoned(zone.clone()).date();
    let mut early = false;
    let mut drawn = 0;
    while let Some((begin, end)) = day(date, zone).filter(|(begin, _)| *begin < preview.to) {
        drawn += 1;
        if drawn <= DAYS {
            let _ = write!(text, "{} {date}  ", date.strftime("%a"));
            for cell in 0..24 * 60 / CELL {
                let sign = sign(preview, zone, date, cell);
                early |= sign == '▓';
                let _ = match sign {
                    '█' | '▓' => write!(text, "{}", sign.green()),
                    _ => write!(text, "{}", sign.dimmed()),
                };
            }
            let _ = writeln!(text, "  {} h", hours(running(preview, begin, end)));
        }
        match date.tomorrow() {
            Ok(tomorrow) => date = tomorrow,
            Err(_) => break,
        }
    }
    if drawn > DAYS {
        let _ = writeln!(text, "{indent}… and {} more days", drawn - DAYS);
    }
    let legend = if early { "▓ comes up to be ready  " } else { "" };
    let _ = writeln!(text, "{indent}█ running  {legend}· paused");
    text
}

/// Returns the beginning and the end of a local day.
fn day(date: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let start = |date: Date| Some(date.to_zoned(zone.clone()).ok()?.start_of_day().ok()?.timestamp());
    Some((start(date)?, start(date.tomorrow().ok()?)?))
}

/// Returns the sign of half an hour, by its middle. An hour that clocks skip is blank; of one that they repeat, the first counts.
fn sign(preview: &Preview, zone: &TimeZone, date: Date, cell: i64) -> char {
    let local = date.at(0, 0, 0, 0).saturating_add(SignedDuration::from_mins(cell * CELL + CELL / 2));
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let skipped = matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. });
    let Some(instant) = ambiguous.compatible().ok().filter(|_| !skipped) else { return ' ' };
    let covers = |stretch: &&PreviewStretch| stretch.begin <= instant && instant < stretch.end;
    match preview.stretches.iter().find(covers) {
        None => ' ',
        Some(stretch) if stretch.target != Target::Running => '·',
        Some(stretch) if stretch.ready_at.is_some_and(|at| instant < at) => '▓',
        Some(_) => '█',
    }
}

/// Returns the hours in which the stack runs between two instants.
fn running(preview: &Preview, begin: Timestamp, end: Timestamp) -> f64 {
    let runs = preview.stretches.iter().filter(|stretch| stretch.target == Target::Running);
    let seconds = runs.map(|stretch| {
        let overlap = stretch.end.min(end).duration_since(stretch.begin.max(begin));
        overlap.max(SignedDuration::ZERO).as_secs_f64()
    });
    seconds.sum::<f64>() / 3600.0
}

/// Writes hours with at most two digits after the point.
pub(super) fn hours(hours: f64) -> String {
    // The sum of no hours is -0.
    let text = format!("{:.2}", hours + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
