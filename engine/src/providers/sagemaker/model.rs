//! The provider of `sagemaker_model`.

use aws_sdk_sagemaker::operation::describe_model::DescribeModelOutput;
use aws_sdk_sagemaker::types::{InferenceExecutionConfig, InferenceExecutionMode, VpcConfig};

use super::artifact::look_for_artifact;
use super::assumable::ROLE_KNOWN_WITHIN;
use super::container::{container_to_sdk, read_container};
use super::image::look_for_image;
use super::interfaces::left_behind;
use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::lists::ordered_like;
use crate::providers::{Calls, Needs, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::sagemaker::{InferenceExecution, MAX_NAME_LENGTH, Model, ModelOutputs, ModelVpc};
use ebbtide::aws::{Arn, ModelName, RoleArn, SecurityGroupId, SubnetId};
use ebbtide::resource::{Readiness, Resolved, Tags, own_tags};

impl Provider for Model {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sagemaker:{region}:{account}:model/{name}",
        reads: "sagemaker:DescribeModel sagemaker:ListTags sagemaker:ListEndpoints ec2:DescribeNetworkInterfaces \
            iam:GetRole(passed) s3:ListObjectsV2 s3:HeadObject ecr:BatchGetImage",
        creates: "sagemaker:CreateModel",
        updates: "sagemaker:AddTags sagemaker:DeleteTags",
        deletes: "sagemaker:DeleteModel",
    });

    const NEEDS_THINGS: bool = true;

    async fn missing(context: &Context, inputs: &Model) -> Result<Needs, Error> {
        let mut needs = Needs::default();
        for container in &inputs.containers {
            needs.add(look_for_image(context, container.image.known()).await?);
            needs.add(look_for_artifact(context, container).await?);
        }
        Ok(needs)
    }

    async fn find(context: &Context, inputs: &Model<Resolved>) -> Result<Option<String>, Error> {
        let name = aws_name(context, inputs);
        let Some(found) = describe(context, &name).await.optional()? else { return Ok(None) };
        let owned = is_owned(context, required(found.model_arn(), "ModelArn")?).await?;
        Ok(owned.then_some(name))
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
            .set_inference_execution_config(inputs.execution.map(execution_to_sdk))
            .set_vpc_config(inputs.vpc.as_ref().map(vpc_to_sdk))
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        let request = match inputs.containers.as_slice() {
            [container] => request.primary_container(container_to_sdk(container)),
            containers => request.set_containers(Some(containers.iter().map(container_to_sdk).collect())),
        };
        request.send().await.named("sagemaker:CreateModel").map_err(explain)?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Model<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await.optional()? else { return read_deleted(context, id, last).await };
        let arn = required(found.model_arn(), "ModelArn")?;
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let tags = own_tags(tags);
        // The name follows from the content, which cannot change: any difference is AWS's own doing, and a model that
        // replaces this one would have its name.
        let inputs = if aws_name(context, last) == id {
            Model { tags, ..last.clone() }
        } else {
            read_inputs(&found, last, tags)
        };
        let outputs = ModelOutputs::<Resolved> { name: ModelName(id.to_owned()), arn: Arn(arn.to_owned()) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Model<Resolved>, to: &Model<Resolved>) -> Result<(), Error> {
        if from.tags == to.tags {
            return Ok(());
        }
        let found = describe(context, id).await?;
        update_tags(context, required(found.model_arn(), "ModelArn")?, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Model<Resolved>) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_model().model_name(id);
        delete.send().await.named("sagemaker:DeleteModel").optional().map(drop)
    }
}

/// Explains a refusal of CreateModel, which tries at once to assume the role and to reach artifacts and images.
fn explain(error: Error) -> Error {
    if !error.is_code("ValidationException") || error.kind == ErrorKind::AlreadyExists {
        return error;
    }
    let says = |text: &str| error.message.contains(text);
    if says("Could not find model data") {
        let hint = "upload the model artifact to that place, then run the same command";
        return error.as_kind(ErrorKind::Invalid).hint(hint);
    }
    // The role or its policies may be so new that SageMaker does not know them yet.
    if says("sts:AssumeRole") || says("assume") || says("Could not access") || says("Access denied") {
        let hint = "the execution role needs read access to the model artifact and the image, and must trust \
                    sagemaker.amazonaws.com: correct it, then run the same command";
        return error.as_kind(ErrorKind::NotYet).retry_within(ROLE_KNOWN_WITHIN).hint(hint);
    }
    error
}

async fn describe(context: &Context, name: &str) -> Result<DescribeModelOutput, Error> {
    let describe = context.aws.sagemaker().describe_model().model_name(name);
    describe.send().await.named("sagemaker:DescribeModel")
}

/// Reads a model that was deleted: its deletion is over once SageMaker has removed the network interfaces of its fleets.
async fn read_deleted(context: &Context, id: &str, last: &Model<Resolved>) -> Result<Option<Reading<Model>>, Error> {
    let left = left_behind(context, last).await?;
    if left.is_empty() {
        return Ok(None);
    }
    let arn = Arn(context.scope().arn("sagemaker", &format!("model/{}", id.to_ascii_lowercase())));
    let outputs = ModelOutputs::<Resolved> { name: ModelName(id.to_owned()), arn };
    let status = format!("SageMaker is still to remove its network interfaces {}", left.join(", "));
    Ok(Some(Reading { readiness: Readiness::Deleting(status), ..Reading::ready(last.clone(), outputs) }))
}

