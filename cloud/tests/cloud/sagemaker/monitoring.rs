//! Definitions of monitoring jobs, and their schedules.

use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_monitoring_schedule::DescribeMonitoringScheduleOutput;
use aws_sdk_sagemaker::types::{
    CaptureMode, CaptureOption, DataCaptureConfig, DataQualityAppSpecification, DataQualityJobInput, EndpointInput,
    EndpointStatus, MonitoringClusterConfig, MonitoringOutput, MonitoringOutputConfig, MonitoringResources,
    MonitoringS3Output, MonitoringScheduleConfig, MonitoringType, ProcessingInstanceType, ProcessingS3InputMode,
    ScheduleConfig, ScheduleStatus,
};
use ebbtide_cloud::Settings;

use super::{ROLE, Region, invalid, says, variant};
use crate::support::{Fixture, code};

/// A region with an endpoint whose data is captured, and another one.
async fn watched() -> Region {
    let region = Region::new().await;
    region.endpoint("plain").await;
    region.model("llm", "1.dkr.ecr/vllm:1").await;
    let capture = DataCaptureConfig::builder()
        .enable_capture(true)
        .initial_sampling_percentage(10)
        .destination_s3_uri("s3://captured")
        .capture_options(CaptureOption::builder().capture_mode(CaptureMode::Input).build());
    let config =
        region.client.create_endpoint_config().endpoint_config_name("llm").data_capture_config(capture.build());
    config.production_variants(variant("main", "llm")).send().await.unwrap();
    region.client.create_endpoint().endpoint_name("llm").endpoint_config_name("llm").send().await.unwrap();
    region.becomes("llm", EndpointStatus::InService).await;
    region
}

async fn define(region: &Region, name: &str, endpoint: &str) -> Result<(), String> {
    let input = EndpointInput::builder().endpoint_name(endpoint).local_path("/opt/ml/processing/input").build();
    let output = MonitoringS3Output::builder().s3_uri("s3://out/d").local_path("/opt/ml/processing/output").build();
    let output = MonitoringOutput::builder().s3_output(output).build();
    let cluster = MonitoringClusterConfig::builder()
        .instance_type(ProcessingInstanceType::MlM5Xlarge)
        .instance_count(1)
        .volume_size_in_gb(20)
        .build();
    let create = region
        .client
        .create_data_quality_job_definition()
        .job_definition_name(name)
        .role_arn(ROLE)
        .data_quality_app_specification(DataQualityAppSpecification::builder().image_uri("img:1").build())
        .data_quality_job_input(DataQualityJobInput::builder().endpoint_input(input).build())
        .data_quality_job_output_config(MonitoringOutputConfig::builder().monitoring_outputs(output).build())
        .job_resources(MonitoringResources::builder().cluster_config(cluster).build());
    create.send().await.map(drop).map_err(|error| format!("{:?}", error.into_service_error()))
}

fn config(definition: &str, expression: &str) -> MonitoringScheduleConfig {
    MonitoringScheduleConfig::builder()
        .monitoring_type(MonitoringType::DataQuality)
        .monitoring_job_definition_name(definition)
        .schedule_config(ScheduleConfig::builder().schedule_expression(expression).build())
        .build()
}

