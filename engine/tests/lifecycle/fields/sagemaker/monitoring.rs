//! The tables of definitions of monitoring jobs and of their schedules.

use ebbtide::aws::sagemaker::{
    Container, DataCapture, DataDistribution, DataFormat, DataQualityJobDefinition, Endpoint, EndpointConfig,
    InputMode, Instances, Model, ModelQualityJobDefinition, MonitoringCluster, MonitoringImage, MonitoringInput,
    MonitoringKind, MonitoringNetwork, MonitoringOutput, MonitoringSchedule, UploadMode, Variant,
};
use ebbtide::aws::{EndpointName, MonitoringJobDefinitionName, RoleArn};
use ebbtide::resource::{Declared, Input};
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::{Shows, Table};
use super::{base_name, role, tags};
use crate::fixture::scope;

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// The resources around a definition.
struct Around {
    roles: [Input<RoleArn>; 2],
    endpoint: Input<EndpointName>,
}

fn declare_around(stack: &mut Stack) -> Around {
    let roles = ["one", "two"].map(|name| role(stack, name));
    let model = stack.add("near", Model::new(&roles[0], Container::new("1.dkr.ecr/vllm:1", None)));
    let capture: DataCapture = serde_json::from_value(json!({
        "destination": "s3://captured", "sampling_percent": 10, "modes": ["input"], "kms_key": null,
        "csv_content_types": [], "json_content_types": [],
    }))
    .unwrap();
    let variant = Variant::on_instances("main", &model.name, Instances::new("ml.g5.xlarge", 1));
    let config = EndpointConfig { data_capture: Some(capture), ..EndpointConfig::new(variant) };
    let config = stack.add("near", config);
    let endpoint = stack.add("near", Endpoint::new("near", &config.name)).name;
    Around { roles, endpoint }
}

fn add<R: ebbtide::resource::Resource>(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<R>(inputs.clone()).unwrap());
}

fn parts() -> (MonitoringImage, MonitoringInput, MonitoringOutput, MonitoringCluster) {
    let input = MonitoringInput::of_batch_transform("s3://batches/a", DataFormat::Json { lines: true });
    let cluster = MonitoringCluster::one("ml.m5.xlarge", 20);
    (MonitoringImage::new("img:1"), input, MonitoringOutput::to("s3://out/a"), cluster)
}