fn read_inputs(found: &DescribeModelOutput, last: &Model<Resolved>, tags: Tags) -> Model<Resolved> {
    let containers = found.primary_container().into_iter().chain(found.containers());
    Model {
        name: last.name.clone(),
        execution_role: RoleArn(found.execution_role_arn().unwrap_or_default().to_owned()),
        containers: containers.map(read_container).collect(),
        execution: read_execution(found.inference_execution_config(), last.execution),
        vpc: found.vpc_config().map(|vpc| read_vpc(vpc, last.vpc.as_ref())),
        network_isolation: found.enable_network_isolation().unwrap_or(false),
        tags,
    }
}

fn aws_name(context: &Context, inputs: &Model<Resolved>) -> String {
    let content = Model { tags: Tags::new(), ..inputs.clone() };
    context.identity.content_name(inputs.name.as_deref(), MAX_NAME_LENGTH, &content)
}

fn execution_to_sdk(execution: InferenceExecution) -> InferenceExecutionConfig {
    let mode = match execution {
        InferenceExecution::Serial => InferenceExecutionMode::Serial,
        InferenceExecution::Direct => InferenceExecutionMode::Direct,
    };
    InferenceExecutionConfig::builder().mode(mode).build()
}

/// Reads the way in which several containers are called. AWS may report its default, `Serial`, although none was given.
fn read_execution(
    config: Option<&InferenceExecutionConfig>,
    last: Option<InferenceExecution>,
) -> Option<InferenceExecution> {
    match config?.mode()? {
        InferenceExecutionMode::Serial if last.is_none() => None,
        InferenceExecutionMode::Serial => Some(InferenceExecution::Serial),
        InferenceExecutionMode::Direct => Some(InferenceExecution::Direct),
        _ => None,
    }
}

/// Converts subnets and security groups for a create call.
pub(super) fn vpc_to_sdk(vpc: &ModelVpc<Resolved>) -> VpcConfig {
    VpcConfig::builder()
        .set_subnets(Some(vpc.subnets.iter().map(|subnet| subnet.0.clone()).collect()))
        .set_security_group_ids(Some(vpc.security_groups.iter().map(|group| group.0.clone()).collect()))
        .build()
}

/// Reads subnets and security groups, in the order in which they were applied last.
pub(super) fn read_vpc(vpc: &VpcConfig, last: Option<&ModelVpc<Resolved>>) -> ModelVpc<Resolved> {
    let subnets = vpc.subnets().iter().cloned().map(SubnetId).collect();
    let security_groups = vpc.security_group_ids().iter().cloned().map(SecurityGroupId).collect();
    match last {
        Some(last) => ModelVpc {
            subnets: ordered_like(&last.subnets, subnets),
            security_groups: ordered_like(&last.security_groups, security_groups),
        },
        None => ModelVpc { subnets, security_groups },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_for_the_sake_of_a_new_role_passes_and_others_do_not() {
        let refused = |message: &str| {
            let mut error = Error::invalid(message);
            error.code = Some("ValidationException".to_owned());
            explain(error)
        };
        for passes in [
            "Could not access model data at s3://models/llama/. Please ensure that the role \"llm\" exists and that its trust \
             relationship policy allows the action \"sts:AssumeRole\" for the service principal \"sagemaker.amazonaws.com\".",
            "The execution role ARN \"llm\" is invalid. Please ensure that the role exists and that its trust relationship \
             policy allows the action \"sts:AssumeRole\" for the service principal \"sagemaker.amazonaws.com\".",
            "Could not assume role llm. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to \
             assume the role.",
            "Access denied for repository: djl-inference in registry ID: 763104351884.",
        ] {
            let error = refused(passes);
            assert_eq!((error.kind, error.retry_within), (ErrorKind::NotYet, Some(ROLE_KNOWN_WITHIN)), "{passes}");
        }
        let missing = refused("Could not find model data at s3://models/llama/.");
        assert_eq!(missing.kind, ErrorKind::Invalid);
        assert!(missing.hint.is_some_and(|hint| hint.contains("upload")));
        let message = "1 validation error detected: Value '' at 'modelName' failed to satisfy constraint";
        assert_eq!(refused(message).kind, ErrorKind::Invalid);
    }

    #[test]
    fn the_default_execution_of_aws_is_no_drift() {
        let serial = execution_to_sdk(InferenceExecution::Serial);
        assert_eq!(read_execution(Some(&serial), None), None);
        assert_eq!(read_execution(Some(&serial), Some(InferenceExecution::Serial)), Some(InferenceExecution::Serial));
        assert_eq!(
            read_execution(Some(&execution_to_sdk(InferenceExecution::Direct)), None),
            Some(InferenceExecution::Direct)
        );
    }
}