async fn settled(region: &Region, name: &str) -> DescribeMonitoringScheduleOutput {
    for _ in 0..500 {
        let found = region.client.describe_monitoring_schedule().monitoring_schedule_name(name).send().await.unwrap();
        if found.monitoring_schedule_status() != Some(&ScheduleStatus::Pending) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{name} never settles");
}

#[tokio::test]
async fn a_definition_is_of_an_endpoint_that_captures_data() {
    let region = watched().await;
    says(&define(&region, "drift", "nowhere").await.unwrap_err(), "Could not find endpoint");
    says(&define(&region, "drift", "plain").await.unwrap_err(), "Data Capture is not enabled");
    define(&region, "drift", "llm").await.unwrap();
    says(&define(&region, "drift", "llm").await.unwrap_err(), "already exists");
    let found = region.client.describe_data_quality_job_definition().job_definition_name("drift").send().await.unwrap();
    let input = found.data_quality_job_input.unwrap().endpoint_input.unwrap();
    assert_eq!(input.s3_input_mode(), Some(&ProcessingS3InputMode::File));
    let list = |endpoint: &str| region.client.list_data_quality_job_definitions().endpoint_name(endpoint);
    assert_eq!(list("llm").send().await.unwrap().job_definition_summaries().len(), 1);
    assert!(list("plain").send().await.unwrap().job_definition_summaries().is_empty());
    let delete = || region.client.delete_data_quality_job_definition().job_definition_name("drift");
    delete().send().await.unwrap();
    assert_eq!(code(delete().send().await), "ResourceNotFound");
}

#[tokio::test]
async fn the_life_of_a_monitoring_schedule() {
    let region = watched().await;
    let client = &region.client;
    define(&region, "first", "llm").await.unwrap();
    define(&region, "second", "llm").await.unwrap();
    let create = |name: &str, config| {
        client.create_monitoring_schedule().monitoring_schedule_name(name).monitoring_schedule_config(config)
    };
    let wrong = create("drift", config("first", "cron(5 * ? * * *)"));
    says(&invalid(wrong.send().await), "Invalid schedule expression");
    says(&invalid(create("drift", config("third", "cron(0 * ? * * *)")).send().await), "Could not find");
    says(&invalid(create("drift", config("first", "NOW")).send().await), "is required if ScheduleExpression is NOW");
    // The hour of the run is half a day away.
    let hour = (region.fixture.cloud.now_ms() / 3_600_000 + 12).rem_euclid(24);
    let daily = format!("cron(0 {hour} ? * * *)");
    create("drift", config("first", &daily)).send().await.unwrap();
    assert_eq!(code(create("drift", config("first", &daily)).send().await), "ResourceInUse");
    let stop = || client.stop_monitoring_schedule().monitoring_schedule_name("drift");
    says(&invalid(stop().send().await), "Monitoring schedule in status Pending");
    let found = settled(&region, "drift").await;
    assert_eq!(found.monitoring_schedule_status(), Some(&ScheduleStatus::Scheduled));
    assert_eq!(found.endpoint_name(), Some("llm"));

    stop().send().await.unwrap();
    assert_eq!(settled(&region, "drift").await.monitoring_schedule_status(), Some(&ScheduleStatus::Stopped));
    let update = client.update_monitoring_schedule().monitoring_schedule_name("drift");
    update.monitoring_schedule_config(config("second", &daily)).send().await.unwrap();
    let found = settled(&region, "drift").await;
    assert_eq!(found.monitoring_schedule_config().unwrap().monitoring_job_definition_name(), Some("second"));
    client.start_monitoring_schedule().monitoring_schedule_name("drift").send().await.unwrap();
    assert_eq!(settled(&region, "drift").await.monitoring_schedule_status(), Some(&ScheduleStatus::Scheduled));

    let delete = |name: &str| client.delete_data_quality_job_definition().job_definition_name(name);
    delete("first").send().await.unwrap();
    says(&invalid(delete("second").send().await), "is used by the monitoring schedule");
    client.delete_monitoring_schedule().monitoring_schedule_name("drift").send().await.unwrap();
    for _ in 0..500 {
        if client.list_monitoring_schedules().send().await.unwrap().monitoring_schedule_summaries().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let gone = client.delete_monitoring_schedule().monitoring_schedule_name("drift").send().await;
    assert_eq!(code(gone), "ResourceNotFound");
    delete("second").send().await.unwrap();
}

#[tokio::test]
async fn a_schedule_is_not_deleted_while_it_runs() {
    let slow = Settings { transition: Duration::from_secs(1), ..Settings::default() };
    let region = Region::of(Fixture::with(slow)).await;
    // A definition that exists: it needs no endpoint for what this test is about.
    let data = aws_sdk_sagemaker::types::BatchTransformInput::builder()
        .data_captured_destination_s3_uri("s3://b")
        .dataset_format(
            aws_sdk_sagemaker::types::MonitoringDatasetFormat::builder()
                .json(aws_sdk_sagemaker::types::MonitoringJsonDatasetFormat::builder().line(true).build())
                .build(),
        )
        .local_path("/opt/ml/processing/input")
        .build();
    let output = MonitoringS3Output::builder().s3_uri("s3://out/d").local_path("/opt/ml/processing/output").build();
    let cluster = MonitoringClusterConfig::builder()
        .instance_type(ProcessingInstanceType::MlM5Xlarge)
        .instance_count(1)
        .volume_size_in_gb(20)
        .build();
    let create = region.client.create_data_quality_job_definition().job_definition_name("drift").role_arn(ROLE);
    create
        .data_quality_app_specification(DataQualityAppSpecification::builder().image_uri("img:1").build())
        .data_quality_job_input(DataQualityJobInput::builder().batch_transform_input(data).build())
        .data_quality_job_output_config(
            MonitoringOutputConfig::builder()
                .monitoring_outputs(MonitoringOutput::builder().s3_output(output).build())
                .build(),
        )
        .job_resources(MonitoringResources::builder().cluster_config(cluster).build())
        .send()
        .await
        .unwrap();
    let schedule = ScheduleConfig::builder()
        .schedule_expression("NOW")
        .data_analysis_start_time("-PT1H")
        .data_analysis_end_time("-PT0H")
        .build();
    let now = MonitoringScheduleConfig::builder()
        .monitoring_type(MonitoringType::DataQuality)
        .monitoring_job_definition_name("drift")
        .schedule_config(schedule)
        .build();
    let client = &region.client;
    let create = client.create_monitoring_schedule().monitoring_schedule_name("drift");
    create.monitoring_schedule_config(now).send().await.unwrap();
    settled(&region, "drift").await;
    let executions = client.list_monitoring_executions().monitoring_schedule_name("drift").send().await.unwrap();
    assert_eq!(executions.monitoring_execution_summaries().len(), 1);
    let delete = || client.delete_monitoring_schedule().monitoring_schedule_name("drift");
    says(&invalid(delete().send().await), "in-progress executions");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    delete().send().await.unwrap();
}
