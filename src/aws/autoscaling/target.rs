//! `autoscaling_target`: what is scaled, and between which bounds.

use aws_sdk_applicationautoscaling::types::SuspendedState;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Snapshot;
use super::calls::{self, unsigned};
use super::dimension::{component_resource, variant_resource};
use crate::aws::lists::repeats;
use crate::aws::{Arn, EndpointName, ScalableResource};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind};
use crate::resource::{
    Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, own_tags, tag_changes,
};

/// What is scaled, and between which bounds. A pause takes it off and remembers every policy and scheduled action
/// under it, whoever made them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScalableTarget<P: Phase = Declared> {
    /// What is scaled.
    pub of: Scalable<P>,
    /// The least capacity; 0 only for inference components, asynchronous endpoints and managed instances.
    pub min: u32,
    /// The most capacity.
    pub max: u32,
    /// What is suspended at present.
    #[serde(default)]
    pub suspended: Suspended,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// What can be scaled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Scalable<P: Phase = Declared> {
    /// The instances of a variant.
    Variant {
        /// The endpoint.
        endpoint: P::Of<EndpointName>,
        /// The name of the variant.
        variant: String,
    },
    /// The copies of an inference component.
    InferenceComponent {
        /// Its name.
        name: P::Of<String>,
    },
}

/// What of the scaling is suspended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    /// Taking capacity.
    #[serde(default)]
    pub scale_in: bool,
    /// Adding capacity.
    #[serde(default)]
    pub scale_out: bool,
    /// Scheduled actions.
    #[serde(default)]
    pub scheduled: bool,
}

impl Suspended {
    pub(super) fn from_sdk(state: Option<&SuspendedState>) -> Self {
        let is = |of: fn(&SuspendedState) -> Option<bool>| state.and_then(of).unwrap_or(false);
        Self {
            scale_in: is(SuspendedState::dynamic_scaling_in_suspended),
            scale_out: is(SuspendedState::dynamic_scaling_out_suspended),
            scheduled: is(SuspendedState::scheduled_scaling_suspended),
        }
    }
}

impl ScalableTarget {
    /// The instances of a variant, between bounds.
    pub fn variant(
        endpoint: impl Into<Input<EndpointName>>,
        variant: impl Into<String>,
        (min, max): (u32, u32),
    ) -> Self {
        let of = Scalable::Variant { endpoint: endpoint.into(), variant: variant.into() };
        Self { of, min, max, suspended: Suspended::default(), tags: Tags::new() }
    }
}

impl Scalable<Resolved> {
    fn resource(&self) -> String {
        match self {
            Self::Variant { endpoint, variant } => variant_resource(endpoint.as_str(), variant),
            Self::InferenceComponent { name } => component_resource(name),
        }
    }
}

/// The outputs of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScalableTargetOutputs<P: Phase> {
    /// What policies and scheduled actions refer to.
    pub resource: P::Of<ScalableResource>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for ScalableTarget {
    const KIND: &'static str = "autoscaling_target";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(ScalableTarget: of);
    type Resolved = ScalableTarget<Resolved>;
    type Outputs<P: Phase> = ScalableTargetOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        if self.min > self.max {
            problems.refuse("min", format!("the least, {}, is above the most, {}", self.min, self.max));
        }
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let again = repeats(all, |target| Some(target.of.clone()));
        let message = "another target scales the same; AWS takes one";
        again.into_iter().map(|(index, _)| (index, message.to_owned())).collect()
    }

    fn known_outputs(&self, _identity: &Identity) -> Map<String, Value> {
        let resource = match &self.of {
            Scalable::Variant { endpoint, variant } => {
                endpoint.known().map(|endpoint| variant_resource(endpoint.as_str(), variant))
            }
            Scalable::InferenceComponent { name } => name.known().map(|name| component_resource(name)),
        };
        resource.map(|resource| ("resource".to_owned(), Value::String(resource))).into_iter().collect()
    }
}

