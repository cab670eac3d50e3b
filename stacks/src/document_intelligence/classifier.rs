//! The old side: a classifier behind an endpoint, its features, its registry, and the monitor that finds drift.

use ebbtide::aws::cloudwatch::{Alarm, AlarmActions, Comparison, Metric, Statistic, Watch};
use ebbtide::aws::events::{Rule, Target};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::sagemaker::{
    CaptureMode, Container, DataCapture, DataQualityJobDefinition, Endpoint, EndpointConfig, Feature, FeatureGroup,
    Instances, Model, ModelData, ModelForm, ModelPackageGroup, MonitoringCluster, MonitoringImage, MonitoringInput,
    MonitoringKind, MonitoringOutput, MonitoringSchedule, OfflineStore, Variant,
};
use ebbtide::aws::sqs::{DeadLetter, Queue, QueueOutputs, QueuePolicy};
use ebbtide::aws::{Arn, BucketName, EndpointName, RoleArn, TopicArn};
use ebbtide::components::monitoring::Alerts;
use ebbtide::resource::{Declared, Input};
use ebbtide::stack::Stack;
use serde_json::json;

use super::encryption::USE;
use super::settings::Baseline;
use super::storage::Storage;
use super::{Settings, name};

/// The endpoint of the classifier.
pub(super) struct Classified {
    pub(super) endpoint: Input<EndpointName>,
    pub(super) arn: Input<Arn>,
}

/// Declares the old side.
pub(super) fn declare(
    stack: &mut Stack,
    settings: &Settings,
    storage: &Storage,
    alerts: &Input<TopicArn>,
) -> Classified {
    let learning = &storage.learning;
    let role = role(stack, settings, storage);
    let container = Container::new(
        settings.classifier.image.as_str(),
        Some(ModelData { uri: settings.classifier.model.as_str().into(), form: ModelForm::Archive }),
    );
    let model = stack.add("classifier", Model::new(&role, container)).name;
    let instances = Instances::new(&settings.classifier.instance_type, settings.classifier.instances);
    let variant = Variant::on_instances("AllTraffic", &model, instances);
    let captured = DataCapture {
        destination: learning.text().after("s3://").then("/captured"),
        sampling_percent: settings.classifier.captured_percent,
        modes: [CaptureMode::Input, CaptureMode::Output].into(),
        kms_key: None,
        csv_content_types: Default::default(),
        json_content_types: ["application/json".to_owned()].into(),
    };
    let config = EndpointConfig { data_capture: Some(captured), ..EndpointConfig::new(variant) };
    let config = stack.add("classifier", config).name;
    let name = name(stack, "document-classifier", 63);
    let endpoint = stack.add("classifier", Endpoint::new(name, &config));
    let (endpoint, arn) = (endpoint.name, endpoint.arn);

    let errors = Metric::of_variant("Invocation5XXErrors", endpoint.text(), "AllTraffic", Statistic::Sum);
    let alarm = Alarm {
        actions: AlarmActions { alarm: vec![Alerts::action(alerts)], ..AlarmActions::none() },
        quiet_while_paused: true,
        ..Alarm::new(Watch::Metric(errors), Comparison::GreaterOrEqual, 5.0)
    };
    stack.add("classifier-errors", alarm);

    declare_features(stack, learning, &role);
    stack.add("classifier", ModelPackageGroup::new());
    let retraining = declare_retraining(stack);
    declare_monitor(stack, settings, learning, (&role, &endpoint), &retraining);
    Classified { endpoint, arn }
}

