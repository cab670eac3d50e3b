//! The costs of a month in which a stack follows its schedule.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{AmountRange, Costs, Levels, Pricing, Share, Total};
use crate::plan::Target;
use crate::schedule::{Preview, Schedule, preview};

/// The average month of a stack that follows its schedule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scheduled {
    /// The beginning of the time that is averaged.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// The hours of a month in which the stack runs, or comes up.
    pub hours_running: f64,
    /// The hours of a month in which it is paused.
    pub hours_paused: f64,
    /// Of the hours in which it runs, those in which it comes up.
    pub hours_coming_up: f64,
    /// The hours of a month in which each window decides.
    pub windows: BTreeMap<String, f64>,
    /// The resumes of a month.
    pub resumes: f64,
    /// The time of one resume, in milliseconds.
    pub lead_ms: i64,
    /// With the least instances that windows and scaling leave.
    #[serde(serialize_with = "total")]
    pub least: Costs,
    /// With the most instances that windows and scaling add.
    #[serde(serialize_with = "total")]
    pub most: Costs,
}

fn total<S: serde::Serializer>(costs: &Costs, serializer: S) -> Result<S::Ok, S::Error> {
    costs.total.serialize(serializer)
}

impl Scheduled {
    /// The days of a schedule that are averaged: whole weeks, so that every weekday counts alike, of about a year.
    pub(super) const DAYS: u32 = 52 * 7;

    /// Prices the average month of about a year that begins at an instant. `lead` is the time that the stack needs to come up:
    /// AWS bills it too, and a window that is to be ready begins so much earlier.
    pub fn new(
        levels: &Levels,
        schedule: &Schedule,
        (from, lead): (Timestamp, SignedDuration),
        pricing: &Pricing<'_>,
    ) -> Self {
        let preview = preview(schedule, from, Self::DAYS, lead);
        let [least, most] = levels.average(&Share::of(&preview)).map(|rates| Costs::of(&rates, pricing));
        let all = preview.hours.running + preview.hours.paused;
        let scale = if all > 0.0 { pricing.hours / all } else { 0.0 };
        let (resumes, coming_up) = resumes(&preview, lead);
        Self {
            from: preview.from,
            to: preview.to,
            hours_running: preview.hours.running * scale,
            hours_paused: preview.hours.paused * scale,
            hours_coming_up: coming_up * scale,
            windows: preview.hours.windows.iter().map(|(name, hours)| (name.clone(), hours * scale)).collect(),
            resumes: resumes * scale,
            lead_ms: i64::try_from(lead.as_millis()).unwrap_or(i64::MAX),
            least,
            most,
        }
    }

    /// Returns the dollars of a month.
    pub fn monthly(&self) -> AmountRange {
        AmountRange { low: self.least.total.monthly, high: self.most.total.monthly }
    }

    /// Returns the dollars of an average hour.
    pub fn hourly(&self) -> AmountRange {
        let hourly = |total: Total| total.hourly;
        AmountRange { low: hourly(self.least.total), high: hourly(self.most.total) }
    }
}

/// Returns the number of times that a stack is resumed, and the hours in which it comes up.
fn resumes(preview: &Preview, lead: SignedDuration) -> (f64, f64) {
    let (mut number, mut hours) = (0.0, 0.0);
    let mut stretches = preview.stretches.iter().peekable();
    let mut before = None;
    while let Some(stretch) = stretches.next() {
        if stretch.target == Target::Running && before.is_some_and(|before| before != Target::Running) {
            let mut end = stretch.end;
            // Windows that follow each other are one run.
            let mut following = stretches.clone();
            while let Some(next) = following.next_if(|next| next.target == Target::Running) {
                end = next.end;
            }
            number += 1.0;
            hours += lead.min(end.duration_since(stretch.begin)).as_secs_f64().max(0.0) / 3600.0;
        }
        before = Some(stretch.target);
    }
    (number, hours)
}
