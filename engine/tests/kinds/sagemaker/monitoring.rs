//! Definitions of monitoring jobs, and their schedules.

use std::collections::BTreeSet;

use ebbtide::aws::sagemaker::{
    CaptureMode, DataCapture, DataDistribution, DataFormat, DataQualityJobDefinition, Endpoint, EndpointConfig,
    InputMode, Instances, Model, ModelQualityJobDefinition, MonitoringCluster, MonitoringImage, MonitoringInput,
    MonitoringKind, MonitoringNetwork, MonitoringOutput, MonitoringSchedule, ProblemType, UploadMode,
};
use ebbtide::aws::{EndpointName, MonitoringJobDefinitionName, RoleArn};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_engine::sdk::ErrorKind;

use super::features::change_in_steps;
use super::{config, endpoint, model, reads_back, role, tags};
use crate::declared::resolved;
use crate::harness::{Made, World};

/// Makes an endpoint whose data is captured.
async fn watched(world: &World, role: &RoleArn) -> Made {
    let model = world.make::<Model>("llm", &model(role, "1.dkr.ecr/vllm:1")).await;
    let mut inputs = config(&model.id, Instances::new("ml.g5.xlarge", 1));
    inputs.data_capture = Some(DataCapture {
        destination: "s3://captured/llm".into(),
        sampling_percent: 10,
        modes: BTreeSet::from([CaptureMode::Input]),
        kms_key: None,
        csv_content_types: BTreeSet::new(),
        json_content_types: BTreeSet::new(),
    });
    let config = world.make::<EndpointConfig>("llm", &inputs).await;
    world.make::<Endpoint>("llm", &endpoint("llm", &config.id)).await
}

fn drift(role: &RoleArn, image: &str) -> DataQualityJobDefinition<Resolved> {
    let input = MonitoringInput::of_endpoint("llm");
    let output = MonitoringOutput::to("s3://out/drift");
    let cluster = MonitoringCluster::one("ml.m5.xlarge", 20);
    resolved(&DataQualityJobDefinition::new(role.as_str(), MonitoringImage::new(image), input, output, cluster))
}

fn hourly(definition: &str) -> MonitoringSchedule<Resolved> {
    let schedule = MonitoringSchedule::new(MonitoringKind::DataQuality, definition, "cron(0 * ? * * *)");
    resolved(&MonitoringSchedule { endpoint: Some("llm".into()), ..schedule })
}

#[tokio::test]
async fn a_data_quality_definition_is_created_read_changed_and_deleted() {
    let world = World::new();
    let role = role(&world).await;
    watched(&world, &role).await;
    let plain = drift(&role, "img:1");
    let mut full = plain.clone();
    full.name = Some("full".into());
    full.baseline_job = Some("baseline".into());
    full.constraints = Some("s3://base/constraints.json".into());
    full.statistics = Some("s3://base/statistics.json".into());
    full.image.entrypoint = vec!["python".into()];
    full.image.arguments = vec!["-v".into()];
    full.image.preprocessor = Some("s3://scripts/before.py".into());
    full.image.postprocessor = Some("s3://scripts/after.py".into());
    full.image.environment = [("A".to_owned(), "b".to_owned())].into();
    full.input.mode = Some(InputMode::Pipe);
    full.input.distribution = Some(DataDistribution::ShardedByS3Key);
    full.input.features = Some("f".into());
    full.input.inference = Some("i".into());
    full.input.probability = Some("p".into());
    full.input.probability_threshold = Some(0.5);
    full.input.start_offset = Some("-PT2H".into());
    full.input.end_offset = Some("-PT1H".into());
    full.input.excluded = Some("x".into());
    full.output.upload = Some(UploadMode::Continuous);
    full.output.kms_key = Some("alias/results".into());
    full.cluster.volume_kms_key = Some("alias/volumes".into());
    full.network = Some(MonitoringNetwork { encrypted: true, isolated: true, vpc: None });
    full.max_runtime_seconds = Some(1800);
    for (name, mut inputs) in [("plain", plain), ("full", full)] {
        let mut made = world.make::<DataQualityJobDefinition>(name, &inputs).await;
        reads_back(&made).await;
        inputs.tags = tags("stage", "test");
        made.change_to(&inputs).await;
        made.delete().await;
    }
}

