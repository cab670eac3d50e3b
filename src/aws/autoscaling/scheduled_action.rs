//! `autoscaling_scheduled_action`: other bounds from a certain time on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::named::{ACTION_INFIX, known_id, name_conflicts, name_problem};
use super::schedule::{schedule_problem, zone_problem};
use crate::aws::{Arn, ScalableResource};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Replacement, Resolved, Resource, fields,
};

/// Other bounds of a target from certain times on. The capacity changes only if it is outside the new bounds.
///
/// ```
/// # use ebbtide::aws::autoscaling::{ScalableTargetOutputs, ScheduledAction};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, target: &ScalableTargetOutputs<Declared>) {
/// let evening = ScheduledAction::new(&target.resource, "cron(0 18 ? * MON-FRI *)", (1, 1));
/// stack.add("evening", ScheduledAction { zone: "Europe/Berlin".into(), ..evening });
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScheduledAction<P: Phase = Declared> {
    /// The name; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The target.
    pub target: P::Of<ScalableResource>,
    /// The times: `cron(minute hour day month weekday year)`, `rate(…)` or `at(…)`.
    pub schedule: String,
    /// The time zone of `schedule`, by its canonical name.
    #[serde(default = "utc")]
    pub zone: String,
    /// The least capacity from then on; unchanged unless given.
    #[serde(default)]
    pub min: Option<u32>,
    /// The most capacity from then on; unchanged unless given.
    #[serde(default)]
    pub max: Option<u32>,
    /// The instant before which the action does not run.
    #[serde(default)]
    pub start: Option<Timestamp>,
    /// The instant after which the action no longer runs. Bounds that it has set stay.
    #[serde(default)]
    pub end: Option<Timestamp>,
    /// The number of actions that a schedule of the environment has for the target, where this is one of them. Once all exist, a
    /// change of one sets the bounds that AWS would have set by then. Programs leave it out.
    #[doc(hidden)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<u32>,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl ScheduledAction {
    /// Creates an action that sets both bounds at certain times, in UTC.
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
            pushed: None,
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
    const DELETED_WITH: &'static [&'static str] = fields!(ScheduledAction: target);
    /// The old and the new action would both run at the same time.
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    type Resolved = ScheduledAction<Resolved>;
    type Outputs<P: Phase> = ScheduledActionOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills no scheduled action")
    }

    fn validate(&self, problems: &mut Problems) {
        let mut check = |field: &str, message: Option<String>| {
            if let Some(message) = message {
                problems.refuse(field, message);
            }
        };
        check("name", self.name.as_deref().and_then(name_problem));
        check("schedule", schedule_problem(&self.schedule));
        check("zone", zone_problem(&self.zone));
        if self.min.is_none() && self.max.is_none() {
            check("min", Some("an action sets at least one of min and max".to_owned()));
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min > max
        {
            check("min", Some(format!("min is {min}, which is above max, {max}")));
        }
        if let (Some(start), Some(end)) = (self.start, self.end)
            && start >= end
        {
            check("end", Some("the end is not after the start".to_owned()));
        }
        for (field, instant) in [("start", self.start), ("end", self.end)] {
            if instant.is_some_and(|instant| instant.subsec_nanosecond() != 0) {
                check(field, Some("AWS takes whole seconds only".to_owned()));
            }
        }
    }

    fn known_outputs(&self, _identity: &Identity) -> Map<String, Value> {
        known_id(&self.target, ACTION_INFIX, self.name.as_deref()).into_iter().collect()
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        name_conflicts(all, |action| (action.name.as_deref(), &action.target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_scheduled_actions_are_refused() {
        let evening = ScheduledAction::new("endpoint/llm/variant/v", "cron(0 18 ? * MON-FRI *)", (1, 1));
        let problems_of = |action: &ScheduledAction| {
            let mut problems = Problems::new();
            action.validate(&mut problems);
            problems
        };
        assert!(problems_of(&evening).is_empty());
        let wrong = ScheduledAction {
            name: Some(String::new()),
            schedule: "0 18 * * *".into(),
            min: Some(3),
            start: Some("2026-12-24T18:00:00.5Z".parse().unwrap()),
            end: Some("2026-12-24T17:00:00Z".parse().unwrap()),
            ..evening
        };
        assert_eq!(problems_of(&wrong).fields(), ["name", "schedule", "min", "end", "start"]);
    }

    #[test]
    fn an_action_with_a_name_has_its_id_before_it_exists() {
        let scope = crate::resource::Scope {
            environment: "prod".into(),
            stack: "adeptai".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let identity = scope.identity("lineage", &"autoscaling_scheduled_action.x".parse().unwrap(), 1);
        let evening = ScheduledAction::new("endpoint/llm/variant/v", "cron(0 18 ? * MON-FRI *)", (1, 1));
        assert!(evening.known_outputs(&identity).is_empty());
        let named = ScheduledAction { name: Some("night".into()), ..evening };
        assert_eq!(named.known_outputs(&identity)["id"], "endpoint/llm/variant/v:action/night");
    }
}
