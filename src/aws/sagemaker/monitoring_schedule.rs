//! `sagemaker_monitoring_schedule`: runs the jobs of a definition.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::monitoring::is_offset;
use super::names::{MAX_NAME_LENGTH, known_names, name_problem, same_names};
use crate::aws::{Arn, EndpointName, MonitoringJobDefinitionName, MonitoringScheduleName};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, OnPause, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_tags,
};

/// A monitoring schedule. A pause stops it before its endpoint is deleted, and a resume starts it once the endpoint serves again.
///
/// ```
/// # use ebbtide::aws::sagemaker::{
/// #     DataQualityJobDefinitionOutputs, EndpointOutputs, MonitoringKind, MonitoringSchedule,
/// # };
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(
/// #     stack: &mut Stack,
/// #     drift: &DataQualityJobDefinitionOutputs<Declared>,
/// #     endpoint: &EndpointOutputs<Declared>,
/// # ) {
/// let hourly = MonitoringSchedule::new(MonitoringKind::DataQuality, &drift.name, "cron(0 * ? * * *)");
/// let schedule = stack.add("drift", MonitoringSchedule { endpoint: Some((&endpoint.name).into()), ..hourly });
/// stack.output("SCHEDULE", &schedule.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MonitoringSchedule<P: Phase = Declared> {
    /// The name, up to 63 letters, digits and inner hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The kind of the definition.
    pub monitors: MonitoringKind,
    /// The definition.
    pub definition: P::Of<MonitoringJobDefinitionName>,
    /// The endpoint of the definition, if it has one. Runs fail while it does not exist, so declare it if it is of the same stack:
    /// it tells the order in which both are paused and resumed.
    #[serde(default)]
    pub endpoint: Option<P::Of<EndpointName>>,
    /// The hours of the runs: `cron(0 * ? * * *)` for every hour, `cron(0 H ? * * *)` for one a day, `cron(0 H/N ? * * *)` for every
    /// N hours, or `NOW` for one run at once. Once a day, at a time that AWS picks, unless given.
    #[serde(default)]
    pub schedule: Option<String>,
    /// The beginning of the data that a run analyses, before the run: `-PT5H`. With `NOW` it is needed.
    #[serde(default)]
    pub analysis_start: Option<String>,
    /// The end of the data that a run analyses, before the run: `-PT0H`. With `NOW` it is needed.
    #[serde(default)]
    pub analysis_end: Option<String>,
    /// Whether it runs jobs. A pause stops it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

fn yes() -> bool {
    true
}

/// The schedule that runs once, at once.
const NOW: &str = "NOW";

/// The kind of a definition of monitoring jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitoringKind {
    /// The quality of data.
    DataQuality,
    /// The quality of predictions.
    ModelQuality,
    /// The bias of predictions.
    ModelBias,
    /// The explanations of predictions.
    ModelExplainability,
}

impl MonitoringSchedule {
    /// Creates a schedule that runs the jobs of a definition.
    pub fn new(
        monitors: MonitoringKind,
        definition: impl Into<Input<MonitoringJobDefinitionName>>,
        schedule: impl Into<String>,
    ) -> Self {
        Self {
            name: None,
            monitors,
            definition: definition.into(),
            endpoint: None,
            schedule: Some(schedule.into()),
            analysis_start: None,
            analysis_end: None,
            enabled: true,
            tags: Tags::new(),
        }
    }
}

impl<P: Phase> MonitoringSchedule<P> {
    /// Returns the name that the schedule has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }

    /// Returns whether it runs once, at once.
    #[doc(hidden)]
    pub fn runs_once(&self) -> bool {
        self.schedule.as_deref() == Some(NOW)
    }
}

