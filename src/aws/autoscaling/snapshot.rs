//! All the scaling of a resource, as it was: what a pause remembers, and what an update takes off and puts back.

use aws_sdk_applicationautoscaling::types::ScalableTarget;
use serde::{Deserialize, Serialize};

use super::calls;
use super::schedule::Timetable;
use super::{ScalingRule, Suspended};
use crate::aws::{Context, Tags};
use crate::resource::Error;

/// All the scaling of a resource: the target's bounds, and every policy and scheduled action under it, whoever made
/// them. Deregistering a target, or deleting its endpoint, deletes them all without a word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    min: u32,
    max: u32,
    suspended: Suspended,
    tags: Tags,
    policies: Vec<KeptPolicy>,
    actions: Vec<KeptAction>,
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

impl Snapshot {
    /// The scaling of a resource; none if it has none.
    pub(crate) async fn take(context: &Context, resource: &str) -> Result<Option<Self>, Error> {
        let Some(target) = calls::target(context, resource).await? else { return Ok(None) };
        let tags = calls::target_tags(context, &target).await?;
        Self::of(context, resource, &target, tags).await.map(Some)
    }

    /// The scaling of a resource whose target and its tags have been read.
    pub(super) async fn of(
        context: &Context,
        resource: &str,
        target: &ScalableTarget,
        tags: Tags,
    ) -> Result<Self, Error> {
        let (policies, actions) =
            tokio::try_join!(calls::policies(context, resource, None), calls::actions(context, resource, None))?;
        let mut policies: Vec<_> = policies
            .iter()
            .filter_map(|policy| {
                Some(KeptPolicy { name: policy.policy_name().to_owned(), rule: ScalingRule::from_sdk(policy)? })
            })
            .collect();
        policies.sort_by(|one, other| one.name.cmp(&other.name));
        let mut actions: Vec<_> = actions
            .iter()
            .map(|action| KeptAction {
                name: action.scheduled_action_name().to_owned(),
                when: calls::timetable(action),
            })
            .collect();
        actions.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self {
            min: calls::unsigned(target.min_capacity()),
            max: calls::unsigned(target.max_capacity()),
            suspended: Suspended::from_sdk(target.suspended_state()),
            tags,
            policies,
            actions,
        })
    }

    /// Whether a resource is scaled.
    pub(crate) async fn is_registered(context: &Context, resource: &str) -> Result<bool, Error> {
        Ok(calls::target(context, resource).await?.is_some())
    }

    /// Takes the scaling of a resource off.
    pub(crate) async fn deregister(context: &Context, resource: &str) -> Result<(), Error> {
        calls::deregister(context, resource).await
    }

    /// Puts the scaling of a resource back after it was taken off.
    pub(crate) async fn put_back(&self, context: &Context, resource: &str) -> Result<(), Error> {
        let tags = self.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
        let tags = tags.map(|(key, value)| (key.clone(), value.clone())).collect();
        calls::register(context, resource, (self.min, self.max), self.suspended, Some(tags)).await?;
        self.put_missing(context, resource).await
    }

    /// Puts back the policies and scheduled actions that are not there; those that are there stay as they are.
    pub(super) async fn put_missing(&self, context: &Context, resource: &str) -> Result<(), Error> {
        let (policies, actions) =
            tokio::try_join!(calls::policies(context, resource, None), calls::actions(context, resource, None))?;
        for KeptPolicy { name, rule } in &self.policies {
            if !policies.iter().any(|policy| policy.policy_name() == name) {
                calls::put_policy(context, resource, name, rule).await?;
            }
        }
        for KeptAction { name, when } in &self.actions {
            if !actions.iter().any(|action| action.scheduled_action_name() == name) {
                calls::put_action(context, resource, name, when).await?;
            }
        }
        Ok(())
    }
}
