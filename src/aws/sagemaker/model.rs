//! `sagemaker_model`: containers, a role, and the network they run in. Free, and immutable.

use aws_sdk_sagemaker::types::{InferenceExecutionConfig, InferenceExecutionMode, VpcConfig};
use serde::{Deserialize, Serialize};

use super::Container;
use super::names::{LONGEST, check_name};
use super::tagging::{all_tags, creation_tags, update_tags};
use crate::aws::lists::repeats;
use crate::aws::{Arn, ModelName, RoleArn, SecurityGroupId, SubnetId};
use crate::engine::providers::lists::ordered_like;
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};
use crate::resource::{Declared, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, own_tags};

/// A model: what an endpoint runs. Its name follows from what it is, so another model never has the same name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Model<P: Phase = Declared> {
    /// How its name begins; a hash of the model follows. Derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The role that the containers act as.
    pub execution_role: P::Of<RoleArn>,
    /// The containers, 1 to 15.
    pub containers: Vec<Container<P>>,
    /// How several containers are called; only with several.
    #[serde(default)]
    pub execution: Option<InferenceExecution>,
    /// The network that the containers run in; SageMaker's own unless given.
    #[serde(default)]
    pub vpc: Option<ModelVpc<P>>,
    /// Whether the containers are kept from making any network calls at all.
    #[serde(default)]
    pub network_isolation: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// How several containers of a model are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InferenceExecution {
    /// One behind the other, as a pipeline.
    Serial,
    /// Each by its hostname.
    Direct,
}

/// The network that a model's containers run in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ModelVpc<P: Phase = Declared> {
    /// The subnets, 1 to 16.
    pub subnets: Vec<P::Of<SubnetId>>,
    /// The security groups, 1 to 5.
    pub security_groups: Vec<P::Of<SecurityGroupId>>,
}

impl Model {
    /// A model of one container in SageMaker's own network.
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
    type Resolved = Model<Resolved>;
    type Outputs<P: Phase> = ModelOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = &self.name {
            check_name("name", name, problems);
        }
        if !(1..=15).contains(&self.containers.len()) {
            problems.refuse("containers", "a model has 1 to 15 containers");
        }
        for (index, container) in self.containers.iter().enumerate() {
            container.validate(&format!("containers[{index}]"), problems);
        }
        match (self.containers.len(), self.execution) {
            (0 | 1, Some(_)) => problems.refuse("execution", "only several containers have an order"),
            (2.., Some(InferenceExecution::Direct)) if self.containers.iter().any(|one| one.hostname.is_none()) => {
                problems.refuse("containers", "to be called directly, each container needs a hostname");
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
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let content = |model: &Self| model.name.is_some().then(|| Self { tags: Tags::new(), ..model.clone() });
        same_content(all.iter().map(content), "model")
    }
}

impl Provider for Model {
    async fn find(context: &Context, inputs: &Model<Resolved>) -> Result<Option<String>, Error> {
        let name = aws_name(context, inputs);
        let describe = context.aws.sagemaker().describe_model().model_name(&name);
        let Some(found) = describe.send().await.named("sagemaker:DescribeModel").optional()? else { return Ok(None) };
        let Some(tags) = all_tags(context, found.model_arn().unwrap_or_default()).await.optional()? else {
            return Ok(None);
        };
        Ok(context.identity.owns(&tags).then_some(name))
    }

