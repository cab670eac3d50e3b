//! The provider of `sagemaker_model_quality_job_definition`.

use aws_sdk_sagemaker::operation::describe_model_quality_job_definition::DescribeModelQualityJobDefinitionOutput;
use aws_sdk_sagemaker::types::{
    ModelQualityAppSpecification, ModelQualityBaselineConfig, ModelQualityJobInput, MonitoringGroundTruthS3Input,
    MonitoringProblemType,
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
    MAX_NAME_LENGTH, ModelQualityJobDefinition, ModelQualityJobDefinitionOutputs, MonitoringImage, ProblemType,
};
use ebbtide::aws::{Arn, MonitoringJobDefinitionName, RoleArn};
use ebbtide::resource::{Resolved, Tags, own_tags};

impl Provider for ModelQualityJobDefinition {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sagemaker:{region}:{account}:model-quality-job-definition/{name}",
        reads: "sagemaker:DescribeModelQualityJobDefinition sagemaker:ListTags",
        creates: "sagemaker:CreateModelQualityJobDefinition",
        updates: "sagemaker:AddTags sagemaker:DeleteTags",
        deletes: "sagemaker:DeleteModelQualityJobDefinition",
    });

    async fn find(context: &Context, inputs: &ModelQualityJobDefinition<Resolved>) -> Result<Option<String>, Error> {
        let name = aws_name(context, inputs);
        let Some(found) = describe(context, &name).await? else { return Ok(None) };
        let owned = is_owned(context, required(found.job_definition_arn(), "JobDefinitionArn")?).await?;
        Ok(owned.then_some(name))
    }

    async fn create(context: &Context, inputs: &ModelQualityJobDefinition<Resolved>) -> Result<String, Error> {
        let name = aws_name(context, inputs);
        let (endpoint, batch) = input_to_sdk(&inputs.input);
        let data = ModelQualityJobInput::builder()
            .set_endpoint_input(endpoint)
            .set_batch_transform_input(batch)
            .ground_truth_s3_input(MonitoringGroundTruthS3Input::builder().s3_uri(&inputs.labels).build())
            .build();
        let create = context
            .aws
            .sagemaker()
            .create_model_quality_job_definition()
            .job_definition_name(&name)
            .role_arn(inputs.role.as_str())
            .model_quality_app_specification(image_to_sdk(&inputs.image, inputs.problem))
            .set_model_quality_baseline_config(baseline_to_sdk(inputs))
            .model_quality_job_input(data)
            .model_quality_job_output_config(output_to_sdk(&inputs.output))
            .job_resources(cluster_to_sdk(&inputs.cluster))
            .set_network_config(inputs.network.as_ref().map(network_to_sdk))
            .set_stopping_condition(limit_to_sdk(inputs.max_runtime_seconds))
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        let created = create.send().await.named("sagemaker:CreateModelQualityJobDefinition");
        created.map(|_| name).map_err(reference_may_be_new)
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &ModelQualityJobDefinition<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = required(found.job_definition_arn(), "JobDefinitionArn")?;
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let tags = own_tags(tags);
        // The name follows from the content, which cannot change: any difference is AWS's own doing.
        let inputs = if aws_name(context, last) == id {
            ModelQualityJobDefinition { tags, ..last.clone() }
        } else {
            read_inputs(&found, last, tags)
        };
        let outputs = ModelQualityJobDefinitionOutputs::<Resolved> {
            name: MonitoringJobDefinitionName(id.to_owned()),
            arn: Arn(arn.to_owned()),
        };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &ModelQualityJobDefinition<Resolved>,
        to: &ModelQualityJobDefinition<Resolved>,
    ) -> Result<(), Error> {
        if from.tags == to.tags {
            return Ok(());
        }
        let found = required(describe(context, id).await?, "the definition")?;
        update_tags(context, required(found.job_definition_arn(), "JobDefinitionArn")?, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &ModelQualityJobDefinition<Resolved>) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_model_quality_job_definition().job_definition_name(id);
        let deleted = delete.send().await.named("sagemaker:DeleteModelQualityJobDefinition").optional();
        deleted.map(drop).map_err(used_by_a_schedule)
    }
}

async fn describe(context: &Context, name: &str) -> Result<Option<DescribeModelQualityJobDefinitionOutput>, Error> {
    let describe = context.aws.sagemaker().describe_model_quality_job_definition().job_definition_name(name);
    describe.send().await.named("sagemaker:DescribeModelQualityJobDefinition").optional()
}

fn aws_name(context: &Context, inputs: &ModelQualityJobDefinition<Resolved>) -> String {
    let content = ModelQualityJobDefinition { tags: Tags::new(), ..inputs.clone() };
    context.identity.content_name(inputs.name.as_deref(), MAX_NAME_LENGTH, &content)
}

fn image_to_sdk(image: &MonitoringImage<Resolved>, problem: Option<ProblemType>) -> ModelQualityAppSpecification {
    let problem = problem.map(|problem| match problem {
        ProblemType::BinaryClassification => MonitoringProblemType::BinaryClassification,
        ProblemType::MulticlassClassification => MonitoringProblemType::MulticlassClassification,
        ProblemType::Regression => MonitoringProblemType::Regression,
    });
    ModelQualityAppSpecification::builder()
        .image_uri(&image.image)
        .set_container_entrypoint(unless_empty(&image.entrypoint))
        .set_container_arguments(unless_empty(&image.arguments))
        .set_record_preprocessor_source_uri(image.preprocessor.clone())
        .set_post_analytics_processor_source_uri(image.postprocessor.clone())
        .set_environment(environment_to_sdk(&image.environment))
        .set_problem_type(problem)
        .build()
}

fn baseline_to_sdk(inputs: &ModelQualityJobDefinition<Resolved>) -> Option<ModelQualityBaselineConfig> {
    let (job, constraints) = (&inputs.baseline_job, &inputs.constraints);
    if job.is_none() && constraints.is_none() {
        return None;
    }
    let baseline = ModelQualityBaselineConfig::builder()
        .set_baselining_job_name(job.clone())
        .set_constraints_resource(constraints_to_sdk(constraints.as_ref()));
    Some(baseline.build())
}

fn read_inputs(
    found: &DescribeModelQualityJobDefinitionOutput,
    last: &ModelQualityJobDefinition<Resolved>,
    tags: Tags,
) -> ModelQualityJobDefinition<Resolved> {
    let image = found.model_quality_app_specification();
    let baseline = found.model_quality_baseline_config();
    let data = found.model_quality_job_input();
    let text = |text: Option<&str>| text.map(str::to_owned);
    ModelQualityJobDefinition {
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
        problem: match image.and_then(|image| image.problem_type()) {
            Some(MonitoringProblemType::BinaryClassification) => Some(ProblemType::BinaryClassification),
            Some(MonitoringProblemType::MulticlassClassification) => Some(ProblemType::MulticlassClassification),
            Some(MonitoringProblemType::Regression) => Some(ProblemType::Regression),
            _ => None,
        },
        input: read_input(
            data.and_then(|data| data.endpoint_input()),
            data.and_then(|data| data.batch_transform_input()),
            Some(&last.input),
        ),
        labels: text(data.and_then(|data| data.ground_truth_s3_input()?.s3_uri())).unwrap_or_default(),
        output: read_output(found.model_quality_job_output_config(), Some(&last.output)),
        cluster: read_cluster(found.job_resources(), Some(&last.cluster)),
        network: read_network(found.network_config(), last.network.as_ref()),
        max_runtime_seconds: read_limit(found.stopping_condition(), last.max_runtime_seconds),
        tags,
    }
}
