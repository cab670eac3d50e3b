//! The provider of `sagemaker_pipeline`.

use aws_sdk_sagemaker::operation::describe_pipeline::DescribePipelineOutput;
use aws_sdk_sagemaker::types::{ParallelismConfiguration, PipelineDefinitionS3Location, PipelineStatus};
use serde_json::Value;

use super::assumable::role_may_be_new;
use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::numbers::{signed, unsigned};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::sagemaker::{Pipeline, PipelineDefinition, PipelineOutputs};
use ebbtide::aws::{Arn, PipelineName, RoleArn};
use ebbtide::resource::{Readiness, Resolved, Tags, own_tags};

impl Provider for Pipeline {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sagemaker:{region}:{account}:pipeline/{name}",
        reads: "sagemaker:DescribePipeline sagemaker:ListTags",
        creates: "sagemaker:CreatePipeline",
        updates: "sagemaker:AddTags sagemaker:DeleteTags sagemaker:UpdatePipeline",
        deletes: "sagemaker:DeletePipeline",
    });

    /// Refuses the removal of a limit, which no call of AWS can do.
    fn prepare(&mut self, _key: &str, recorded: Option<&Pipeline<Resolved>>) -> Result<(), Error> {
        let Some(recorded) = recorded.filter(|recorded| recorded.name == self.name) else { return Ok(()) };
        check_limit(recorded.max_parallel_steps, self.max_parallel_steps)
    }

    async fn find(context: &Context, inputs: &Pipeline<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.aws_name(&context.identity);
        let Some(found) = describe(context, &name).await? else { return Ok(None) };
        let owned = is_owned(context, required(found.pipeline_arn(), "PipelineArn")?).await?;
        Ok(owned.then_some(name))
    }

    async fn create(context: &Context, inputs: &Pipeline<Resolved>) -> Result<String, Error> {
        let name = inputs.aws_name(&context.identity);
        let (inline, object) = definition_to_sdk(&inputs.definition);
        let create = context
            .aws
            .sagemaker()
            .create_pipeline()
            .pipeline_name(&name)
            .pipeline_display_name(inputs.display_name.as_ref().unwrap_or(&name))
            .pipeline_description(&inputs.description)
            .set_pipeline_definition(inline)
            .set_pipeline_definition_s3_location(object)
            .role_arn(inputs.role.as_str())
            .set_parallelism_configuration(inputs.max_parallel_steps.map(limit_to_sdk))
            .client_request_token(context.identity.token())
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        create.send().await.named("sagemaker:CreatePipeline").map_err(role_may_be_new)?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Pipeline<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = required(found.pipeline_arn(), "PipelineArn")?;
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let outputs = PipelineOutputs::<Resolved> { name: PipelineName(id.to_owned()), arn: Arn(arn.to_owned()) };
        let readiness = match found.pipeline_status() {
            Some(PipelineStatus::Deleting) => Readiness::Deleting("Deleting".to_owned()),
            _ => Readiness::Ready,
        };
        let inputs = read_inputs(&found, id, last, own_tags(tags));
        Ok(Some(Reading { readiness, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &Pipeline<Resolved>,
        to: &Pipeline<Resolved>,
    ) -> Result<(), Error> {
        if from.tags != to.tags {
            let found = required(describe(context, id).await?, "the pipeline")?;
            update_tags(context, required(found.pipeline_arn(), "PipelineArn")?, &from.tags, &to.tags).await?;
        }
        if (Pipeline { tags: Tags::new(), ..from.clone() }) == (Pipeline { tags: Tags::new(), ..to.clone() }) {
            return Ok(());
        }
        check_limit(from.max_parallel_steps, to.max_parallel_steps)?;
        let changed = (from.definition != to.definition).then(|| definition_to_sdk(&to.definition));
        let (inline, object) = changed.unwrap_or_default();
        let update = context
            .aws
            .sagemaker()
            .update_pipeline()
            .pipeline_name(id)
            .pipeline_display_name(to.display_name.as_deref().unwrap_or(id))
            .pipeline_description(&to.description)
            .set_pipeline_definition(inline)
            .set_pipeline_definition_s3_location(object)
            .role_arn(to.role.as_str())
            .set_parallelism_configuration(to.max_parallel_steps.map(limit_to_sdk));
        update.send().await.named("sagemaker:UpdatePipeline").map(drop).map_err(role_may_be_new)
    }

    async fn delete(context: &Context, id: &str, _last: &Pipeline<Resolved>) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_pipeline().pipeline_name(id);
        let delete = delete.client_request_token(context.identity.token());
        match delete.send().await.named("sagemaker:DeletePipeline").optional() {
            Err(error) if error.kind == ErrorKind::Busy => {
                let hint =
                    "AWS deletes no pipeline that runs: wait for its runs or stop them, then run the same command";
                Err(error.hint(hint))
            }
            deleted => deleted.map(drop),
        }
    }
}

async fn describe(context: &Context, name: &str) -> Result<Option<DescribePipelineOutput>, Error> {
    let describe = context.aws.sagemaker().describe_pipeline().pipeline_name(name);
    describe.send().await.named("sagemaker:DescribePipeline").optional()
}

fn check_limit(from: Option<u32>, to: Option<u32>) -> Result<(), Error> {
    if from.is_some() && to.is_none() {
        let message = "AWS can change the limit of parallel steps, and not remove it";
        return Err(Error::invalid(message).hint("declare a `max_parallel_steps` that is never reached"));
    }
    Ok(())
}

fn limit_to_sdk(steps: u32) -> ParallelismConfiguration {
    ParallelismConfiguration::builder().max_parallel_execution_steps(signed(steps)).build()
}

/// Converts a definition, in whichever of the two forms it has.
fn definition_to_sdk(
    definition: &PipelineDefinition<Resolved>,
) -> (Option<String>, Option<PipelineDefinitionS3Location>) {
    match definition {
        PipelineDefinition::Inline(definition) => (Some(definition.to_string()), None),
        PipelineDefinition::Object { bucket, key, version } => {
            let location = PipelineDefinitionS3Location::builder()
                .bucket(bucket.as_str())
                .object_key(key)
                .set_version_id(version.clone());
            (None, Some(location.build()))
        }
    }
}

fn read_inputs(found: &DescribePipelineOutput, id: &str, last: &Pipeline<Resolved>, tags: Tags) -> Pipeline<Resolved> {
    let display_name = found.pipeline_display_name().filter(|name| !name.is_empty()).map(str::to_owned);
    let definition = match &last.definition {
        // AWS reports the content of an object, and not its location.
        PipelineDefinition::Object { .. } => last.definition.clone(),
        PipelineDefinition::Inline(_) => {
            let text = found.pipeline_definition().unwrap_or_default();
            PipelineDefinition::Inline(serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)))
        }
    };
    let limit = found.parallelism_configuration().and_then(|limit| limit.max_parallel_execution_steps());
    Pipeline {
        name: last.name.as_ref().map(|_| id.to_owned()),
        // The name stands for a missing one.
        display_name: display_name.filter(|name| last.display_name.is_some() || name != id),
        description: found.pipeline_description().unwrap_or_default().to_owned(),
        definition,
        role: RoleArn(found.role_arn().unwrap_or_default().to_owned()),
        max_parallel_steps: limit.map(unsigned),
        tags,
    }
}