/// Declares the role of the endpoint and of the monitor's jobs.
fn role(stack: &mut Stack, settings: &Settings, storage: &Storage) -> Input<RoleArn> {
    let partition = stack.scope().partition();
    let bucket = storage.learning.text().after(format!("arn:{partition}:s3:::"));
    let mut policy = Policy::new()
        .allow(["s3:GetObject", "s3:PutObject"])
        .on(bucket.then("/*"))
        .allow(["s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketAcl"])
        .on(bucket)
        .allow(USE)
        .on(storage.key.text())
        .allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "cloudwatch:PutMetricData"])
        .on_everything()
        .allow(["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"])
        .on_everything();
    if let Some(model) = settings.classifier.model.strip_prefix("s3://") {
        policy = policy.allow(["s3:GetObject"]).on(format!("arn:{partition}:s3:::{model}"));
    }
    for object in settings.classifier.baseline.iter().flat_map(Baseline::objects) {
        policy = policy.allow(["s3:GetObject"]).on(format!("arn:{partition}:s3:::{object}"));
    }
    let role = Role::new(Policy::trust("sagemaker.amazonaws.com")).policy("classify", policy);
    stack.add("classifier", role).arn
}

/// Declares the store of features: what is known of a document, for calls at once and for the next training.
fn declare_features(stack: &mut Stack, learning: &Input<BucketName>, role: &Input<RoleArn>) {
    let features = vec![
        Feature::string("document"),
        Feature::string("at"),
        Feature::string("kind"),
        Feature::integral("pages"),
        Feature::fractional("confidence"),
    ];
    let store =
        OfflineStore { glue_table: false, ..OfflineStore::at(learning.text().after("s3://").then("/features")) };
    stack.add("documents", FeatureGroup::online("document", "at", features).and_offline(store, role));
}

/// Declares the queue from which a retraining is begun, by a person or by a program.
fn declare_retraining(stack: &mut Stack) -> QueueOutputs<Declared> {
    let failed = stack.add("retraining-failed", Queue::new()).arn;
    let dead_letter = Some(DeadLetter { queue: failed, max_receives: 3 });
    stack.add("retraining", Queue { dead_letter, retention_seconds: 14 * 24 * 3600, ..Queue::new() })
}

/// Declares the monitor of the endpoint's data, if its image is known, and the rule that brings violations to the queue.
fn declare_monitor(
    stack: &mut Stack,
    settings: &Settings,
    learning: &Input<BucketName>,
    (role, endpoint): (&Input<RoleArn>, &Input<EndpointName>),
    retraining: &QueueOutputs<Declared>,
) {
    let Some(image) = &settings.classifier.monitor_image else { return };
    let output = MonitoringOutput::to(learning.text().after("s3://").then("/monitor"));
    let baseline = settings.classifier.baseline.as_ref();
    let definition = DataQualityJobDefinition {
        constraints: baseline.map(|baseline| baseline.constraints.as_str().into()),
        statistics: baseline.and_then(|baseline| baseline.statistics.as_deref()).map(Into::into),
        ..DataQualityJobDefinition::new(
            role,
            MonitoringImage::new(image.as_str()),
            MonitoringInput::of_endpoint(endpoint),
            output,
            MonitoringCluster::one("ml.m5.large", 20),
        )
    };
    let definition = stack.add("classifier", definition).name;
    let schedule = MonitoringSchedule {
        endpoint: Some(endpoint.clone()),
        ..MonitoringSchedule::new(MonitoringKind::DataQuality, &definition, &settings.classifier.monitor_schedule)
    };
    let schedule = stack.add("classifier", schedule);
    // AWS has no event of its own for drift: an execution is a processing job, whose exit message tells of violations.
    let pattern = json!({
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Processing Job State Change"],
        "detail": {
            "ProcessingJobStatus": ["Completed"],
            "ExitMessage": [{ "prefix": "CompletedWithViolations" }],
            "MonitoringScheduleArn": [schedule.arn],
        },
    });
    let rule = stack.add("drift", Rule::matching(pattern).to(Target::new("retraining", retraining.arn.text())));
    // Without it EventBridge may not send. SQS encrypts the queue with a key of its own, so no key's policy is asked.
    stack.add("retraining", QueuePolicy::of_sender(retraining, "events.amazonaws.com", rule.arn.text()));
}
