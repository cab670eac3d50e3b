//! The provider of `sagemaker_data_quality_job_definition`.

use aws_sdk_sagemaker::operation::describe_data_quality_job_definition::DescribeDataQualityJobDefinitionOutput;
use aws_sdk_sagemaker::types::{
    DataQualityAppSpecification, DataQualityBaselineConfig, DataQualityJobInput, MonitoringStatisticsResource,
};

use super::assumable::reference_may_be_new;
use super::job_definition::used_by_a_schedule;
use super::monitoring::{
    ImageParts, cluster_to_sdk, constraints_to_sdk, environment_to_sdk, input_to_sdk, limit_to_sdk, network_to_sdk,
    output_to_sdk, read_cluster, read_image, read_input, read_limit, read_network, read_output, unless_empty,
};
use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, required};
use ebbtide::aws::sagemaker::{
    DataQualityJobDefinition, DataQualityJobDefinitionOutputs, MAX_NAME_LENGTH, MonitoringImage,
};
use ebbtide::aws::{Arn, MonitoringJobDefinitionName, RoleArn};
use ebbtide::resource::{Resolved, Tags, own_tags};

impl Provider for DataQualityJobDefinition {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sagemaker:{region}:{account}:data-quality-job-definition/{name}",
        reads: "sagemaker:DescribeDataQualityJobDefinition sagemaker:ListTags",
        creates: "sagemaker:CreateDataQualityJobDefinition",
        updates: "sagemaker:AddTags sagemaker:DeleteTags",
        deletes: "sagemaker:DeleteDataQualityJobDefinition",
    });

    async fn find(context: &Context, inputs: &DataQualityJobDefinition<Resolved>) -> Result<Option<String>, Error> {
        let name = aws_name(context, inputs);
        let Some(found) = describe(context, &name).await? else { return Ok(None) };
        let owned = is_owned(context, required(found.job_definition_arn(), "JobDefinitionArn")?).await?;
        Ok(owned.then_some(name))
    }

    async fn create(context: &Context, inputs: &DataQualityJobDefinition<Resolved>) -> Result<String, Error> {
        let name = aws_name(context, inputs);
        let (endpoint, batch) = input_to_sdk(&inputs.input);
        let data = DataQualityJobInput::builder().set_endpoint_input(endpoint).set_batch_transform_input(batch).build();
        let create = context
            .aws
            .sagemaker()
            .create_data_quality_job_definition()
            .job_definition_name(&name)
            .role_arn(inputs.role.as_str())
            .data_quality_app_specification(image_to_sdk(&inputs.image))
            .set_data_quality_baseline_config(baseline_to_sdk(inputs))
            .data_quality_job_input(data)
            .data_quality_job_output_config(output_to_sdk(&inputs.output))
            .job_resources(cluster_to_sdk(&inputs.cluster))
            .set_network_config(inputs.network.as_ref().map(network_to_sdk))
            .set_stopping_condition(limit_to_sdk(inputs.max_runtime_seconds))
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        let created = create.send().await.named("sagemaker:CreateDataQualityJobDefinition");
        created.map(|_| name).map_err(reference_may_be_new)
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &DataQualityJobDefinition<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = required(found.job_definition_arn(), "JobDefinitionArn")?;
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let tags = own_tags(tags);
        // The name follows from the content, which cannot change: any difference is AWS's own doing.
        let inputs = if aws_name(context, last) == id {
            DataQualityJobDefinition { tags, ..last.clone() }
        } else {
            read_inputs(&found, last, tags)
        };
        let outputs = DataQualityJobDefinitionOutputs::<Resolved> {
            name: MonitoringJobDefinitionName(id.to_owned()),
            arn: Arn(arn.to_owned()),
        };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &DataQualityJobDefinition<Resolved>,
        to: &DataQualityJobDefinition<Resolved>,
    ) -> Result<(), Error> {
        if from.tags == to.tags {
            return Ok(());
        }
        let found = required(describe(context, id).await?, "the definition")?;
        update_tags(context, required(found.job_definition_arn(), "JobDefinitionArn")?, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &DataQualityJobDefinition<Resolved>) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_data_quality_job_definition().job_definition_name(id);
        let deleted = delete.send().await.named("sagemaker:DeleteDataQualityJobDefinition").optional();
        deleted.map(drop).map_err(used_by_a_schedule)
    }
}

