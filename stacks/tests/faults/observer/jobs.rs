//! Jobs that are running, what they have left, and what uses that. The report of a job stays for good, so it is no resource.

use ebbtide_engine::sdk::Aws;

use super::Observed;

pub async fn see(aws: &Aws, seen: &mut Observed) {
    let jobs = aws.bedrock().list_model_customization_jobs().send().await.unwrap();
    for job in jobs.model_customization_job_summaries() {
        if ["InProgress", "Stopping"].contains(&job.status().as_str()) {
            seen.add("running job", without_hash(job.job_name()));
        }
    }
    let deployments = aws.bedrock().list_custom_model_deployments().send().await.unwrap();
    for one in deployments.model_deployment_summaries() {
        let get = aws.bedrock().get_custom_model_deployment();
        let found = get.custom_model_deployment_identifier(one.custom_model_deployment_arn()).send().await.unwrap();
        let name = without_hash(found.model_deployment_name());
        seen.add("deployment of a custom model", format!("{name}: {:?}", found.description()));
    }
    let throughputs = aws.bedrock().list_provisioned_model_throughputs().send().await.unwrap();
    for one in throughputs.provisioned_model_summaries() {
        let name = without_hash(one.provisioned_model_name());
        seen.add("provisioned throughput", format!("{name} of {} units", one.model_units()));
    }
    let logging = aws.bedrock().get_model_invocation_logging_configuration().send().await.unwrap();
    if let Some(config) = logging.logging_config() {
        let prefix = config.s3_config().and_then(|bucket| bucket.key_prefix());
        seen.add("log of invocations", format!("{prefix:?}, images: {:?}", config.image_data_delivery_enabled()));
    }
    let models = aws.bedrock().list_custom_models().send().await.unwrap();
    for model in models.model_summaries() {
        seen.add("custom model", without_hash(model.model_name()));
    }
}

/// Returns a derived name without the hash at its end, in which the generation is.
fn without_hash(name: &str) -> &str {
    name.rsplit_once('-').map_or(name, |(name, _)| name)
}
