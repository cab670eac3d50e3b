//! The complete scaling of a resource: kept over a pause, and over an update for which it must be deregistered.

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTarget};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::action_calls::{actions, put_action};
use super::dimension::usual_dimension;
use super::missed::after_runs;
use super::named::is_derived;
use super::policy_calls::{policies, put_policy};
use super::rule::read_rule;
use super::target_calls::{Settings, deregister, read_suspended, register, target, target_tags};
use super::timetable::Timetable;
use crate::providers::numbers::unsigned;
use crate::sdk::{Context, Error};
use ebbtide::aws::autoscaling::{ScalableTarget as Target, ScalingRule, Suspended};
use ebbtide::resource::{Resolved, Tags};

/// The complete scaling of a resource: the target's bounds, and every policy and scheduled action under it, including
/// those that the stack does not declare. AWS deletes all of it with the target or the endpoint, without a warning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PauseSnapshot {
    min: u32,
    max: u32,
    suspended: Suspended,
    tags: Tags,
    /// The dimension, where it is not the usual one of such a resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dimension: Option<String>,
    /// The target as it was declared, and when this was recorded; `None` in records of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    declared: Option<Declared>,
    policies: Vec<KeptPolicy>,
    actions: Vec<KeptAction>,
}

/// The declaration of a target when its scaling was recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Declared {
    min: u32,
    max: u32,
    suspended: Suspended,
    at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptPolicy {
    name: String,
    rule: ScalingRule,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptAction {
    name: String,
    when: Timetable,
}

impl PauseSnapshot {
    /// Returns the scaling of a resource; `None` if no target is registered for it.
    pub(crate) async fn take(context: &Context, resource: &str) -> Result<Option<Self>, Error> {
        let Some(target) = target(context, resource).await? else { return Ok(None) };
        let tags = target_tags(context, &target).await?;
        Self::of(context, resource, &target, tags).await.map(Some)
    }

    /// Returns the scaling of a resource whose target and tags were read before.
    pub(super) async fn of(
        context: &Context,
        resource: &str,
        target: &ScalableTarget,
        tags: Tags,
    ) -> Result<Self, Error> {
        let (policies, actions) =
            tokio::try_join!(policies(context, resource, None), actions(context, resource, None))?;
        let mut policies: Vec<_> = policies
            .iter()
            .filter_map(|policy| Some(KeptPolicy { name: policy.policy_name().to_owned(), rule: read_rule(policy)? }))
            .collect();
        policies.sort_by(|one, other| one.name.cmp(&other.name));
        let mut actions: Vec<_> = actions
            .iter()
            .map(|action| KeptAction { name: action.scheduled_action_name().to_owned(), when: Timetable::read(action) })
            .collect();
        actions.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self {
            min: unsigned(target.min_capacity()),
            max: unsigned(target.max_capacity()),
            suspended: read_suspended(target),
            tags,
            dimension: Some(target.scalable_dimension())
                .filter(|dimension| **dimension != usual_dimension(resource))
                .map(|dimension| dimension.as_str().to_owned()),
            declared: None,
            policies,
            actions,
        })
    }

    /// Adds the declaration of the target, and the instant at which this was recorded.
    pub(super) fn declared_as(self, target: &Target<Resolved>, at: Timestamp) -> Self {
        let Target { min, max, suspended, .. } = *target;
        Self { declared: Some(Declared { min, max, suspended, at }), ..self }
    }

    /// Returns the bounds as a plan sees them: as declared, where they are those of a scheduled action.
    pub(super) fn bounds_as_declared(&self, declared: &Target<Resolved>) -> (u32, u32) {
        let set_by_action = |bound: u32, of: fn(&Timetable) -> Option<u32>| {
            self.actions.iter().any(|action| of(&action.when) == Some(bound))
        };
        let min = if set_by_action(self.min, |when| when.min) { declared.min } else { self.min };
        let max = if set_by_action(self.max, |when| when.max) { declared.max } else { self.max };
        (min, max)
    }

    /// Returns the settings that a resume restores: the bounds and the suspension of before, unless they are declared anew.
    /// Actions whose time came during the pause have set their bounds.
    pub(super) fn settings_to_restore(&self, inputs: &Target<Resolved>, now: Timestamp) -> Settings {
        let Some(declared) = &self.declared else { return Settings::default() };
        let actions = self.actions.iter().filter(|_| !self.suspended.scheduled).map(|action| &action.when);
        let bounds = (self.min, self.max);
        let (min, max) = after_runs(actions, bounds, declared.at, now).unwrap_or(bounds);
        let same_bounds = (declared.min, declared.max) == (inputs.min, inputs.max);
        let bounds_differ = same_bounds && (min, max) != (inputs.min, inputs.max);
        let suspended = declared.suspended == inputs.suspended && self.suspended != inputs.suspended;
        Settings {
            min: bounds_differ.then_some(min),
            max: bounds_differ.then_some(max),
            suspended: suspended.then_some(self.suspended),
        }
    }

    /// Returns whether a target is registered for a resource.
    pub(crate) async fn is_registered(context: &Context, resource: &str) -> Result<bool, Error> {
        Ok(target(context, resource).await?.is_some())
    }

    /// Deregisters the target of a resource, with everything under it.
    pub(crate) async fn deregister(context: &Context, resource: &str) -> Result<(), Error> {
        deregister(context, resource).await
    }

    /// Puts the scaling of a resource back after its target was deregistered.
    pub(crate) async fn put_back(&self, context: &Context, resource: &str) -> Result<(), Error> {
        let tags = self.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
        let tags = tags.map(|(key, value)| (key.clone(), value.clone())).collect();
        let settings = Settings { min: Some(self.min), max: Some(self.max), suspended: Some(self.suspended) };
        let dimension = self.dimension.as_deref().map_or_else(|| usual_dimension(resource), ScalableDimension::from);
        register(context, resource, dimension, settings, Some(tags)).await?;
        self.put_missing(context, resource, |_| true).await
    }

    /// Puts back policies and scheduled actions that the stack does not declare. A resume creates the declared ones
    /// again, unless they are no longer declared.
    pub(super) async fn put_back_foreign(&self, context: &Context, resource: &str) -> Result<(), Error> {
        self.put_missing(context, resource, |name| !is_derived(context.scope(), name)).await
    }

    /// Puts back missing policies and scheduled actions; existing ones stay as they are. Actions that will not run any more
    /// are left out.
    async fn put_missing(&self, context: &Context, resource: &str, wanted: impl Fn(&str) -> bool) -> Result<(), Error> {
        let (policies, actions) =
            tokio::try_join!(policies(context, resource, None), actions(context, resource, None))?;
        let now = context.aws.now();
        for KeptPolicy { name, rule } in &self.policies {
            if wanted(name) && !policies.iter().any(|policy| policy.policy_name() == name) {
                put_policy(context, resource, name, rule).await?;
            }
        }
        for KeptAction { name, when } in &self.actions {
            let exists = actions.iter().any(|action| action.scheduled_action_name() == name);
            if wanted(name) && !exists && !when.is_over(now) {
                put_action(context, resource, name, when).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_recorded_snapshot_keeps_its_form() {
        let recorded = json!({
            "min": 1,
            "max": 10,
            "suspended": {"scale_in": true, "scale_out": false, "scheduled": false},
            "tags": {"ebb:stack": "llm"},
            "policies": [{
                "name": "busy",
                "rule": {"target_tracking": {
                    "metric": {"predefined": "SageMakerVariantInvocationsPerInstance"},
                    "value": 70.0,
                    "scale_in_cooldown_seconds": 300,
                    "scale_out_cooldown_seconds": null,
                    "disable_scale_in": false,
                }},
            }],
            "actions": [{
                "name": "evening",
                "when": {
                    "schedule": "rate(1 day)",
                    "zone": "UTC",
                    "min": 2,
                    "max": null,
                    "start": null,
                    "end": "2027-12-01T00:00:00Z",
                },
            }],
        });
        let snapshot: PauseSnapshot = serde_json::from_value(recorded.clone()).unwrap();
        assert_eq!(serde_json::to_value(snapshot).unwrap(), recorded);
    }
}
