//! Windows that contradict each other.

use jiff::{SignedDuration, Timestamp};

use super::calendar::Calendar;
use super::civil::moved;
use super::days::name_of;
use super::problem::Problem;
use super::times::Times;
use super::window::Window;

/// 2024-01-01, a Monday. Times of day repeat every week; cron expressions are compared over eight years, which have two leap days.
const FROM: i64 = 1_704_067_200;
const WEEKS: SignedDuration = SignedDuration::from_hours(24 * 14);
const YEARS: SignedDuration = SignedDuration::from_hours(24 * 366 * 8);

/// Returns a problem for each two windows without an order that are open at the same time and ask for different things.
///
/// Local times are compared: where windows only touch, the hour that a clock repeats is no conflict. The window that begins
/// later has it.
pub(super) fn conflicts(windows: &[Window]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, window) in windows.iter().enumerate() {
        for earlier in &windows[..index] {
            if earlier.priority != window.priority || !earlier.disagrees(window) {
                continue;
            }
            let Some(at) = common_instant(&earlier.times, &window.times) else { continue };
            let local = Calendar::plain().zone.to_datetime(at);
            let (day, time) = (name_of(local.date().weekday()), local.strftime("%H:%M"));
            let date = if is_weekly(earlier, window) { String::new() } else { format!(" {}", local.date()) };
            let message = format!(
                "`{}` and `{}` contradict each other, such as on {day}{date} at {time}; \
                 give the one that decides a higher `priority`",
                earlier.name, window.name
            );
            problems.push(Problem::new(&["windows", &index.to_string()], message));
        }
    }
    problems
}

fn is_weekly(one: &Window, other: &Window) -> bool {
    matches!((&one.times, &other.times), (Times::Daily(_), Times::Daily(_)))
}

/// Returns the first instant at which both are open.
fn common_instant(one: &Times, other: &Times) -> Option<Timestamp> {
    let calendar = Calendar::plain();
    let mut at = Timestamp::from_second(FROM).unwrap_or(Timestamp::UNIX_EPOCH);
    let span = if matches!((one, other), (Times::Daily(_), Times::Daily(_))) { WEEKS } else { YEARS };
    let end = moved(at, span);
    while at < end {
        // The next instant at which one of them may be open, for as long as it is closed now.
        let closed_until = |times: &Times| match times.end_at(&calendar, at) {
            Some(_) => Some(at),
            None => times.next_begin(&calendar, at),
        };
        let (first, second) = (closed_until(one)?, closed_until(other)?);
        if first == at && second == at {
            return Some(at);
        }
        at = first.max(second);
    }
    None
}
