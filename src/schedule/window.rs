//! Validated windows.

use jiff::SignedDuration;

use super::bounds::{Bounds, Capacity};
use super::civil::{duration, time_of_day};
use super::cron::Cron;
use super::days::Days;
use super::problem::Problem;
use super::settings::WindowSettings;
use super::times::{Daily, Pair, Times};
use crate::plan::Target;

/// A window of a schedule.
#[derive(Clone, Debug)]
pub struct Window {
    /// The name.
    pub name: String,
    /// The target while the window is open.
    pub target: Target,
    /// The bounds of endpoints while the window is open.
    pub capacity: Capacity,
    /// Whether the stack is to be ready at the beginning.
    pub ready: bool,
    /// The order among open windows.
    pub priority: i32,
    /// The time without calls after which the stack is paused.
    pub idle: Option<SignedDuration>,
    pub(super) times: Times,
}

impl Window {
    /// Checks the settings of a window. All of its problems are collected.
    pub(super) fn new(settings: &WindowSettings, problems: &mut Vec<Problem>) -> Option<Self> {
        let before = problems.len();
        let name = settings.name.trim();
        if name.is_empty() {
            problems.push(Problem::new(&["name"], "a window needs a name, such as \"office hours\""));
        }
        let target = keep(target(&["target"], &settings.target), problems);
        problems.extend(capacity_problems(&settings.capacity));
        if target == Some(Target::Paused) {
            let wrong = [("capacity", !settings.capacity.is_empty()), ("ready", settings.ready)];
            for (key, _) in wrong.iter().filter(|(_, set)| *set) {
                problems.push(Problem::new(&[key], format!("a paused stack has no `{key}`; remove it")));
            }
        }
        let idle = keep(idle(settings.idle.as_deref()), problems).flatten();
        if target == Some(Target::Paused) && settings.idle.is_some() {
            problems.push(Problem::new(&["idle"], "a paused stack is never idle; remove `idle`"));
        }
        let times = times(settings, problems);
        let (target, times) = (target?, times?);
        (problems.len() == before).then(|| Self {
            name: name.to_owned(),
            target,
            capacity: settings.capacity.clone(),
            ready: settings.ready,
            priority: settings.priority,
            idle,
            times,
        })
    }

    /// Returns whether another window asks for something else, so that both cannot hold at the same instant.
    pub(super) fn disagrees(&self, other: &Self) -> bool {
        let differs = |name: &String, bounds: &Bounds| other.capacity.get(name).is_some_and(|theirs| theirs != bounds);
        self.target != other.target || self.capacity.iter().any(|(name, bounds)| differs(name, bounds))
    }
}

/// Reads a target of a schedule.
pub(super) fn target(path: &[&str], text: &str) -> Result<Target, Problem> {
    match text {
        "running" => Ok(Target::Running),
        "paused" => Ok(Target::Paused),
        "destroyed" => {
            Err(Problem::new(path, "a schedule destroys nothing: write `paused`; `ebb destroy` is for people"))
        }
        _ => Err(Problem::unknown(path, "target", text, &["running", "paused"])),
    }
}

/// Reads the time without calls after which a stack is paused.
pub(super) fn idle(text: Option<&str>) -> Result<Option<SignedDuration>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let form = format!("`{text}` is no duration; write such as `45m` or `2h`");
    let idle = duration(text).ok_or_else(|| Problem::new(&["idle"], form))?;
    // Metrics of AWS arrive minutes late: anything shorter would pause what was called just now.
    if idle < SignedDuration::from_mins(5) || idle > SignedDuration::from_hours(24 * 7) {
        return Err(Problem::new(&["idle"], format!("`{text}` is out of range: at least 5m, at most 168h")));
    }
    Ok(Some(idle))
}

/// Returns the problems of bounds.
pub(super) fn capacity_problems(capacity: &Capacity) -> Vec<Problem> {
    let problem = |(name, bounds): (&String, &Bounds)| {
        let message = if bounds.min > bounds.max {
            format!("`min` is {} and `max` is {}: the least is above the greatest", bounds.min, bounds.max)
        } else if bounds.max == 0 {
            "`max` is 0, which is no capacity: write at least 1, or `target = \"paused\"`".to_owned()
        } else {
            return None;
        };
        Some(Problem::new(&["capacity", name], message))
    };
    capacity.iter().filter_map(problem).collect()
}

fn times(settings: &WindowSettings, problems: &mut Vec<Problem>) -> Option<Times> {
    let WindowSettings { days, from, to, opens, closes, .. } = settings;
    match (from, to, opens, closes) {
        (Some(from), Some(to), None, None) => {
            let days = days.as_deref().map_or(Ok(Days::ALL), Days::parse).map_err(|problem| problem.below(&["days"]));
            let (days, from) = (keep(days, problems), keep(minutes("from", from), problems));
            let to = keep(minutes("to", to), problems);
            let (days, from, to) = (days?, from?, to?);
            if from == 1440 {
                problems.push(Problem::new(&["from"], "a window begins at `00:00` of the next day, not at `24:00`"));
                return None;
            }
            Some(Times::Daily(Daily { days, from, to: if to <= from { to + 1440 } else { to } }))
        }
        (None, None, Some(opens), Some(closes)) => {
            if days.is_some() {
                problems.push(Problem::new(&["days"], "the cron expressions name the days; remove `days`"));
            }
            let read = |key: &str, text: &str| Cron::parse(text).map_err(|message| Problem::new(&[key], message));
            let (opens, closes) = (keep(read("opens", opens), problems), keep(read("closes", closes), problems));
            Some(Times::Cron(Box::new(Pair { opens: opens?, closes: closes? })))
        }
        _ => {
            let set = [("from", from), ("to", to), ("opens", opens), ("closes", closes)];
            let set: Vec<_> =
                set.iter().filter(|(_, text)| text.is_some()).map(|(key, _)| format!("`{key}`")).collect();
            let has = if set.is_empty() { "none of them".to_owned() } else { set.join(", ") };
            let message = format!("a window has either `from` and `to`, or `opens` and `closes`; this one has {has}");
            problems.push(Problem::new(&[], message));
            None
        }
    }
}

fn minutes(key: &str, text: &str) -> Result<u16, Problem> {
    time_of_day(text).ok_or_else(|| Problem::new(&[key], format!("`{text}` is no time of day; write such as `08:00`")))
}

/// Returns the value, or collects the problem.
pub(super) fn keep<T>(result: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}