    async fn create(context: &Context, inputs: &Model<Resolved>) -> Result<String, Error> {
        let name = aws_name(context, inputs);
        let request = context
            .aws
            .sagemaker()
            .create_model()
            .model_name(&name)
            .execution_role_arn(inputs.execution_role.as_str())
            .enable_network_isolation(inputs.network_isolation)
            .set_inference_execution_config(inputs.execution.map(|execution| {
                let mode = match execution {
                    InferenceExecution::Serial => InferenceExecutionMode::Serial,
                    InferenceExecution::Direct => InferenceExecutionMode::Direct,
                };
                InferenceExecutionConfig::builder().mode(mode).build()
            }))
            .set_vpc_config(inputs.vpc.as_ref().map(|vpc| {
                VpcConfig::builder()
                    .set_subnets(Some(vpc.subnets.iter().map(|subnet| subnet.0.clone()).collect()))
                    .set_security_group_ids(Some(vpc.security_groups.iter().map(|group| group.0.clone()).collect()))
                    .build()
            }))
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        let request = match inputs.containers.as_slice() {
            [one] => request.primary_container(one.to_sdk()),
            several => request.set_containers(Some(several.iter().map(Container::to_sdk).collect())),
        };
        request.send().await.named("sagemaker:CreateModel")?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Model<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let describe = context.aws.sagemaker().describe_model().model_name(id);
        let Some(found) = describe.send().await.named("sagemaker:DescribeModel").optional()? else { return Ok(None) };
        let arn = found.model_arn().unwrap_or_default();
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let containers = found.primary_container().into_iter().chain(found.containers());
        let no_vpc = ModelVpc { subnets: Vec::new(), security_groups: Vec::new() };
        let last_vpc = last.vpc.as_ref().unwrap_or(&no_vpc);
        let inputs = Model {
            name: last.name.clone(),
            execution_role: RoleArn(found.execution_role_arn().unwrap_or_default().to_owned()),
            containers: containers.map(Container::from_sdk).collect(),
            execution: found.inference_execution_config().and_then(|config| match config.mode() {
                Some(InferenceExecutionMode::Serial) => Some(InferenceExecution::Serial),
                Some(InferenceExecutionMode::Direct) => Some(InferenceExecution::Direct),
                _ => None,
            }),
            vpc: found.vpc_config().map(|vpc| ModelVpc {
                subnets: ordered_like(&last_vpc.subnets, vpc.subnets().iter().cloned().map(SubnetId).collect()),
                security_groups: ordered_like(
                    &last_vpc.security_groups,
                    vpc.security_group_ids().iter().cloned().map(SecurityGroupId).collect(),
                ),
            }),
            network_isolation: found.enable_network_isolation().unwrap_or(false),
            tags: own_tags(tags),
        };
        let outputs = ModelOutputs::<Resolved> { name: ModelName(id.to_owned()), arn: Arn(arn.to_owned()) };
        // Several containers run one behind the other unless told otherwise; AWS may say so where we did not.
        let inputs = match (inputs.execution, last.execution) {
            (Some(InferenceExecution::Serial), None) => Model { execution: None, ..inputs },
            _ => inputs,
        };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Model<Resolved>, to: &Model<Resolved>) -> Result<(), Error> {
        if from.tags == to.tags {
            return Ok(());
        }
        let describe = context.aws.sagemaker().describe_model().model_name(id);
        let found = describe.send().await.named("sagemaker:DescribeModel")?;
        update_tags(context, found.model_arn().unwrap_or_default(), &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Model<Resolved>) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_model().model_name(id);
        delete.send().await.named("sagemaker:DeleteModel").optional().map(drop)
    }
}

fn aws_name(context: &Context, inputs: &Model<Resolved>) -> String {
    let content = Model { tags: Tags::new(), ..inputs.clone() };
    context.identity.content_name(inputs.name.as_deref(), LONGEST, &content)
}

/// Names that follow from content are the same where base name and content are.
pub(super) fn same_content<T: Serialize>(all: impl Iterator<Item = Option<T>>, what: &str) -> Vec<(usize, String)> {
    let all: Vec<_> = all.collect();
    let again = repeats(&all, Option::as_ref);
    let message = format!("this is another {what} over again, with the same name; use that one");
    again.into_iter().map(|(index, _)| (index, message.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::sagemaker::{ModelData, ModelForm};

    fn model() -> Model {
        let data = ModelData { uri: Input::from("s3://models/llama.tar.gz"), form: ModelForm::Archive };
        Model::new("arn:aws:iam::123456789012:role/llm", Container::new("img:1", Some(data)))
    }

    fn problems_of(model: &Model) -> Vec<(String, String)> {
        let mut problems = Problems::new();
        model.validate(&mut problems);
        problems
    }

    #[test]
    fn a_model_is_checked_before_aws_is_asked() {
        assert_eq!(problems_of(&model()), []);
        let wrong = Model {
            name: Some("no_underscore".into()),
            containers: Vec::new(),
            execution: Some(InferenceExecution::Serial),
            vpc: Some(ModelVpc { subnets: Vec::new(), security_groups: Vec::new() }),
            ..model()
        };
        let fields: Vec<_> = problems_of(&wrong).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["name", "containers", "execution", "vpc.subnets", "vpc.security_groups"]);
        let twice = Model {
            containers: vec![Container::new("img:1", None), Container::new("img:2", None)],
            execution: Some(InferenceExecution::Direct),
            ..model()
        };
        assert!(problems_of(&twice)[0].1.contains("hostname"));
    }

    #[test]
    fn the_same_model_twice_under_one_name_is_a_conflict() {
        let named = Model { name: Some("llm".into()), ..model() };
        assert_eq!(Model::conflicts(&[model(), model()]), []);
        assert_eq!(Model::conflicts(&[named.clone(), named])[0].0, 1);
    }
}