/// Adds the fields that both kinds of definitions have.
fn of_both(table: Table, around: &Around) -> Table {
    let (image, input, output, cluster) = parts();
    let full_image = MonitoringImage {
        entrypoint: vec!["python".into()],
        arguments: vec!["-v".into()],
        preprocessor: Some("s3://scripts/a.py".into()),
        postprocessor: Some("s3://scripts/b.py".into()),
        environment: [("A".to_owned(), "1".into())].into(),
        ..image
    };
    let full_input = MonitoringInput {
        mode: Some(InputMode::Pipe),
        distribution: Some(DataDistribution::ShardedByS3Key),
        features: Some("f".into()),
        inference: Some("i".into()),
        probability: Some("p".into()),
        probability_threshold: Some(0.5),
        start_offset: Some("-PT2H".into()),
        end_offset: Some("-PT1H".into()),
        excluded: Some("x".into()),
        ..input
    };
    let of_endpoint: MonitoringInput = MonitoringInput::of_endpoint(&around.endpoint);
    let full_output = MonitoringOutput { upload: Some(UploadMode::Continuous), kms_key: Some(KEY.into()), ..output };
    let larger = MonitoringCluster { count: 2, volume_gb: 30, volume_kms_key: Some(KEY.into()), ..cluster };
    let network: MonitoringNetwork<Declared> = MonitoringNetwork { encrypted: true, isolated: true, vpc: None };
    table
        .shows("name", json!("two"), json!("two"))
        .shows("role", json!(around.roles[1]), json!("two"))
        .shows(
            "image",
            json!(full_image),
            json!(["img:1", ["python"], ["-v"], "s3://scripts/a.py", "s3://scripts/b.py", { "A": "1" }]),
        )
        .shows("baseline_job", json!("baseline"), json!("baseline"))
        .shows("constraints", json!("s3://base/c.json"), json!("s3://base/c.json"))
        .shows(
            "input",
            json!(full_input),
            json!(["s3://batches/a", "Pipe", "ShardedByS3Key", "f", "i", "p", 0.5, "-PT2H", "-PT1H", "x"]),
        )
        .shows("input", json!(of_endpoint), json!(["near", "File", "FullyReplicated"]))
        .shows("output", json!(full_output), json!(["s3://out/a", "Continuous", KEY]))
        .shows("cluster", json!(larger), json!(["ml.m5.xlarge", 2, 30, KEY]))
        .shows("network", json!(network), json!([true, true]))
        .shows("max_runtime_seconds", json!(1800), json!(1800))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

pub fn data_quality() -> Table {
    let around = declare_around(&mut Stack::new(scope(), [].into()));
    let (image, input, output, cluster) = parts();
    let base = DataQualityJobDefinition::new(&around.roles[0], image, input, output, cluster);
    let base = DataQualityJobDefinition { name: Some("one".into()), ..base };
    let table = of_both(Table::new(&base, observe_data_quality), &around);
    let table = table.shows("statistics", json!("s3://base/s.json"), json!("s3://base/s.json"));
    Table { add: add::<DataQualityJobDefinition>, ..table }
}

pub fn model_quality() -> Table {
    let around = declare_around(&mut Stack::new(scope(), [].into()));
    let (image, input, output, cluster) = parts();
    let base = ModelQualityJobDefinition::new(&around.roles[0], image, input, "s3://labels/a", output, cluster);
    let base = ModelQualityJobDefinition { name: Some("one".into()), ..base };
    let table = of_both(Table::new(&base, observe_model_quality), &around)
        .shows("problem", json!("regression"), json!("Regression"))
        .shows("labels", json!("s3://labels/b"), json!("s3://labels/b"));
    Table { add: add::<ModelQualityJobDefinition>, ..table }
}

/// Reads what both kinds of descriptions have, from a description of either.
macro_rules! definition {
    ($aws:expr, $id:expr, $found:expr, $image:expr, $baseline:expr, $data:expr, $output:expr) => {{
        let (found, image, data) = (&$found, $image.unwrap(), $data.unwrap());
        let input = match (data.endpoint_input(), data.batch_transform_input()) {
            (Some(input), None) => json!([
                input.endpoint_name(),
                input.s3_input_mode().map(|mode| mode.as_str()),
                input.s3_data_distribution_type().map(|kind| kind.as_str()),
            ]),
            (None, Some(input)) => json!([
                input.data_captured_destination_s3_uri(),
                input.s3_input_mode().map(|mode| mode.as_str()),
                input.s3_data_distribution_type().map(|kind| kind.as_str()),
                input.features_attribute(),
                input.inference_attribute(),
                input.probability_attribute(),
                input.probability_threshold_attribute(),
                input.start_time_offset(),
                input.end_time_offset(),
                input.exclude_features_attribute(),
            ]),
            _ => panic!("not one input"),
        };
        let output = $output.unwrap();
        let s3 = output.monitoring_outputs()[0].s3_output().unwrap();
        let cluster = found.job_resources().unwrap().cluster_config().unwrap();
        let network = found.network_config();
        json!({
            "name": base_name($id),
            "role": found.role_arn().unwrap().rsplit('/').next(),
            "image": [
                json!(image.image_uri()),
                json!(image.container_entrypoint()),
                json!(image.container_arguments()),
                json!(image.record_preprocessor_source_uri()),
                json!(image.post_analytics_processor_source_uri()),
                json!(image.environment()),
            ],
            "baseline_job": $baseline.and_then(|one| one.baselining_job_name()),
            "constraints": $baseline.and_then(|one| one.constraints_resource()).and_then(|one| one.s3_uri()),
            "input": input,
            "output": [
                json!(s3.s3_uri()),
                json!(s3.s3_upload_mode().map(|mode| mode.as_str())),
                json!(output.kms_key_id()),
            ],
            "cluster": [
                json!(cluster.instance_type().map(|name| name.as_str())),
                json!(cluster.instance_count()),
                json!(cluster.volume_size_in_gb()),
                json!(cluster.volume_kms_key_id()),
            ],
            "network": network.map(|network| {
                [network.enable_inter_container_traffic_encryption(), network.enable_network_isolation()]
            }),
            "max_runtime_seconds": found.stopping_condition().and_then(|limit| limit.max_runtime_in_seconds()),
            "tags": tags($aws, found.job_definition_arn().unwrap()).await,
        })
    }};
}

fn observe_data_quality<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.sagemaker().list_data_quality_job_definitions().send().await.unwrap();
        assert_eq!(all.job_definition_summaries().len(), 1, "{all:?}");
        let found =
            aws.sagemaker().describe_data_quality_job_definition().job_definition_name(id).send().await.unwrap();
        let baseline = found.data_quality_baseline_config();
        let mut shown = definition!(
            aws,
            id,
            found,
            found.data_quality_app_specification(),
            baseline,
            found.data_quality_job_input(),
            found.data_quality_job_output_config()
        );
        shown["statistics"] = json!(baseline.and_then(|one| one.statistics_resource()).and_then(|one| one.s3_uri()));
        shown
    })
}

