//! Monitoring and the feature store in a pause: what is stopped or reduced, and in which order with the endpoint.

use std::collections::BTreeSet;

use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::sagemaker::{
    CaptureMode, Container, DataCapture, DataQualityJobDefinition, Endpoint, EndpointConfig, Feature, FeatureGroup,
    Instances, Model, MonitoringCluster, MonitoringImage, MonitoringInput, MonitoringKind, MonitoringOutput,
    MonitoringSchedule, Throughput, Variant,
};
use ebbtide::plan::{Plan, Target};
use ebbtide::stack::{Declarations, Stack};

use crate::fixture::{Project, scope};

fn monitored() -> Declarations {
    let mut stack = Stack::new(scope(), [].into());
    let role = stack.add("models", Role::new(Policy::trust("sagemaker.amazonaws.com"))).arn;
    let model = stack.add("llm", Model::new(&role, Container::new("1.dkr.ecr/vllm:1", None))).name;
    let capture = DataCapture {
        destination: "s3://captured".into(),
        sampling_percent: 10,
        modes: BTreeSet::from([CaptureMode::Input]),
        kms_key: None,
        csv_content_types: BTreeSet::new(),
        json_content_types: BTreeSet::new(),
    };
    let variant = Variant::on_instances("main", &model, Instances::new("ml.g5.xlarge", 1));
    let config = stack.add("llm", EndpointConfig { data_capture: Some(capture), ..EndpointConfig::new(variant) }).name;
    let endpoint = stack.add("llm", Endpoint::new("llm", &config)).name;
    let drift = DataQualityJobDefinition::new(
        &role,
        MonitoringImage::new("img:1"),
        MonitoringInput::of_endpoint(&endpoint),
        MonitoringOutput::to("s3://out/drift"),
        MonitoringCluster::one("ml.m5.xlarge", 20),
    );
    let drift = stack.add("drift", drift).name;
    let hour = (jiff::Timestamp::now().as_second() / 3600 + 12).rem_euclid(24);
    let daily = MonitoringSchedule::new(MonitoringKind::DataQuality, &drift, format!("cron(0 {hour} ? * * *)"));
    stack.add("drift", MonitoringSchedule { endpoint: Some(endpoint), name: Some("drift".into()), ..daily });
    let features = FeatureGroup::online("id", "at", vec![Feature::string("id"), Feature::fractional("at")]);
    let throughput = Throughput::Provisioned { read_units: 5, write_units: 2 };
    stack.add("users", FeatureGroup { throughput, name: Some("users".into()), ..features });
    stack.finish().unwrap()
}

/// Returns the operations of a plan in their order, by address, each with the addresses that it waits for.
fn operations(plan: &Plan) -> Vec<(String, Vec<String>)> {
    let address = |id: &usize| plan.operations[*id].address.to_string();
    let operation =
        |one: &ebbtide::plan::Operation| (one.address.to_string(), one.depends_on.iter().map(address).collect());
    plan.operations.iter().map(operation).collect()
}

/// Returns the status of the schedule and the throughput of the group, as AWS has them, and whether there is an endpoint.
async fn seen(project: &Project) -> (String, String, bool) {
    let aws = Project::aws(&project.cloud());
    let sagemaker = aws.sagemaker();
    let schedule = sagemaker.describe_monitoring_schedule().monitoring_schedule_name("drift").send().await.unwrap();
    let group = sagemaker.describe_feature_group().feature_group_name("users").send().await.unwrap();
    let endpoints = sagemaker.list_endpoints().send().await.unwrap();
    let throughput = group.throughput_config().unwrap().throughput_mode().unwrap();
    let status = schedule.monitoring_schedule_status().unwrap();
    (status.as_str().to_owned(), throughput.as_str().to_owned(), !endpoints.endpoints().is_empty())
}

#[tokio::test]
async fn a_schedule_is_stopped_before_its_endpoint_goes_and_started_once_it_serves_again() {
    let (schedule, endpoint) = ("sagemaker_monitoring_schedule.drift", "sagemaker_endpoint.llm");
    let project = Project::new(monitored());
    project.run(Target::Running).await;
    assert_eq!(seen(&project).await, ("Scheduled".into(), "Provisioned".into(), true));

    let pause = operations(&project.plan(Target::Paused).await);
    let waits_for = |operations: &[(String, Vec<String>)], one: &str| {
        operations.iter().find(|(address, _)| address == one).map(|(_, others)| others.clone()).unwrap()
    };
    let addresses: Vec<&str> = pause.iter().map(|(address, _)| address.as_str()).collect();
    assert_eq!(addresses.len(), 3, "{addresses:?}");
    assert!(waits_for(&pause, endpoint).contains(&schedule.to_owned()), "{pause:?}");
    project.run(Target::Paused).await;
    assert_eq!(seen(&project).await, ("Stopped".into(), "OnDemand".into(), false));
    assert!(project.plan(Target::Paused).await.is_empty());

    let resume = operations(&project.plan(Target::Running).await);
    assert!(waits_for(&resume, schedule).contains(&endpoint.to_owned()), "{resume:?}");
    project.resume().await;
    assert_eq!(seen(&project).await, ("Scheduled".into(), "Provisioned".into(), true));
    assert!(project.plan(Target::Running).await.is_empty());
}
