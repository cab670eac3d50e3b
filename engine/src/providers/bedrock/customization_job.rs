//! The provider of `bedrock_customization_job`.

use std::time::Duration;

use aws_sdk_bedrock::operation::get_model_customization_job::GetModelCustomizationJobOutput;
use aws_sdk_bedrock::types::{
    CustomizationType as SdkType, ModelCustomizationJobStatus, OutputDataConfig, TrainingDataConfig,
    ValidationDataConfig, Validator, VpcConfig,
};

use super::foundation::look_for_base;
use super::role::explain;
use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::data_guard::guard_data;
use crate::providers::{Calls, Looked, Missing, Needs, Provider, Reading, StandIn};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, built};
use ebbtide::aws::Arn;
use ebbtide::aws::bedrock::{CustomizationJob, CustomizationJobOutputs, CustomizationType, JobVpc};
use ebbtide::resource::{Input, Readiness, Resolved, own_tags};

impl Provider for CustomizationJob {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:bedrock:{region}:{account}:model-customization-job/*",
        reads: "bedrock:ListTagsForResource bedrock:GetModelCustomizationJob bedrock:GetCustomModel \
            bedrock:GetFoundationModel s3:HeadObject",
        creates: "bedrock:CreateModelCustomizationJob",
        updates: "bedrock:TagResource bedrock:UntagResource",
        deletes: "bedrock:StopModelCustomizationJob bedrock:DeleteCustomModel(result)",
    });

    const NEEDS_THINGS: bool = true;
    // AWS names no longest time; that of Terraform is a day or two by default.
    const READY_WITHIN: Duration = Duration::from_hours(72);

    async fn missing(context: &Context, inputs: &CustomizationJob) -> Result<Needs, Error> {
        let mut needs = Needs::default();
        if let Some(base) = inputs.base_model.known() {
            needs.add(look_for_base(context, base, inputs.customization).await?);
        }
        for place in [&inputs.training_data].into_iter().chain(&inputs.validation_data).filter_map(Input::known) {
            needs.add(look_for_object(context, place).await?);
        }
        Ok(needs)
    }

    async fn find(context: &Context, inputs: &CustomizationJob<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.aws_name(&context.identity);
        let Some(found) = get(context, &name).await.optional()? else { return Ok(None) };
        let arn = found.job_arn();
        Ok(is_owned(context, arn).await?.then(|| arn.to_owned()))
    }

    async fn create(context: &Context, inputs: &CustomizationJob<Resolved>) -> Result<String, Error> {
        let tags = creation_tags(context, &inputs.tags)?;
        let create = context
            .aws
            .bedrock()
            .create_model_customization_job()
            .job_name(inputs.aws_name(&context.identity))
            .client_request_token(context.identity.token())
            .custom_model_name(inputs.aws_model_name(&context.identity))
            .role_arn(inputs.role.as_str())
            .base_model_identifier(&inputs.base_model)
            .customization_type(type_to_sdk(inputs.customization))
            .set_custom_model_kms_key_id(inputs.kms_key.clone())
            .training_data_config(TrainingDataConfig::builder().s3_uri(&inputs.training_data).build())
            .set_validation_data_config(validation_to_sdk(&inputs.validation_data)?)
            .output_data_config(built(OutputDataConfig::builder().s3_uri(&inputs.output_data).build())?)
            .set_hyper_parameters(Some(inputs.hyper_parameters.clone().into_iter().collect()))
            .set_vpc_config(inputs.vpc.as_ref().map(vpc_to_sdk).transpose()?)
            .set_job_tags(Some(tags.clone()))
            .set_custom_model_tags(Some(tags));
        let created = create.send().await.named("bedrock:CreateModelCustomizationJob");
        created.map(|created| created.job_arn().to_owned()).map_err(|error| explain(error, "the training data"))
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &CustomizationJob<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = get(context, id).await.optional()? else { return Ok(None) };
        let Some(tags) = all_tags(context, id).await.optional()? else { return Ok(None) };
        // A job cannot change, so it has the inputs that it was run with.
        let inputs = CustomizationJob { tags: own_tags(tags), ..last.clone() };
        let data = match found.output_model_arn() {
            Some(model) if exists(context, model).await? => {
                Some(format!("the custom model {}", found.output_model_name()))
            }
            _ => None,
        };
        let readiness = readiness(&found);
        Ok(Some(Reading { readiness, data, ..Reading::ready(inputs, outputs(id, &found)) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &CustomizationJob<Resolved>,
        to: &CustomizationJob<Resolved>,
    ) -> Result<(), Error> {
        update_tags(context, id, &from.tags, &to.tags).await
    }

    /// Stops a job that is running, since it bills; of one that has ended, deletes the custom model. The report of a job stays.
    async fn delete(context: &Context, id: &str, _last: &CustomizationJob<Resolved>) -> Result<(), Error> {
        let Some(found) = get(context, id).await.optional()? else { return Ok(()) };
        if matches!(found.status(), Some(ModelCustomizationJobStatus::InProgress)) {
            let stop = context.aws.bedrock().stop_model_customization_job().job_identifier(id);
            return stop.send().await.named("bedrock:StopModelCustomizationJob").map(drop);
        }
        let Some(model) = found.output_model_arn() else { return Ok(()) };
        let name = found.output_model_name();
        let holds = async { Ok(exists(context, model).await?.then(|| format!("the custom model {name}"))) };
        guard_data(context, &format!("the job {}", found.job_name()), holds).await?;
        let delete = context.aws.bedrock().delete_custom_model().model_identifier(model);
        delete.send().await.named("bedrock:DeleteCustomModel").optional().map(drop)
    }
}

async fn get(context: &Context, identifier: &str) -> Result<GetModelCustomizationJobOutput, Error> {
    let get = context.aws.bedrock().get_model_customization_job().job_identifier(identifier);
    get.send().await.named("bedrock:GetModelCustomizationJob")
}

async fn exists(context: &Context, model: &str) -> Result<bool, Error> {
    let get = context.aws.bedrock().get_custom_model().model_identifier(model);
    Ok(get.send().await.named("bedrock:GetCustomModel").optional()?.is_some())
}

fn readiness(found: &GetModelCustomizationJobOutput) -> Readiness {
    match found.status() {
        Some(ModelCustomizationJobStatus::Completed) => Readiness::Ready,
        Some(ModelCustomizationJobStatus::Failed) => {
            Readiness::Failed(found.failure_message().unwrap_or("AWS gives no reason").to_owned())
        }
        Some(ModelCustomizationJobStatus::Stopped) => Readiness::Failed("it was stopped".to_owned()),
        status => Readiness::Pending(progress(found, status.map_or("InProgress", |status| status.as_str()))),
    }
}

/// Returns the status of a job that is running, with that of the step that it is at.
fn progress(found: &GetModelCustomizationJobOutput, status: &str) -> String {
    let details = found.status_details();
    let steps = [
        ("validation", details.and_then(|all| all.validation_details()).and_then(|step| step.status())),
        ("data processing", details.and_then(|all| all.data_processing_details()).and_then(|step| step.status())),
        ("training", details.and_then(|all| all.training_details()).and_then(|step| step.status())),
    ];
    let at = steps.iter().find(|(_, step)| step.is_some_and(|step| step.as_str() == "InProgress"));
    at.map_or_else(|| status.to_owned(), |(step, _)| format!("{status}: {step}"))
}

fn outputs(id: &str, found: &GetModelCustomizationJobOutput) -> CustomizationJobOutputs<Resolved> {
    let training = found.training_metrics().and_then(|metrics| metrics.training_loss());
    let validation = found.validation_metrics().iter().filter_map(|metric| metric.validation_loss());
    CustomizationJobOutputs::<Resolved> {
        arn: Arn(id.to_owned()),
        name: found.job_name().to_owned(),
        model_arn: found.output_model_arn().unwrap_or_default().to_owned(),
        model_name: found.output_model_name().to_owned(),
        training_loss: training.map(|loss| loss.to_string()).unwrap_or_default(),
        validation_loss: validation.map(|loss| loss.to_string()).collect::<Vec<_>>().join(","),
    }
}

/// Looks for a training or validation file.
async fn look_for_object(context: &Context, place: &str) -> Result<Looked, Error> {
    let Some((bucket, key)) = place.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) else {
        return Ok(Looked::There);
    };
    let head = context.aws.s3().head_object().bucket(bucket).key(key);
    match head.send().await.named("s3:HeadObject") {
        Ok(_) => Ok(Looked::There),
        Err(error) if error.kind == ErrorKind::NotFound => {
            let name = key.rsplit('/').next().unwrap_or_default();
            let remedy = format!("aws s3 cp {name} {place}");
            let stand_in = StandIn::Object(place.to_owned());
            Ok(Looked::Missing(Missing { problem: format!("no object {place}"), remedy, stand_in }))
        }
        Err(error) if error.kind.passes() || error.kind == ErrorKind::Credentials => Err(error),
        // Bedrock looks with the role of the job.
        Err(error) => Ok(Looked::Unchecked(format!("{place} was not looked for: {error}"))),
    }
}

fn type_to_sdk(customization: CustomizationType) -> SdkType {
    match customization {
        CustomizationType::FineTuning => SdkType::FineTuning,
        CustomizationType::ContinuedPreTraining => SdkType::ContinuedPreTraining,
    }
}

fn validation_to_sdk(places: &[String]) -> Result<Option<ValidationDataConfig>, Error> {
    if places.is_empty() {
        return Ok(None);
    }
    let validators: Result<Vec<Validator>, Error> =
        places.iter().map(|place| built(Validator::builder().s3_uri(place).build())).collect();
    built(ValidationDataConfig::builder().set_validators(Some(validators?)).build()).map(Some)
}

fn vpc_to_sdk(vpc: &JobVpc<Resolved>) -> Result<VpcConfig, Error> {
    let (subnets, groups) = (vpc.subnets.iter(), vpc.security_groups.iter());
    built(
        VpcConfig::builder()
            .set_subnet_ids(Some(subnets.map(|subnet| subnet.0.clone()).collect()))
            .set_security_group_ids(Some(groups.map(|group| group.0.clone()).collect()))
            .build(),
    )
}
