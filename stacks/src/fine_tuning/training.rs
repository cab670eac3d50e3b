//! The job, the role that it works with, and the report of its end.

use std::collections::BTreeMap;

use ebbtide::aws::bedrock::{CustomizationJob, CustomizationJobOutputs};
use ebbtide::aws::cloudwatch::{Alarm, AlarmActions, Comparison, Metric, Statistic, Watch};
use ebbtide::aws::events::{Rule, RuleOutputs, Target};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::{RoleArn, TopicArn};
use ebbtide::components::monitoring::Alerts;
use ebbtide::resource::{Declared, Input};
use ebbtide::stack::Stack;
use serde_json::json;

use super::Settings;
use super::check::Run;
use super::settings::HyperParameters;
use super::storage::{Storage, jobs_of_this_account};

/// The beginning of the name of the role.
const ROLE: &str = "BedrockCustomModelRole";

/// The length of the longest name of a role, in characters.
const LONGEST_ROLE: usize = 64;

/// The place of the data of a run.
struct Data {
    /// The name of the bucket.
    bucket: Input<String>,
    /// The beginning of its keys, empty or with a `/` at its end.
    prefix: String,
}

impl Data {
    fn of(settings: &Settings, storage: &Storage) -> Self {
        let Some(place) = settings.data.as_deref().and_then(|place| place.strip_prefix("s3://")) else {
            return Self { bucket: storage.training.text(), prefix: String::new() };
        };
        let (bucket, prefix) = place.trim_end_matches('/').split_once('/').unwrap_or((place.trim_end_matches('/'), ""));
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Self { bucket: bucket.into(), prefix }
    }

    fn uri(&self, key: &str) -> Input<String> {
        self.bucket.after("s3://").then(format!("/{}{key}", self.prefix))
    }
}

/// Declares the role, the job, and the rule that reports its end.
pub(super) fn declare(
    stack: &mut Stack,
    settings: &Settings,
    run: &Run<'_>,
    storage: &Storage,
    alerts: &Input<TopicArn>,
) -> CustomizationJobOutputs<Declared> {
    let data = Data::of(settings, storage);
    let role = declare_role(stack, settings, run, storage, &data);
    let rule = declare_rule(stack, &role, alerts);
    let output = storage.models.after("s3://").then(format!("/{}", settings.output_prefix));
    let job = CustomizationJob {
        model_name: Some(settings.model_name.clone()),
        validation_data: run.validation_data.iter().map(|key| data.uri(key)).collect(),
        hyper_parameters: hyper_parameters(run.parameters),
        kms_key: settings.kms_key.as_deref().map(Input::from),
        training_tokens: settings.training_tokens,
        ..CustomizationJob::new(run.base_model, &role, data.uri(run.training_data), output.text())
    };
    let job = stack.add("expert", job);
    // Its first events are not lost.
    stack.after(&job.arn, &rule.arn);
    job
}

/// Returns the hyperparameters by AWS's names.
fn hyper_parameters(parameters: &HyperParameters) -> BTreeMap<String, String> {
    let known = [
        ("epochCount", Some(parameters.epochs.to_string())),
        ("learningRate", parameters.learning_rate.clone()),
        ("learningRateWarmupSteps", parameters.warmup_steps.map(|steps| steps.to_string())),
        ("batchSize", parameters.batch_size.map(|size| size.to_string())),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    parameters.more.clone().into_iter().chain(known).collect()
}

/// Declares the role of the job as in AWS's guide "Create a service role for model customization": assumed by Bedrock for customization
/// jobs of this account, it reads the data of the run and writes metrics.
fn declare_role(
    stack: &mut Stack,
    settings: &Settings,
    run: &Run<'_>,
    storage: &Storage,
    data: &Data,
) -> Input<RoleArn> {
    let arns = format!("arn:{}:s3:::", stack.scope().partition());
    let bucket = data.bucket.after(&arns);
    let outputs = storage.models.after(&arns).text();
    let keys = std::iter::once(run.training_data).chain(run.validation_data.iter().map(String::as_str));
    let read = Policy::new().allow(["s3:GetObject"]).named("ReadData");
    let mut policy = keys
        .fold(read, |policy, key| policy.on(bucket.then(format!("/{}{key}", data.prefix))))
        .allow(["s3:ListBucket"])
        .named("ListBuckets")
        .on(bucket)
        .on(outputs.clone())
        .allow(["s3:GetObject", "s3:PutObject"])
        .named("WriteMetrics")
        .on(outputs.then(format!("/{}*", settings.output_prefix)));
    if let Some(key) = &settings.kms_key {
        // AWS's page "Encryption of Amazon Nova model customization jobs and artifacts", for the model and for the buckets.
        let services = ["bedrock", "s3"].map(|service| format!("{service}.{}.amazonaws.com", stack.scope().region));
        policy = policy
            .allow(["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:CreateGrant"])
            .named("UseKey")
            .on(key.as_str())
            .when("StringEquals", "kms:ViaService", services);
    }
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(*c);
    let name = settings.role_name.clone().unwrap_or_else(|| {
        format!("{ROLE}-{}", stack.scope().environment).chars().filter(allowed).take(LONGEST_ROLE).collect()
    });
    let trust = jobs_of_this_account(stack, Policy::trust("bedrock.amazonaws.com"));
    let role = Role {
        name: Some(name),
        description: "Reads training data and writes metrics of customization jobs".into(),
        ..Role::new(trust).policy("customize", policy)
    };
    stack.add("customization", role).arn
}

/// Declares the rule that reports the end of a job, and an alarm for reports that are not delivered. Bedrock has no metrics of customization
/// jobs: its guide "Monitor Amazon Bedrock job state changes using Amazon EventBridge" is AWS's way.
fn declare_rule(stack: &mut Stack, role: &Input<RoleArn>, alerts: &Input<TopicArn>) -> RuleOutputs<Declared> {
    // The role is that of this stack's jobs alone, whatever their names. The job itself is not known before its end.
    let pattern = json!({
        "source": ["aws.bedrock"],
        "detail-type": ["Model Customization Job State Change"],
        "detail": { "jobStatus": ["Completed", "Failed", "Stopped"], "roleArn": [role] },
    });
    let rule = Rule {
        description: Some("Reports the end of customization jobs".into()),
        ..Rule::matching(pattern).to(Target::new("alerts", alerts.text()))
    };
    let rule = stack.add("training-ended", rule);
    let undelivered = Metric {
        namespace: "AWS/Events".into(),
        name: "FailedInvocations".into(),
        dimensions: BTreeMap::from([("RuleName".to_owned(), rule.name.clone())]),
        statistic: Statistic::Sum,
        unit: None,
    };
    let alarm = Alarm {
        description: Some("The end of a customization job could not be reported: look with `ebb status`".into()),
        actions: AlarmActions { alarm: vec![Alerts::action(alerts)], ..AlarmActions::none() },
        ..Alarm::new(Watch::Metric(undelivered), Comparison::GreaterOrEqual, 1.0)
    };
    stack.add("training-unreported", alarm);
    rule
}