impl Provider for ScalableTarget {
    async fn find(context: &Context, inputs: &ScalableTarget<Resolved>) -> Result<Option<String>, Error> {
        let resource = inputs.of.resource();
        let Some(target) = calls::target(context, &resource).await? else { return Ok(None) };
        let tags = calls::target_tags(context, &target).await?;
        Ok(context.identity.owns(&tags).then_some(resource))
    }

    async fn create(context: &Context, inputs: &ScalableTarget<Resolved>) -> Result<String, Error> {
        let resource = inputs.of.resource();
        // Registering what is registered already changes it without a word: look whose it is first.
        if let Some(target) = calls::target(context, &resource).await?
            && !context.identity.owns(&calls::target_tags(context, &target).await?)
        {
            let message = format!("{resource} is scaled already, by a target that this stack does not own");
            return Err(Error::new(ErrorKind::AlreadyExists, message)
                .hint("deregister that target, or do not declare one here, then run the same command"));
        }
        let tags = Some(context.tags(&inputs.tags));
        calls::register(context, &resource, (inputs.min, inputs.max), inputs.suspended, tags).await?;
        Ok(resource)
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &ScalableTarget<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let Some(target) = calls::target(context, id).await? else { return Ok(None) };
        let tags = calls::target_tags(context, &target).await?;
        let snapshot = Snapshot::of(context, id, &target, tags.clone()).await?;
        let inputs = ScalableTarget {
            of: last.of.clone(),
            min: unsigned(target.min_capacity()),
            max: unsigned(target.max_capacity()),
            suspended: Suspended::from_sdk(target.suspended_state()),
            tags: own_tags(tags),
        };
        let outputs = ScalableTargetOutputs::<Resolved> {
            resource: ScalableResource(id.to_owned()),
            arn: Arn(target.scalable_target_arn().unwrap_or_default().to_owned()),
        };
        Ok(Some(Reading { pause_snapshot: Some(serde_json::to_value(snapshot)?), ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &ScalableTarget<Resolved>,
        to: &ScalableTarget<Resolved>,
    ) -> Result<(), Error> {
        if (from.min, from.max, from.suspended) != (to.min, to.max, to.suspended) {
            calls::register(context, id, (to.min, to.max), to.suspended, None).await?;
        }
        let (set, removed) = tag_changes(&from.tags, &to.tags);
        if set.is_empty() && removed.is_empty() {
            return Ok(());
        }
        let Some(target) = calls::target(context, id).await? else { return Ok(()) };
        let arn = target.scalable_target_arn().unwrap_or_default();
        let client = context.aws.applicationautoscaling();
        if !set.is_empty() {
            let tag = client.tag_resource().resource_arn(arn).set_tags(Some(set.into_iter().collect()));
            tag.send().await.named("application-autoscaling:TagResource")?;
        }
        if !removed.is_empty() {
            let untag = client.untag_resource().resource_arn(arn).set_tag_keys(Some(removed));
            untag.send().await.named("application-autoscaling:UntagResource")?;
        }
        Ok(())
    }

    async fn delete(context: &Context, id: &str, _last: &ScalableTarget<Resolved>) -> Result<(), Error> {
        calls::deregister(context, id).await
    }

    async fn restore(
        context: &Context,
        id: &str,
        _inputs: &ScalableTarget<Resolved>,
        remembered: &Value,
    ) -> Result<bool, Error> {
        let remembered: Snapshot = serde_json::from_value(remembered.clone())?;
        remembered.put_back_foreign(context, id).await?;
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_and_doubles_are_checked() {
        let target = ScalableTarget::variant("llm", "AllTraffic", (2, 1));
        let mut problems = Problems::new();
        target.validate(&mut problems);
        assert_eq!(problems[0].0, "min");
        let other = ScalableTarget::variant("llm", "Canary", (1, 2));
        assert_eq!(ScalableTarget::conflicts(&[target.clone(), other, target])[0].0, 2);
    }
}
