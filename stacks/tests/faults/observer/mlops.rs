//! SageMaker beyond hosting: the model registry, the feature store, monitoring and pipelines.

use ebbtide_engine::sdk::Aws;

use super::{Observed, plain};

pub async fn see(aws: &Aws, seen: &mut Observed) {
    let sagemaker = aws.sagemaker();
    for group in
        sagemaker.list_model_package_groups().max_results(100).send().await.unwrap().model_package_group_summary_list()
    {
        let name = group.model_package_group_name().unwrap_or_default();
        let packages = sagemaker.list_model_packages().model_package_group_name(name).send().await.unwrap();
        let count = packages.model_package_summary_list().len();
        seen.add("model package group", format!("{} with {count}", plain(name)));
    }
    for group in sagemaker.list_feature_groups().max_results(100).send().await.unwrap().feature_group_summaries() {
        let name = group.feature_group_name().unwrap_or_default();
        let group = sagemaker.describe_feature_group().feature_group_name(name).send().await.unwrap();
        let status = group.feature_group_status().map(|status| status.as_str().to_owned());
        let lifetime = group.online_store_config().and_then(|online| online.ttl_duration()?.value());
        seen.add("feature group", format!("{} {status:?} for {lifetime:?}", plain(name)));
    }
    let definitions = sagemaker.list_data_quality_job_definitions().max_results(100).send().await.unwrap();
    for definition in definitions.job_definition_summaries() {
        let name = plain(definition.monitoring_job_definition_name().unwrap_or_default());
        seen.add("data quality definition", format!("{name} of {}", definition.endpoint_name().unwrap_or_default()));
    }
    let definitions = sagemaker.list_model_quality_job_definitions().max_results(100).send().await.unwrap();
    for definition in definitions.job_definition_summaries() {
        seen.add("model quality definition", plain(definition.monitoring_job_definition_name().unwrap_or_default()));
    }
    for schedule in
        sagemaker.list_monitoring_schedules().max_results(100).send().await.unwrap().monitoring_schedule_summaries()
    {
        let name = schedule.monitoring_schedule_name().unwrap_or_default();
        let status = schedule.monitoring_schedule_status().map(|status| status.as_str().to_owned()).unwrap_or_default();
        let found = sagemaker.describe_monitoring_schedule().monitoring_schedule_name(name).send().await.unwrap();
        let config = found.monitoring_schedule_config().unwrap();
        let definition = plain(config.monitoring_job_definition_name().unwrap_or_default());
        let hours = config.schedule_config().and_then(|schedule| schedule.schedule_expression()).unwrap_or_default();
        seen.add("monitoring schedule", format!("{} {status} of {definition} at {hours}", plain(name)));
    }
    for pipeline in sagemaker.list_pipelines().max_results(100).send().await.unwrap().pipeline_summaries() {
        let name = pipeline.pipeline_name().unwrap_or_default();
        let found = sagemaker.describe_pipeline().pipeline_name(name).send().await.unwrap();
        let (description, definition) = (found.pipeline_description(), found.pipeline_definition());
        seen.add("pipeline", format!("{} {description:?} {definition:?}", plain(name)));
    }
}