#[tokio::test]
async fn a_model_quality_definition_is_created_read_changed_and_deleted() {
    let world = World::new();
    let role = role(&world).await;
    let of = |format, problem| {
        let input = MonitoringInput::of_batch_transform("s3://batches", format);
        let output = MonitoringOutput::to("s3://out/quality");
        let cluster = MonitoringCluster::one("ml.m5.xlarge", 20);
        let image = MonitoringImage::new("img:1");
        let definition = ModelQualityJobDefinition::new(role.as_str(), image, input, "s3://labels", output, cluster);
        resolved::<_, ModelQualityJobDefinition<Resolved>>(&ModelQualityJobDefinition { problem, ..definition })
    };
    for (name, mut inputs) in [
        ("csv", of(DataFormat::Csv { header: true }, Some(ProblemType::Regression))),
        ("json", of(DataFormat::Json { lines: true }, Some(ProblemType::BinaryClassification))),
        ("parquet", of(DataFormat::Parquet, None)),
    ] {
        let mut made = world.make::<ModelQualityJobDefinition>(name, &inputs).await;
        reads_back(&made).await;
        inputs.tags = tags("stage", "test");
        made.change_to(&inputs).await;
        made.delete().await;
    }
}

#[tokio::test]
async fn a_changed_definition_has_another_name_so_both_can_exist() {
    let world = World::new();
    let role = role(&world).await;
    watched(&world, &role).await;
    let first = world.make::<DataQualityJobDefinition>("drift", &drift(&role, "img:1")).await;
    let second = world.make::<DataQualityJobDefinition>("drift", &drift(&role, "img:2")).await;
    assert_ne!(first.id, second.id);
    first.delete().await;
    second.ready().await;
}

#[tokio::test]
async fn a_monitoring_schedule_is_created_changed_stopped_and_deleted() {
    let world = World::new();
    let role = role(&world).await;
    watched(&world, &role).await;
    let first = world.make::<DataQualityJobDefinition>("first", &drift(&role, "img:1")).await;
    let second = world.make::<DataQualityJobDefinition>("second", &drift(&role, "img:2")).await;
    let mut inputs = hourly(&first.id);
    inputs.tags = tags("team", "llm");
    let mut made = world.make::<MonitoringSchedule>("drift", &inputs).await;
    // A definition is held by its schedule.
    let held = first.kind.delete(&first.context, &first.id, &first.inputs).await.unwrap_err();
    assert_eq!(held.kind, ErrorKind::Busy, "{held}");
    inputs.definition = MonitoringJobDefinitionName(second.id.clone());
    inputs.schedule = Some("cron(0 17/12 ? * * *)".into());
    inputs.analysis_start = Some("-PT12H".into());
    inputs.analysis_end = Some("-PT0H".into());
    inputs.enabled = false;
    inputs.tags = tags("stage", "test");
    change_in_steps(&mut made, &inputs).await;
    first.delete().await;
    inputs.enabled = true;
    inputs.tags = Tags::new();
    change_in_steps(&mut made, &inputs).await;
    made.delete().await;
    second.delete().await;
}

#[tokio::test]
async fn a_schedule_that_is_declared_as_stopped_is_found_and_stopped() {
    let world = World::new();
    let role = role(&world).await;
    watched(&world, &role).await;
    let definition = world.make::<DataQualityJobDefinition>("drift", &drift(&role, "img:1")).await;
    let stopped = MonitoringSchedule { enabled: false, ..hourly(&definition.id) };
    let inputs = serde_json::to_value(&stopped).unwrap();
    let context = world.context("sagemaker_monitoring_schedule.drift", 1);
    let kind = crate::harness::provider("sagemaker_monitoring_schedule");
    // AWS starts it, so the creation is not over.
    assert_eq!(kind.create(&context, &inputs).await.unwrap_err().kind, ErrorKind::Busy);
    let id = kind.find(&context, &inputs).await.unwrap().expect("it was created");
    let started = serde_json::to_value(hourly(&definition.id)).unwrap();
    let mut made = Made { kind, context, id, inputs: started };
    change_in_steps(&mut made, &stopped).await;
}

#[tokio::test]
async fn a_schedule_names_the_endpoint_of_its_definition() {
    let world = World::new();
    let role = role(&world).await;
    watched(&world, &role).await;
    let definition = world.make::<DataQualityJobDefinition>("drift", &drift(&role, "img:1")).await;
    let made = world.make::<MonitoringSchedule>("drift", &hourly(&definition.id)).await;
    let wrong = MonitoringSchedule { endpoint: Some(EndpointName("other".into())), ..hourly(&definition.id) };
    let wrong = serde_json::to_value(&wrong).unwrap();
    let refused = made.kind.update(&made.context, &made.id, &made.inputs, &wrong).await.unwrap_err();
    assert!(refused.message.contains("of the endpoint llm, and not of other"), "{refused}");
    let refused = made.kind.create(&made.context, &wrong).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
}
