//! `sagemaker_model`: containers, a role, and the network they run in. Free, and immutable.

use serde::{Deserialize, Serialize};

use super::Container;
use super::names::{content_conflicts, name_problem};
use crate::aws::{Arn, ModelName, RoleArn, SecurityGroupId, SubnetId};
use crate::resource::{
    Billing, Conflict, Declared, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags,
};

/// A model, which an endpoint runs. Its name is derived from its content, so two different models never share a name.
///
/// ```
/// # use ebbtide::aws::iam::RoleOutputs;
/// # use ebbtide::aws::sagemaker::{Container, Model, ModelData, ModelForm};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, role: &RoleOutputs<Declared>) {
/// let weights = ModelData { uri: "s3://models/llama/".into(), form: ModelForm::Prefix };
/// let image = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/djl-inference:0.33.0-lmi15.0.0-cu128";
/// let model = stack.add("llm", Model::new(&role.arn, Container::new(image, Some(weights))));
/// stack.output("MODEL", &model.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Model<P: Phase = Declared> {
    /// The beginning of the name, which a hash of the model follows. Derived from environment, stack and address unless
    /// given.
    #[serde(default)]
    pub name: Option<String>,
    /// The role that the containers assume.
    pub execution_role: P::Of<RoleArn>,
    /// The containers, 1 to 15.
    pub containers: Vec<Container<P>>,
    /// The way in which several containers are called; only with more than one container.
    #[serde(default)]
    pub execution: Option<InferenceExecution>,
    /// The network of the containers; SageMaker's own unless given.
    #[serde(default)]
    pub vpc: Option<ModelVpc<P>>,
    /// Whether the containers are prevented from making network calls.
    #[serde(default)]
    pub network_isolation: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The way in which several containers of a model are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InferenceExecution {
    /// One after the other, as a pipeline.
    Serial,
    /// Each by its hostname.
    Direct,
}

/// The network of a model's containers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ModelVpc<P: Phase = Declared> {
    /// The subnets, 1 to 16.
    pub subnets: Vec<P::Of<SubnetId>>,
    /// The security groups, 1 to 5.
    pub security_groups: Vec<P::Of<SecurityGroupId>>,
}

impl Model {
    /// Creates a model with one container in SageMaker's own network.
    pub fn new(execution_role: impl Into<Input<RoleArn>>, container: Container) -> Self {
        Self {
            name: None,
            execution_role: execution_role.into(),
            containers: vec![container],
            execution: None,
            vpc: None,
            network_isolation: false,
            tags: Tags::new(),
        }
    }
}

/// The outputs of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ModelOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<ModelName>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for Model {
    const KIND: &'static str = "sagemaker_model";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] =
        fields!(Model: name, execution_role, containers, execution, vpc, network_isolation);
    const UNORDERED: &'static [&'static str] = &["vpc.subnets", "vpc.security_groups"];
    type Resolved = Model<Resolved>;
    type Outputs<P: Phase> = ModelOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills no model; its artifacts are billed as objects of their bucket")
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if !(1..=15).contains(&self.containers.len()) {
            problems.refuse("containers", "a model has 1 to 15 containers");
        }
        for (index, container) in self.containers.iter().enumerate() {
            container.validate(&format!("containers[{index}]"), problems);
        }
        match (self.containers.len(), self.execution) {
            (0 | 1, Some(_)) => problems.refuse("execution", "it applies to several containers only"),
            (2.., Some(InferenceExecution::Direct)) if self.containers.iter().any(|one| one.hostname.is_none()) => {
                problems.refuse("containers", "direct execution needs a hostname for each container");
            }
            _ => {}
        }
        if let Some(vpc) = &self.vpc {
            if !(1..=16).contains(&vpc.subnets.len()) {
                problems.refuse("vpc.subnets", "a model runs in 1 to 16 subnets");
            }
            if !(1..=5).contains(&vpc.security_groups.len()) {
                problems.refuse("vpc.security_groups", "a model has 1 to 5 security groups");
            }
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let content = |model: &Self| model.name.is_some().then(|| Self { tags: Tags::new(), ..model.clone() });
        content_conflicts(&all.iter().map(content).collect::<Vec<_>>(), "model")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::sagemaker::{ModelData, ModelForm};

    fn model() -> Model {
        let data = ModelData { uri: Input::from("s3://models/llama.tar.gz"), form: ModelForm::Archive };
        Model::new("arn:aws:iam::123456789012:role/llm", Container::new("img:1", Some(data)))
    }

    fn problems_of(model: &Model) -> Problems {
        let mut problems = Problems::new();
        model.validate(&mut problems);
        problems
    }

    #[test]
    fn invalid_models_are_refused() {
        assert!(problems_of(&model()).is_empty());
        let wrong = Model {
            name: Some("no_underscore".into()),
            containers: Vec::new(),
            execution: Some(InferenceExecution::Serial),
            vpc: Some(ModelVpc { subnets: Vec::new(), security_groups: Vec::new() }),
            tags: Tags::from([("ebb:stack".into(), "mine".into())]),
            ..model()
        };
        let expected = ["name", "containers", "execution", "vpc.subnets", "vpc.security_groups", "tags"];
        assert_eq!(problems_of(&wrong).fields(), expected);
        let direct = Model {
            containers: vec![Container::new("img:1", None), Container::new("img:2", None)],
            execution: Some(InferenceExecution::Direct),
            ..model()
        };
        assert!(problems_of(&direct).iter().any(|(_, message)| message.contains("hostname")));
    }

    #[test]
    fn equal_models_with_the_same_name_conflict() {
        let named = Model { name: Some("llm".into()), ..model() };
        assert_eq!(Model::conflicts(&[model(), model()]), []);
        assert_eq!(Model::conflicts(&[named.clone(), named])[0].index, 1);
    }
}