/// The outputs of a monitoring schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MonitoringScheduleOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<MonitoringScheduleName>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for MonitoringSchedule {
    const KIND: &'static str = "sagemaker_monitoring_schedule";
    const PERSISTENCE: Persistence = Persistence::Durable;
    // Create-only in the schema of `AWS::SageMaker::MonitoringSchedule`.
    const REPLACE_ON: &'static [&'static str] = fields!(MonitoringSchedule: name);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 30;
    type Resolved = MonitoringSchedule<Resolved>;
    type Outputs<P: Phase> = MonitoringScheduleOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the runs, which the definition of the jobs states")
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if self.schedule.as_deref().is_some_and(|schedule| schedule != NOW && !is_cron(schedule)) {
            let message = "write cron(0 * ? * * *), cron(0 H ? * * *), cron(0 H/N ? * * *) or NOW, with H of 0 to 23 and N of 1 to 24";
            problems.refuse("schedule", message);
        }
        for (field, offset) in [("analysis_start", &self.analysis_start), ("analysis_end", &self.analysis_end)] {
            match offset.as_deref() {
                None if self.runs_once() => problems.refuse(field, "a schedule that runs NOW needs it"),
                Some(offset) if !is_offset(offset) => {
                    problems.refuse(field, "write a duration of up to 15 characters, such as -PT1H");
                }
                _ => {}
            }
        }
        if self.runs_once() && !self.enabled {
            problems.refuse("enabled", "a schedule that runs NOW has no other run to be kept from");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        same_names(all, |schedule| schedule.name.as_deref(), "monitoring schedule")
    }

    /// Stops the schedule. One that runs once is left alone: starting it again would be another run.
    fn paused(&self) -> OnPause<Self> {
        if !self.enabled || self.runs_once() {
            return OnPause::Keep;
        }
        OnPause::Reduce(Self { enabled: false, ..self.clone() })
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        known_names(identity, "monitoring-schedule", &self.aws_name(identity))
    }
}

/// Returns whether an expression has one of the forms that AWS accepts (service model, `ScheduleExpression`).
fn is_cron(expression: &str) -> bool {
    let hours = expression.strip_prefix("cron(0 ").and_then(|rest| rest.strip_suffix(" ? * * *)"));
    let Some(hours) = hours else { return false };
    let (first, step) = hours.split_once('/').unwrap_or((hours, "1"));
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2);
    hours == "*"
        || (number(first).is_some_and(|hour| hour <= 23) && number(step).is_some_and(|step| (1..=24).contains(&step)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(expression: &str) -> MonitoringSchedule {
        MonitoringSchedule::new(MonitoringKind::DataQuality, "drift", expression)
    }

    fn problems_of(schedule: &MonitoringSchedule) -> String {
        let mut problems = Problems::new();
        schedule.validate(&mut problems);
        problems.fields().join(" ")
    }

    #[test]
    fn invalid_monitoring_schedules_are_refused() {
        for right in ["cron(0 * ? * * *)", "cron(0 23 ? * * *)", "cron(0 17/12 ? * * *)", "cron(0 00/24 ? * * *)"] {
            assert_eq!(problems_of(&schedule(right)), "", "{right}");
        }
        for wrong in
            ["", "now", "cron(5 * ? * * *)", "cron(0 24 ? * * *)", "cron(0 1/25 ? * * *)", "cron(0 */2 ? * * *)"]
        {
            assert_eq!(problems_of(&schedule(wrong)), "schedule", "{wrong}");
        }
        let once = MonitoringSchedule { enabled: false, name: Some("a_b".into()), ..schedule("NOW") };
        assert_eq!(problems_of(&once), "name analysis_start analysis_end enabled");
        let offset = MonitoringSchedule { analysis_start: Some("5H".into()), ..schedule("cron(0 * ? * * *)") };
        assert_eq!(problems_of(&offset), "analysis_start");
    }

    #[test]
    fn a_pause_stops_a_schedule_unless_it_runs_once() {
        let hourly = schedule("cron(0 * ? * * *)");
        let stopped = MonitoringSchedule { enabled: false, ..hourly.clone() };
        assert_eq!(hourly.paused(), OnPause::Reduce(stopped.clone()));
        assert_eq!(stopped.paused(), OnPause::Keep);
        assert_eq!(schedule("NOW").paused(), OnPause::Keep);
    }
}