fn observe_model_quality<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.sagemaker().list_model_quality_job_definitions().send().await.unwrap();
        assert_eq!(all.job_definition_summaries().len(), 1, "{all:?}");
        let found =
            aws.sagemaker().describe_model_quality_job_definition().job_definition_name(id).send().await.unwrap();
        let mut shown = definition!(
            aws,
            id,
            found,
            found.model_quality_app_specification(),
            found.model_quality_baseline_config(),
            found.model_quality_job_input(),
            found.model_quality_job_output_config()
        );
        let image = found.model_quality_app_specification().unwrap();
        shown["problem"] = json!(image.problem_type().map(|problem| problem.as_str()));
        let labels = found.model_quality_job_input().unwrap().ground_truth_s3_input();
        shown["labels"] = json!(labels.and_then(|labels| labels.s3_uri()));
        shown
    })
}

fn declare_definitions(stack: &mut Stack) -> (Input<EndpointName>, [Input<MonitoringJobDefinitionName>; 3]) {
    let around = declare_around(stack);
    let (image, _, output, cluster) = parts();
    let input: MonitoringInput = MonitoringInput::of_endpoint(&around.endpoint);
    let [first, second] = ["first", "second"].map(|name| {
        let role = &around.roles[0];
        let one = DataQualityJobDefinition::new(role, image.clone(), input.clone(), output.clone(), cluster.clone());
        stack.add(name, DataQualityJobDefinition { name: Some(name.to_owned()), ..one }).name
    });
    let quality = ModelQualityJobDefinition::new(&around.roles[0], image, input, "s3://labels", output, cluster);
    let quality = stack.add("third", ModelQualityJobDefinition { name: Some("third".into()), ..quality }).name;
    (around.endpoint, [first, second, quality])
}

fn add_schedule(stack: &mut Stack, inputs: &Value) {
    declare_definitions(stack);
    stack.add("it", serde_json::from_value::<MonitoringSchedule>(inputs.clone()).unwrap());
}

pub fn schedule() -> Table {
    let (endpoint, definitions) = declare_definitions(&mut Stack::new(scope(), [].into()));
    // No run is due while the test goes on.
    let daily = |hour: i64| {
        let now = jiff::Timestamp::now().as_second() / 3600;
        format!("cron(0 {} ? * * *)", (now + hour).rem_euclid(24))
    };
    let base = MonitoringSchedule {
        name: Some("one".into()),
        ..MonitoringSchedule::new(MonitoringKind::DataQuality, &definitions[0], daily(12))
    };
    let table = Table::new(&base, observe_schedule)
        .shows("name", json!("two"), json!("two"))
        .shows("monitors", json!("model_quality"), json!("ModelQuality"))
        .also("definition", json!(definitions[2]))
        .shows("definition", json!(definitions[1]), json!("second"))
        .entry("endpoint", json!(endpoint), Shows::Nothing("the definition has the endpoint"))
        .entry("endpoint", json!("other"), Shows::Refused("of the endpoint near, and not of other"))
        .shows("schedule", json!(daily(11)), json!(daily(11)))
        .shows("analysis_start", json!("-PT5H"), json!("-PT5H"))
        .shows("analysis_end", json!("-PT1H"), json!("-PT1H"))
        .shows("enabled", json!(false), json!("Stopped"))
        // A new schedule that is stopped.
        .shows("enabled", json!(false), json!("Stopped"))
        .also("name", json!("two"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: add_schedule, ..table }
}

fn observe_schedule<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.sagemaker().list_monitoring_schedules().send().await.unwrap();
        assert_eq!(all.monitoring_schedule_summaries().len(), 1, "{all:?}");
        let found = aws.sagemaker().describe_monitoring_schedule().monitoring_schedule_name(id).send().await.unwrap();
        let config = found.monitoring_schedule_config().unwrap();
        let schedule = config.schedule_config().unwrap();
        json!({
            "name": id,
            "monitors": config.monitoring_type().map(|kind| kind.as_str()),
            "definition": base_name(config.monitoring_job_definition_name().unwrap()),
            "endpoint": null,
            "schedule": schedule.schedule_expression(),
            "analysis_start": schedule.data_analysis_start_time(),
            "analysis_end": schedule.data_analysis_end_time(),
            "enabled": found.monitoring_schedule_status().map(|status| status.as_str()),
            "tags": tags(aws, found.monitoring_schedule_arn().unwrap()).await,
        })
    })
}
