//! `autoscaling_scheduled_action`: other bounds from a certain time on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::calls;
use super::dimension::dimension_of;
use super::policy::name_problem;
use super::schedule::{Timetable, schedule_problem, zone_problem};
use super::snapshot::aws_name;
use crate::aws::{Arn, ScalableResource};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};
use crate::resource::{Declared, Input, Persistence, Phase, Problems, Replacement, Resolved, Resource, fields};

/// Sets other bounds at certain times. It clamps the capacity into them and does not set it otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScheduledAction<P: Phase = Declared> {
    /// The name; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The target.
    pub target: P::Of<ScalableResource>,
    /// When: `cron(minute hour day month weekday year)`, `rate(…)` or `at(…)`.
    pub schedule: String,
    /// The time zone of `schedule`, by its canonical name.
    #[serde(default = "utc")]
    pub zone: String,
    /// The least capacity from then on; as it is unless given.
    #[serde(default)]
    pub min: Option<u32>,
    /// The most capacity from then on; as it is unless given.
    #[serde(default)]
    pub max: Option<u32>,
    /// Not before this instant.
    #[serde(default)]
    pub start: Option<Timestamp>,
    /// Not after this instant. What the action has set stays.
    #[serde(default)]
    pub end: Option<Timestamp>,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl ScheduledAction {
    /// Sets both bounds at certain times, in UTC.
    pub fn new(
        target: impl Into<Input<ScalableResource>>,
        schedule: impl Into<String>,
        (min, max): (u32, u32),
    ) -> Self {
        Self {
            name: None,
            target: target.into(),
            schedule: schedule.into(),
            zone: utc(),
            min: Some(min),
            max: Some(max),
            start: None,
            end: None,
        }
    }
}

/// The outputs of a scheduled action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScheduledActionOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for ScheduledAction {
    const KIND: &'static str = "autoscaling_scheduled_action";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(ScheduledAction: name, target);
    /// Both would act at the same time.
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    type Resolved = ScheduledAction<Resolved>;
    type Outputs<P: Phase> = ScheduledActionOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        let mut problem = |field: &str, message: Option<String>| {
            problems.extend(message.map(|message| (field.to_owned(), message)));
        };
        problem("name", self.name.as_deref().and_then(name_problem));
        problem("schedule", schedule_problem(&self.schedule));
        problem("zone", zone_problem(&self.zone));
        if self.min.is_none() && self.max.is_none() {
            problem("min", Some("an action sets at least one of min and max".to_owned()));
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min > max
        {
            problem("min", Some(format!("the least, {min}, is above the most, {max}")));
        }
        if let (Some(start), Some(end)) = (self.start, self.end)
            && start >= end
        {
            problem("end", Some("the end is not after the start".to_owned()));
        }
        for (field, instant) in [("start", self.start), ("end", self.end)] {
            if instant.is_some_and(|instant| instant.subsec_nanosecond() != 0) {
                problem(field, Some("AWS takes whole seconds".to_owned()));
            }
        }
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let repeats = |(index, one): (usize, &Self)| {
            let same = |other: &Self| one.name.is_some() && (&other.name, &other.target) == (&one.name, &one.target);
            all[..index].iter().any(same).then(|| (index, "another of this target has the same name".to_owned()))
        };
        all.iter().enumerate().filter_map(repeats).collect()
    }
}

impl Provider for ScheduledAction {
    async fn find(context: &Context, inputs: &ScheduledAction<Resolved>) -> Result<Option<String>, Error> {
        let (resource, name) = (inputs.target.as_str(), aws_name(&context.identity, inputs.name.as_deref()));
        if calls::actions(context, resource, Some(&name)).await?.is_empty() {
            return Ok(None);
        }
        let is_ours = inputs.name.is_none() || calls::is_of_this_stack(context, resource).await?;
        Ok(is_ours.then(|| id_of(resource, &name)))
    }

    async fn create(context: &Context, inputs: &ScheduledAction<Resolved>) -> Result<String, Error> {
        let (resource, name) = (inputs.target.as_str(), aws_name(&context.identity, inputs.name.as_deref()));
        calls::put_action(context, resource, &name, &timetable(inputs)).await?;
        Ok(id_of(resource, &name))
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &ScheduledAction<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let (resource, name) = parts_of(id)?;
        let found = calls::actions(context, resource, Some(name)).await?;
        let Some(action) = found.first() else { return Ok(None) };
        let Timetable { schedule, zone, min, max, start, end } = calls::timetable(action);
        let inputs = ScheduledAction {
            name: last.name.clone(),
            target: ScalableResource(resource.to_owned()),
            schedule,
            zone,
            min,
            max,
            start,
            end,
        };
        let outputs = ScheduledActionOutputs::<Resolved> { arn: Arn(action.scheduled_action_arn().to_owned()) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        _from: &ScheduledAction<Resolved>,
        to: &ScheduledAction<Resolved>,
    ) -> Result<(), Error> {
        let (resource, name) = parts_of(id)?;
        calls::put_action(context, resource, name, &timetable(to)).await
    }

    async fn delete(context: &Context, id: &str, _last: &ScheduledAction<Resolved>) -> Result<(), Error> {
        let (resource, name) = parts_of(id)?;
        context
            .aws
            .applicationautoscaling()
            .delete_scheduled_action()
            .service_namespace(aws_sdk_applicationautoscaling::types::ServiceNamespace::Sagemaker)
            .scalable_dimension(dimension_of(resource))
            .resource_id(resource)
            .scheduled_action_name(name)
            .send()
            .await
            .named("application-autoscaling:DeleteScheduledAction")
            .optional()
            .map(drop)
    }
}

fn timetable(action: &ScheduledAction<Resolved>) -> Timetable {
    Timetable {
        schedule: action.schedule.clone(),
        zone: action.zone.clone(),
        min: action.min,
        max: action.max,
        start: action.start,
        end: action.end,
    }
}

fn id_of(resource: &str, name: &str) -> String {
    format!("{resource}:action/{name}")
}

fn parts_of(id: &str) -> Result<(&str, &str), Error> {
    id.split_once(":action/").ok_or_else(|| Error::invalid(format!("`{id}` is not the id of a scheduled action")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_would_refuse_is_found() {
        let evening = ScheduledAction::new("endpoint/llm/variant/v", "cron(0 18 ? * MON-FRI *)", (1, 1));
        let problems_of = |action: &ScheduledAction| {
            let mut problems = Problems::new();
            action.validate(&mut problems);
            problems.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(problems_of(&evening), Vec::<String>::new());
        let wrong = ScheduledAction {
            name: Some(String::new()),
            schedule: "0 18 * * *".into(),
            min: Some(3),
            start: Some("2026-12-24T18:00:00.5Z".parse().unwrap()),
            end: Some("2026-12-24T17:00:00Z".parse().unwrap()),
            ..evening
        };
        assert_eq!(problems_of(&wrong), ["name", "schedule", "min", "end", "start"]);
    }
}