async fn describe(context: &Context, name: &str) -> Result<Option<DescribeDataQualityJobDefinitionOutput>, Error> {
    let describe = context.aws.sagemaker().describe_data_quality_job_definition().job_definition_name(name);
    describe.send().await.named("sagemaker:DescribeDataQualityJobDefinition").optional()
}

fn aws_name(context: &Context, inputs: &DataQualityJobDefinition<Resolved>) -> String {
    let content = DataQualityJobDefinition { tags: Tags::new(), ..inputs.clone() };
    context.identity.content_name(inputs.name.as_deref(), MAX_NAME_LENGTH, &content)
}

fn image_to_sdk(image: &MonitoringImage<Resolved>) -> DataQualityAppSpecification {
    DataQualityAppSpecification::builder()
        .image_uri(&image.image)
        .set_container_entrypoint(unless_empty(&image.entrypoint))
        .set_container_arguments(unless_empty(&image.arguments))
        .set_record_preprocessor_source_uri(image.preprocessor.clone())
        .set_post_analytics_processor_source_uri(image.postprocessor.clone())
        .set_environment(environment_to_sdk(&image.environment))
        .build()
}

fn baseline_to_sdk(inputs: &DataQualityJobDefinition<Resolved>) -> Option<DataQualityBaselineConfig> {
    let (job, constraints, statistics) = (&inputs.baseline_job, &inputs.constraints, &inputs.statistics);
    if job.is_none() && constraints.is_none() && statistics.is_none() {
        return None;
    }
    let statistics = statistics.as_ref().map(|uri| MonitoringStatisticsResource::builder().s3_uri(uri).build());
    let baseline = DataQualityBaselineConfig::builder()
        .set_baselining_job_name(job.clone())
        .set_constraints_resource(constraints_to_sdk(constraints.as_ref()))
        .set_statistics_resource(statistics);
    Some(baseline.build())
}

fn read_inputs(
    found: &DescribeDataQualityJobDefinitionOutput,
    last: &DataQualityJobDefinition<Resolved>,
    tags: Tags,
) -> DataQualityJobDefinition<Resolved> {
    let image = found.data_quality_app_specification();
    let baseline = found.data_quality_baseline_config();
    let data = found.data_quality_job_input();
    let text = |text: Option<&str>| text.map(str::to_owned);
    DataQualityJobDefinition {
        name: last.name.clone(),
        role: RoleArn(found.role_arn().unwrap_or_default().to_owned()),
        image: read_image(&ImageParts {
            image: image.and_then(|image| image.image_uri()),
            entrypoint: image.map(|image| image.container_entrypoint()).unwrap_or_default(),
            arguments: image.map(|image| image.container_arguments()).unwrap_or_default(),
            preprocessor: image.and_then(|image| image.record_preprocessor_source_uri()),
            postprocessor: image.and_then(|image| image.post_analytics_processor_source_uri()),
            environment: image.and_then(|image| image.environment()),
        }),
        baseline_job: text(baseline.and_then(|baseline| baseline.baselining_job_name())),
        constraints: text(baseline.and_then(|baseline| baseline.constraints_resource()?.s3_uri())),
        statistics: text(baseline.and_then(|baseline| baseline.statistics_resource()?.s3_uri())),
        input: read_input(
            data.and_then(|data| data.endpoint_input()),
            data.and_then(|data| data.batch_transform_input()),
            Some(&last.input),
        ),
        output: read_output(found.data_quality_job_output_config(), Some(&last.output)),
        cluster: read_cluster(found.job_resources(), Some(&last.cluster)),
        network: read_network(found.network_config(), last.network.as_ref()),
        max_runtime_seconds: read_limit(found.stopping_condition(), last.max_runtime_seconds),
        tags,
    }
}
