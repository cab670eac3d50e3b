//! All the scaling of a resource, as it was: what a pause remembers, and what an update takes off and puts back.

use aws_sdk_applicationautoscaling::types::ScalableTarget;
use serde::{Deserialize, Serialize};

use super::schedule::Timetable;
use super::{ScalingRule, Suspended, calls};
use crate::engine::sdk::{Context, Error};
use crate::resource::{Identity, Scope, Tags};

/// The longest name of a policy or scheduled action, in characters.
const LONGEST: usize = 256;

/// The name of a policy or scheduled action: given, or derived. It does not follow the generation, for it is put back
/// under the same name after a pause.
pub(super) fn aws_name(identity: &Identity, given: Option<&str>) -> String {
    given.map_or_else(|| identity.content_name(None, LONGEST, &identity.address), str::to_owned)
}

/// Whether a name was derived in this stack.
fn is_derived(scope: &Scope, name: &str) -> bool {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let prefix: String = format!("{}-{}-", scope.environment, scope.stack).chars().map(plain).collect();
    let hash = name.rsplit('-').next().unwrap_or_default();
    name.starts_with(&prefix) && hash.len() == 10 && hash.chars().all(|c| c.is_ascii_hexdigit())
}

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
        self.put_missing(context, resource, |_| true).await
    }

    /// Puts back what others made: what this stack declares comes back by itself, or not if it is not declared any more.
    pub(super) async fn put_back_foreign(&self, context: &Context, resource: &str) -> Result<(), Error> {
        self.put_missing(context, resource, |name| !is_derived(context.scope(), name)).await
    }

    /// Puts back policies and scheduled actions that are not there; those that are there stay as they are.
    async fn put_missing(&self, context: &Context, resource: &str, wanted: impl Fn(&str) -> bool) -> Result<(), Error> {
        let (policies, actions) =
            tokio::try_join!(calls::policies(context, resource, None), calls::actions(context, resource, None))?;
        for KeptPolicy { name, rule } in &self.policies {
            if wanted(name) && !policies.iter().any(|policy| policy.policy_name() == name) {
                calls::put_policy(context, resource, name, rule).await?;
            }
        }
        for KeptAction { name, when } in &self.actions {
            if wanted(name) && !actions.iter().any(|action| action.scheduled_action_name() == name) {
                calls::put_action(context, resource, name, when).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_names_are_told_from_those_that_others_gave() {
        let scope = Scope {
            environment: "prod".into(),
            stack: "adept_ai".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let address = "autoscaling_policy.query-enhancer".parse().unwrap();
        let derived = aws_name(&scope.identity(&address, 1), None);
        assert_eq!(derived, aws_name(&scope.identity(&address, 2), None));
        assert!(is_derived(&scope, &derived), "{derived}");
        for other in ["by-hand", "prod-adept-ai-by-hand", "staging-adept-ai-x-0123456789"] {
            assert!(!is_derived(&scope, other), "{other}");
        }
        assert_eq!(aws_name(&scope.identity(&address, 1), Some("busy")), "busy");
    }
}
