//! The record of a monitoring schedule, and the executions that follow from it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kind::{DATA_QUALITY, Kind, MODEL_QUALITY, MONITORING_SCHEDULE};
use super::store::Record;
use super::transition::Transition;

const HOUR_MS: i64 = 3_600_000;
/// The executions that are remembered of a schedule: those of the latest instants.
const REMEMBERED: usize = 100;

/// The transitions of a schedule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Step {
    /// Coming up.
    Create,
    /// Taking on another configuration.
    Update(Box<Value>),
    /// Going on.
    Start,
    /// Coming to rest.
    Stop,
    /// Going away.
    Delete,
}

/// The record of a monitoring schedule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Schedule {
    /// Its name.
    pub monitoring_schedule_name: String,
    /// When it was created, in milliseconds since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub modified_ms: i64,
    /// Its configuration.
    pub config: Value,
    /// Since when it has been at work, in milliseconds since the Unix epoch; none while it is stopped.
    pub works_since_ms: Option<i64>,
    /// The instants of executions before that, in milliseconds since the Unix epoch.
    pub executed_ms: Vec<i64>,
    /// The transition it is in.
    pub transition: Option<Transition<Step>>,
}

impl Record for Schedule {
    type Step = Step;

    const KIND: Kind = MONITORING_SCHEDULE;

    fn name(&self) -> &str {
        &self.monitoring_schedule_name
    }

    fn transition(&self) -> Option<&Transition<Step>> {
        self.transition.as_ref()
    }

    fn settled(mut self, now_ms: i64) -> Option<Self> {
        let Some(transition) = self.transition.take_if(|transition| transition.is_over(now_ms)) else {
            return Some(self);
        };
        let end_ms = transition.ends_ms;
        self.modified_ms = end_ms;
        self.executed_ms = self.executions(end_ms);
        match transition.step {
            Step::Delete => return None,
            Step::Create | Step::Start => self.works_since_ms = Some(end_ms),
            Step::Stop => self.works_since_ms = None,
            Step::Update(config) => {
                self.config = *config;
                self.works_since_ms = self.works_since_ms.map(|_| end_ms);
            }
        }
        Some(self)
    }
}

impl Schedule {
    /// Returns its status, as long as its transition is not over.
    pub fn status(&self) -> &'static str {
        match (&self.transition, self.works_since_ms) {
            (Some(_), _) => "Pending",
            (None, Some(_)) => "Scheduled",
            (None, None) => "Stopped",
        }
    }

    /// Returns the kind and the name of its job definition, if this cloud has that kind.
    pub fn definition(&self) -> Option<(Kind, &str)> {
        definition(&self.config)
    }

    /// Returns the instants of its latest executions up to an instant, in milliseconds since the Unix epoch.
    pub fn executions(&self, until_ms: i64) -> Vec<i64> {
        let mut all = self.executed_ms.clone();
        let expression = self.config["ScheduleConfig"]["ScheduleExpression"].as_str();
        if let Some(since_ms) = self.works_since_ms {
            match every(expression) {
                None if all.is_empty() => all.push(since_ms),
                None => {}
                Some((first, step)) => {
                    let hours = (since_ms + HOUR_MS - 1) / HOUR_MS..=until_ms / HOUR_MS;
                    let due = hours.rev().filter(|hour| (hour - first).rem_euclid(step) == 0);
                    let mut latest: Vec<i64> = due.take(REMEMBERED).map(|hour| hour * HOUR_MS).collect();
                    latest.reverse();
                    all.extend(latest);
                }
            }
        }
        let forgotten = all.len().saturating_sub(REMEMBERED);
        all.split_off(forgotten)
    }
}

/// Returns the kind and the name of the job definition of a configuration, if this cloud has that kind.
pub fn definition(config: &Value) -> Option<(Kind, &str)> {
    let kind = match config["MonitoringType"].as_str()? {
        "DataQuality" => DATA_QUALITY,
        "ModelQuality" => MODEL_QUALITY,
        _ => return None,
    };
    Some((kind, config["MonitoringJobDefinitionName"].as_str()?))
}

/// Returns the first hour of a day and the hours between two executions; none for `NOW`. Without an expression AWS picks "a time
/// for running every day" (service model); this cloud picks midnight.
fn every(expression: Option<&str>) -> Option<(i64, i64)> {
    let Some(expression) = expression else { return Some((0, 24)) };
    hours(expression)
}

/// Returns the first hour of a day and the hours between two executions of an expression of one of AWS's three forms, whose hours
/// are `*`, `17` and `17/12` (service model, `ScheduleExpression`).
pub fn hours(expression: &str) -> Option<(i64, i64)> {
    let hours = expression.strip_prefix("cron(0 ")?.strip_suffix(" ? * * *)")?;
    if hours == "*" {
        return Some((0, 1));
    }
    let (first, step) = hours.split_once('/').unwrap_or((hours, "24"));
    let (first, step) = (first.parse().ok()?, step.parse().ok()?);
    ((0..24).contains(&first) && (1..=24).contains(&step)).then_some((first, step))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_have_three_forms() {
        assert_eq!(hours("cron(0 * ? * * *)"), Some((0, 1)));
        assert_eq!(hours("cron(0 12 ? * * *)"), Some((12, 24)));
        assert_eq!(hours("cron(0 17/12 ? * * *)"), Some((17, 12)));
        for wrong in ["NOW", "cron(5 * ? * * *)", "cron(0 24 ? * * *)", "cron(0 1/25 ? * * *)", "rate(1 hour)"] {
            assert_eq!(hours(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn executions_are_due_while_the_schedule_works() {
        let schedule = |expression: &str, works_since_ms, executed_ms| Schedule {
            monitoring_schedule_name: "drift".into(),
            created_ms: 0,
            modified_ms: 0,
            config: json!({ "ScheduleConfig": { "ScheduleExpression": expression } }),
            works_since_ms,
            executed_ms,
            transition: None,
        };
        let hourly = schedule("cron(0 * ? * * *)", Some(HOUR_MS / 2), vec![1]);
        assert_eq!(hourly.executions(3 * HOUR_MS), [1, HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS]);
        assert_eq!(schedule("cron(0 * ? * * *)", None, vec![1]).executions(3 * HOUR_MS), [1]);
        assert_eq!(
            schedule("cron(0 2/12 ? * * *)", Some(0), vec![]).executions(15 * HOUR_MS),
            [2 * HOUR_MS, 14 * HOUR_MS]
        );
        assert_eq!(schedule("NOW", Some(7), vec![]).executions(HOUR_MS), [7]);
        assert_eq!(schedule("NOW", Some(9), vec![7]).executions(HOUR_MS), [7]);
    }
}
