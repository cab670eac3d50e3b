//! `autoscaling_target`: a scaled variant or inference component, with the bounds of its capacity.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::scalable_resource::{component_resource, variant_resource};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{Arn, EndpointName, InferenceComponentName, ScalableResource};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_tags,
};

/// A scaled variant or inference component, with the bounds of its capacity.
///
/// A pause deregisters the target. Its snapshot holds every policy and scheduled action under the target, including
/// those that the stack does not declare.
///
/// ```
/// # use ebbtide::aws::autoscaling::ScalableTarget;
/// # use ebbtide::aws::sagemaker::EndpointOutputs;
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, endpoint: &EndpointOutputs<Declared>) {
/// let target = stack.add("llm", ScalableTarget::variant(&endpoint.name, "AllTraffic", (1, 10)));
/// stack.output("SCALABLE_RESOURCE", &target.resource);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScalableTarget<P: Phase = Declared> {
    /// The scaled variant or inference component.
    pub of: Scalable<P>,
    /// The least capacity; 0 only for inference components, asynchronous endpoints and managed instances.
    pub min: u32,
    /// The most capacity.
    pub max: u32,
    /// The parts of the scaling that are suspended.
    #[serde(default)]
    pub suspended: Suspended,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// A variant or inference component that can be scaled.
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
    /// The provisioned concurrency of a serverless variant.
    ProvisionedConcurrency {
        /// The endpoint.
        endpoint: P::Of<EndpointName>,
        /// The name of the variant.
        variant: String,
    },
    /// The copies of an inference component.
    InferenceComponent {
        /// Its name.
        name: P::Of<InferenceComponentName>,
    },
}

/// The parts of the scaling that are suspended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    /// Removing capacity.
    #[serde(default)]
    pub scale_in: bool,
    /// Adding capacity.
    #[serde(default)]
    pub scale_out: bool,
    /// Scheduled actions.
    #[serde(default)]
    pub scheduled: bool,
}

impl ScalableTarget {
    /// Creates a target for the instances of a variant, with the least and the most capacity.
    pub fn variant(
        endpoint: impl Into<Input<EndpointName>>,
        variant: impl Into<String>,
        (min, max): (u32, u32),
    ) -> Self {
        let of = Scalable::Variant { endpoint: endpoint.into(), variant: variant.into() };
        Self { of, min, max, suspended: Suspended::default(), tags: Tags::new() }
    }

    /// Creates a target for the provisioned concurrency of a serverless variant, with the least and the most capacity.
    pub fn provisioned_concurrency(
        endpoint: impl Into<Input<EndpointName>>,
        variant: impl Into<String>,
        (min, max): (u32, u32),
    ) -> Self {
        let of = Scalable::ProvisionedConcurrency { endpoint: endpoint.into(), variant: variant.into() };
        Self { of, min, max, suspended: Suspended::default(), tags: Tags::new() }
    }

    /// Creates a target for the copies of an inference component, with the least and the most copies. With none as the least, the
    /// instances can go too, if the endpoint's configuration lets them; a policy by [`ScalingPolicy::waking`] brings the first copy
    /// back.
    ///
    /// [`ScalingPolicy::waking`]: super::ScalingPolicy::waking
    pub fn copies(component: impl Into<Input<InferenceComponentName>>, (min, max): (u32, u32)) -> Self {
        let of = Scalable::InferenceComponent { name: component.into() };
        Self { of, min, max, suspended: Suspended::default(), tags: Tags::new() }
    }
}

impl Scalable<Resolved> {
    /// Returns the scalable resource.
    #[doc(hidden)]
    pub fn resource(&self) -> String {
        match self {
            Self::Variant { endpoint, variant } | Self::ProvisionedConcurrency { endpoint, variant } => {
                variant_resource(endpoint.as_str(), variant)
            }
            Self::InferenceComponent { name } => component_resource(name.as_str()),
        }
    }
}

/// The outputs of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScalableTargetOutputs<P: Phase> {
    /// The scalable resource, which policies and scheduled actions refer to.
    pub resource: P::Of<ScalableResource>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for ScalableTarget {
    const KIND: &'static str = "autoscaling_target";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(ScalableTarget: of);
    const DELETED_WITH: &'static [&'static str] = fields!(ScalableTarget: of);
    const BOUNDS: &'static [&'static str] = fields!(ScalableTarget: min, max);
    type Resolved = ScalableTarget<Resolved>;
    type Outputs<P: Phase> = ScalableTargetOutputs<P>;

    /// Returns the bounds of a variant. AWS bills nothing for scaling itself.
    fn billing(&self) -> Billing {
        match &self.of {
            Scalable::Variant { variant, .. } | Scalable::ProvisionedConcurrency { variant, .. } => {
                Billing::Scaling { variant: variant.clone(), min: self.min, max: self.max }
            }
            Scalable::InferenceComponent { .. } => {
                Billing::free("a component runs on instances that are billed already")
            }
        }
    }

    fn validate(&self, problems: &mut Problems) {
        if self.min > self.max {
            problems.refuse("min", format!("min is {}, which is above max, {}", self.min, self.max));
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let message = "another target scales the same resource; AWS accepts only one";
        let scaled = |target: &'_ Self| match &target.of {
            Scalable::Variant { endpoint, variant } | Scalable::ProvisionedConcurrency { endpoint, variant } => {
                (Some(endpoint.clone()), None, variant.clone())
            }
            Scalable::InferenceComponent { name } => (None, Some(name.clone()), String::new()),
        };
        repeat_conflicts(all, |target| Some(scaled(target)), |_| message.to_owned())
    }

    fn known_outputs(&self, _identity: &Identity) -> Map<String, Value> {
        let resource = match &self.of {
            Scalable::Variant { endpoint, variant } | Scalable::ProvisionedConcurrency { endpoint, variant } => {
                endpoint.known().map(|endpoint| variant_resource(endpoint.as_str(), variant))
            }
            Scalable::InferenceComponent { name } => name.known().map(|name| component_resource(name.as_str())),
        };
        resource.map(|resource| ("resource".to_owned(), Value::String(resource))).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_targets_are_refused() {
        let target = ScalableTarget {
            tags: Tags::from([("ebb:stack".to_owned(), "mine".to_owned())]),
            ..ScalableTarget::variant("llm", "AllTraffic", (2, 1))
        };
        let mut problems = Problems::new();
        target.validate(&mut problems);
        assert_eq!(problems.fields(), ["min", "tags"]);
    }

    #[test]
    fn two_targets_of_one_variant_conflict() {
        let target = ScalableTarget::variant("llm", "AllTraffic", (1, 2));
        let other = ScalableTarget::variant("llm", "Canary", (1, 2));
        assert_eq!(ScalableTarget::conflicts(&[target.clone(), other, target.clone()])[0].index, 2);
        let serverless = ScalableTarget::provisioned_concurrency("llm", "AllTraffic", (1, 2));
        assert_eq!(ScalableTarget::conflicts(&[target, serverless])[0].index, 1);
        let copies = ScalableTarget::copies("llama", (0, 2));
        assert_eq!(ScalableTarget::conflicts(&[copies.clone(), copies])[0].index, 1);
    }
}
