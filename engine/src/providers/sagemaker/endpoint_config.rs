//! The provider of `sagemaker_endpoint_config`.

use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;

use super::assumable::reference_may_be_new;
use super::async_inference::{async_inference_to_sdk, read_async_inference};
use super::capture::{capture_to_sdk, read_capture};
use super::kms_key::key_as_declared;
use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use super::variant::{read_variants, variant_to_sdk};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, required};
use ebbtide::aws::sagemaker::{EndpointConfig, EndpointConfigOutputs, MAX_NAME_LENGTH};
use ebbtide::aws::{Arn, EndpointConfigName, RoleArn};
use ebbtide::resource::{Resolved, Tags, own_tags};

impl Provider for EndpointConfig {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sagemaker:{region}:{account}:endpoint-config/{name}",
        reads: "sagemaker:DescribeEndpointConfig sagemaker:ListTags",
        creates: "sagemaker:CreateEndpointConfig",
        updates: "sagemaker:AddTags sagemaker:DeleteTags",
        deletes: "sagemaker:DeleteEndpointConfig",
    });

    async fn find(context: &Context, inputs: &EndpointConfig<Resolved>) -> Result<Option<String>, Error> {
        let name = aws_name(context, inputs);
        let Some(found) = describe(context, &name).await.optional()? else { return Ok(None) };
        let owned = is_owned(context, required(found.endpoint_config_arn(), "EndpointConfigArn")?).await?;
        Ok(owned.then_some(name))
    }

    async fn create(context: &Context, inputs: &EndpointConfig<Resolved>) -> Result<String, Error> {
        let name = aws_name(context, inputs);
        let request = context
            .aws
            .sagemaker()
            .create_endpoint_config()
            .endpoint_config_name(&name)
            .set_production_variants(Some(inputs.variants.iter().map(variant_to_sdk).collect()))
            .set_async_inference_config(inputs.async_inference.as_ref().map(async_inference_to_sdk))
            .set_data_capture_config(inputs.data_capture.as_ref().map(capture_to_sdk))
            .set_execution_role_arn(inputs.execution_role.as_ref().map(|role| role.as_str().to_owned()))
            .set_kms_key_id(inputs.kms_key.clone())
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        match request.send().await.named("sagemaker:CreateEndpointConfig") {
            Ok(_) => Ok(name),
            // The model may be so new that it is not visible everywhere in SageMaker yet.
            Err(error) => Err(reference_may_be_new(error)),
        }
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &EndpointConfig<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await.optional()? else { return Ok(None) };
        let arn = required(found.endpoint_config_arn(), "EndpointConfigArn")?;
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let tags = own_tags(tags);
        // The name follows from the content, which cannot change: any difference is AWS's own doing, and a configuration
        // that replaces this one would have its name.
        let inputs = if aws_name(context, last) == id {
            EndpointConfig { tags, ..last.clone() }
        } else {
            read_inputs(&found, last, tags)
        };
        let outputs =
            EndpointConfigOutputs::<Resolved> { name: EndpointConfigName(id.to_owned()), arn: Arn(arn.to_owned()) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &EndpointConfig<Resolved>,
        to: &EndpointConfig<Resolved>,
    ) -> Result<(), Error> {
        if from.tags == to.tags {
            return Ok(());
        }
        let found = describe(context, id).await?;
        let arn = required(found.endpoint_config_arn(), "EndpointConfigArn")?;
        update_tags(context, arn, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &EndpointConfig<Resolved>) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_endpoint_config().endpoint_config_name(id);
        delete.send().await.named("sagemaker:DeleteEndpointConfig").optional().map(drop)
    }
}

async fn describe(context: &Context, name: &str) -> Result<DescribeEndpointConfigOutput, Error> {
    let describe = context.aws.sagemaker().describe_endpoint_config().endpoint_config_name(name);
    describe.send().await.named("sagemaker:DescribeEndpointConfig")
}

fn read_inputs(
    found: &DescribeEndpointConfigOutput,
    last: &EndpointConfig<Resolved>,
    tags: Tags,
) -> EndpointConfig<Resolved> {
    let capture = found.data_capture_config();
    EndpointConfig {
        name: last.name.clone(),
        variants: read_variants(found.production_variants(), &last.variants),
        async_inference: found
            .async_inference_config()
            .map(|config| read_async_inference(config, last.async_inference.as_ref())),
        data_capture: capture.and_then(|capture| read_capture(capture, last.data_capture.as_ref())),
        execution_role: found.execution_role_arn().map(|role| RoleArn(role.to_owned())),
        kms_key: key_as_declared(found.kms_key_id(), Some(&last.kms_key)),
        tags,
    }
}

fn aws_name(context: &Context, inputs: &EndpointConfig<Resolved>) -> String {
    let content = EndpointConfig { tags: Tags::new(), ..inputs.clone() };
    context.identity.content_name(inputs.name.as_deref(), MAX_NAME_LENGTH, &content)
}
