//! Validated schedules.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::bounds::Capacity;
use super::calendar::Calendar;
use super::conflicts::conflicts;
use super::expectation::Expectation;
use super::problem::Problem;
use super::pushing::push_problems;
use super::settings::Settings;
use super::window::{Window, idle, keep, target};
use crate::plan::Target;

/// Sets of windows are the bits of a number.
const MOST_WINDOWS: usize = 64;

/// A schedule that was validated: each instant has a target.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub(super) calendar: Calendar,
    pub(super) default: Target,
    pub(super) windows: Vec<Window>,
    pub(super) idle: Option<SignedDuration>,
    pub(super) expectations: Vec<Expectation>,
    push: bool,
    tzdb: Option<String>,
}

impl Schedule {
    /// Returns whether a stack that is idle may be paused, so that the use of its endpoints is looked up.
    pub fn looks_at_use(&self) -> bool {
        self.idle.is_some() || self.windows.iter().any(|window| window.idle.is_some())
    }

    /// Validates settings. `zone` is the time zone that they name, and `tzdb` the version of its data. All problems are
    /// reported at once.
    pub fn new(settings: &Settings, zone: TimeZone, tzdb: Option<String>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let default = keep(target(&["default"], &settings.default), &mut problems);
        let holidays = holidays(&settings.holidays, &mut problems);
        let idle = keep(idle(settings.idle.as_deref()), &mut problems).flatten();
        let mut windows: Vec<Window> = Vec::new();
        let mut names = BTreeSet::new();
        for (index, settings) in settings.windows.iter().enumerate() {
            let index = index.to_string();
            let place = ["windows", index.as_str()];
            let mut own = Vec::new();
            windows.extend(Window::new(settings, &mut own));
            if !names.insert(settings.name.trim()) && !settings.name.trim().is_empty() {
                let message = format!("there are two windows `{}`; give each a name of its own", settings.name.trim());
                own.push(Problem::new(&["name"], message));
            }
            problems.extend(own.into_iter().map(|problem| problem.below(&place)));
        }
        let mut expectations = Vec::new();
        for (index, settings) in settings.expect.iter().enumerate() {
            let mut own = Vec::new();
            expectations.extend(Expectation::new(settings, &zone, &mut own));
            let index = index.to_string();
            problems.extend(own.into_iter().map(|problem| problem.below(&["expect", &index])));
        }
        if settings.windows.len() > MOST_WINDOWS {
            let message = format!("{} windows are too many: at most {MOST_WINDOWS}", settings.windows.len());
            problems.push(Problem::new(&["windows"], message));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        problems.extend(conflicts(&windows));
        problems.extend(push_problems(settings, &windows));
        match default {
            Some(default) if problems.is_empty() => {
                let calendar = Calendar { zone, holidays };
                Ok(Self { calendar, default, windows, idle, expectations, push: settings.push, tzdb })
            }
            _ => Err(problems),
        }
    }

    /// Returns the time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.calendar.zone
    }

    /// Returns the version of the time-zone data.
    pub fn tzdb(&self) -> Option<&str> {
        self.tzdb.as_deref()
    }

    /// Returns the target outside of every window.
    pub fn default_target(&self) -> Target {
        self.default
    }

    /// Returns the windows, in the order of the file.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// Returns whether AWS changes the capacities, by scheduled actions.
    pub fn is_pushed(&self) -> bool {
        self.push
    }

    /// Returns the windows of a set.
    pub(super) fn of(&self, bits: u64) -> impl Iterator<Item = &Window> {
        (0..).zip(&self.windows).filter(move |(index, _)| bits >> *index & 1 == 1).map(|(_, window)| window)
    }

    /// Returns the bounds that windows ask for together.
    pub(super) fn capacity(&self, deciding: u64) -> Capacity {
        self.of(deciding).flat_map(|window| window.capacity.clone()).collect()
    }
}

fn holidays(texts: &[String], problems: &mut Vec<Problem>) -> BTreeSet<Date> {
    let mut holidays = BTreeSet::new();
    for (index, text) in texts.iter().enumerate() {
        match text.trim().parse::<Date>() {
            // A text with a time of day also has a date.
            Ok(date) if text.trim().len() == "2026-12-25".len() => {
                holidays.insert(date);
            }
            _ => {
                let message = format!("`{text}` is no day; write such as `2026-12-25`");
                problems.push(Problem::new(&["holidays", &index.to_string()], message));
            }
        }
    }
    holidays
}
