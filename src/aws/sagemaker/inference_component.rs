//! `sagemaker_inference_component`: copies of a model on the instances of an endpoint.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::names::{known_names, name_problem, same_names};
use super::{ComponentNeeds, Served};
use crate::aws::{Arn, EndpointName, InferenceComponentName};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_tags,
};

/// An inference component: copies of a model on the instances of a variant without a model of its own. Callers give its name with
/// each call of the endpoint.
///
/// A pause deletes it before its endpoint and records its copies. Under an `autoscaling_target` the number of copies is that of auto
/// scaling: another one than the declared is no drift.
///
/// ```
/// # use ebbtide::aws::sagemaker::{ComponentNeeds, EndpointOutputs, InferenceComponent, ModelOutputs, Served};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, endpoint: &EndpointOutputs<Declared>, model: &ModelOutputs<Declared>) {
/// let serves = Served::Model((&model.name).into());
/// let needs = ComponentNeeds::accelerators(1, 1024);
/// let llama = stack.add("llama", InferenceComponent::new("llama", &endpoint.name, "main", serves, needs));
/// stack.output("COMPONENT", &llama.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct InferenceComponent<P: Phase = Declared> {
    /// The name that callers use, exactly: up to 63 letters, digits and inner hyphens. Another name is another component.
    pub name: String,
    /// The endpoint.
    pub endpoint: P::Of<EndpointName>,
    /// The variant of the endpoint, which has no model of its own.
    pub variant: String,
    /// The model or container.
    pub serves: Served<P>,
    /// The part of an instance that each copy takes.
    pub needs: ComponentNeeds,
    /// The limit for the download of the model, in seconds (60 to 3600); AWS chooses unless given.
    #[serde(default)]
    pub download_timeout_seconds: Option<u32>,
    /// The limit for the container to pass its first health check, in seconds (60 to 3600); AWS chooses unless given.
    #[serde(default)]
    pub startup_timeout_seconds: Option<u32>,
    /// The number of copies, and under auto scaling their initial number: 1 at least.
    #[serde(default = "one")]
    pub copies: u32,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

fn one() -> u32 {
    1
}

impl InferenceComponent {
    /// Creates a component of one copy.
    pub fn new(
        name: impl Into<String>,
        endpoint: impl Into<Input<EndpointName>>,
        variant: impl Into<String>,
        serves: Served,
        needs: ComponentNeeds,
    ) -> Self {
        Self {
            name: name.into(),
            endpoint: endpoint.into(),
            variant: variant.into(),
            serves,
            needs,
            download_timeout_seconds: None,
            startup_timeout_seconds: None,
            copies: 1,
            tags: Tags::new(),
        }
    }
}

/// The outputs of an inference component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct InferenceComponentOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<InferenceComponentName>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for InferenceComponent {
    const KIND: &'static str = "sagemaker_inference_component";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    // UpdateInferenceComponent has neither endpoint nor variant (service model).
    const REPLACE_ON: &'static [&'static str] = fields!(InferenceComponent: name, endpoint, variant);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    /// An endpoint cannot go without its components, or leaves them behind without instances.
    const DELETED_WITH: &'static [&'static str] = fields!(InferenceComponent: endpoint);
    /// "Component `InService` (Hub download + vLLM boot + CUDA graphs)" took 6 minutes on `ml.g5.xlarge` (July 2026).
    const TYPICAL_SECONDS: u32 = 360;
    type Resolved = InferenceComponent<Resolved>;
    type Outputs<P: Phase> = InferenceComponentOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("it runs on the instances of its endpoint, which are billed already")
    }

    fn validate(&self, problems: &mut Problems) {
        for (field, name) in [("name", &self.name), ("variant", &self.variant)] {
            if let Some(problem) = name_problem(name) {
                problems.refuse(field, problem);
            }
        }
        self.serves.validate(problems);
        self.needs.validate(problems);
        let timeouts = [
            ("download_timeout_seconds", self.download_timeout_seconds),
            ("startup_timeout_seconds", self.startup_timeout_seconds),
        ];
        for (field, timeout) in timeouts {
            if timeout.is_some_and(|seconds| !(60..=3600).contains(&seconds)) {
                problems.refuse(field, "AWS accepts 60 to 3600 seconds");
            }
        }
        // "Inference components copy count an integer larger than 0" (stdapi-ai/stdapi.ai#43).
        if self.copies == 0 {
            let message =
                "a component comes up with 1 copy at least; an autoscaling_target with a min of 0 takes it away";
            problems.refuse("copies", message);
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        same_names(all, |component| Some(&component.name), "inference component")
    }

    /// Returns the group of the containers. The table of the developer guide does not have it; AWS's examples of inference components read
    /// this one.
    fn log_groups(&self, _identity: &Identity) -> Vec<String> {
        vec![format!("/aws/sagemaker/InferenceComponents/{}", self.name)]
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        known_names(identity, "inference-component", &self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::sagemaker::ComponentContainer;

    fn component() -> InferenceComponent {
        let needs = ComponentNeeds::accelerators(1, 1024);
        InferenceComponent::new("llama", "llm", "main", Served::Model("llama".into()), needs)
    }

    fn problems_of(component: &InferenceComponent) -> String {
        let mut problems = Problems::new();
        component.validate(&mut problems);
        problems.fields().join(" ")
    }

    #[test]
    fn invalid_inference_components_are_refused() {
        assert_eq!(problems_of(&component()), "");
        let container = ComponentContainer {
            artifact: Some("llama.tar.gz".into()),
            environment: [("1-no".to_owned(), "x".into())].into(),
            ..ComponentContainer::new("no image")
        };
        let wrong = InferenceComponent {
            name: "no_underscore".into(),
            variant: String::new(),
            serves: Served::Container(container),
            needs: ComponentNeeds {
                accelerators: Some(0),
                cpu_cores: Some(0.1),
                min_memory_mb: 100,
                max_memory_mb: Some(99),
            },
            download_timeout_seconds: Some(10),
            startup_timeout_seconds: Some(4000),
            copies: 0,
            ..component()
        };
        let expected = "name variant serves.container.image serves.container.artifact serves.container.environment \
                        needs.accelerators needs.cpu_cores needs.min_memory_mb needs.max_memory_mb \
                        download_timeout_seconds startup_timeout_seconds copies";
        assert_eq!(problems_of(&wrong), expected);
        let needs = ComponentNeeds { cpu_cores: None, ..ComponentNeeds::cpu_cores(1.0, 1024) };
        assert_eq!(problems_of(&InferenceComponent { needs, ..component() }), "needs");
        assert_eq!(problems_of(&InferenceComponent { needs: ComponentNeeds::cpu_cores(0.5, 256), ..component() }), "");
    }

    #[test]
    fn components_with_the_same_name_conflict() {
        let other = InferenceComponent { name: "LLAMA".into(), ..component() };
        assert_eq!(InferenceComponent::conflicts(&[component(), other])[0].index, 1);
    }
}
