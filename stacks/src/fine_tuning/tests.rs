use std::collections::BTreeMap;

use ebbtide::resource::Scope;
use ebbtide::stack::{Declarations, Problem, Stack};
use serde_json::{Value, json};

use super::*;

pub(super) fn scope(environment: &str) -> Scope {
    Scope {
        environment: environment.to_owned(),
        stack: "fine_tuning".into(),
        region: "us-east-1".into(),
        account: "123456789012".into(),
    }
}

pub(super) fn settings() -> Value {
    json!({
        "base_model": "amazon.nova-2-lite-v1:0:256k",
        "training_data": "training_data/train.jsonl",
        "validation_data": ["training_data/validation.jsonl"],
        "hyper_parameters": { "epochs": 2 },
    })
}

fn with(changes: Value) -> Value {
    let mut settings = settings();
    let changes = changes.as_object().unwrap().clone();
    settings.as_object_mut().unwrap().extend(changes);
    settings
}

fn finished(settings: &Value, scope: Scope) -> Result<Declarations, Vec<Problem>> {
    let settings: Settings = serde_json::from_value(settings.clone()).unwrap();
    let mut stack = Stack::new(scope, BTreeMap::new());
    declare(&mut stack, &settings);
    stack.finish()
}

pub(super) fn declared(settings: &Value) -> Declarations {
    finished(settings, scope("test")).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn refused(settings: &Value) -> Vec<String> {
    let problems = finished(settings, scope("test")).unwrap_err();
    problems.into_iter().map(|problem| problem.field.unwrap_or(problem.message)).collect()
}

fn inputs(declarations: &Declarations, address: &str) -> Value {
    declarations.resources[&address.parse().unwrap()].inputs.clone()
}

fn addresses(declarations: &Declarations) -> Vec<String> {
    declarations.resources.keys().map(ToString::to_string).collect()
}

#[test]
fn settings_without_a_default_are_asked_for() {
    assert_eq!(refused(&json!({})), ["base_model", "training_data", "validation_data", "hyper_parameters"]);
}

#[test]
fn the_stack_is_what_a_run_needs_and_what_answers() {
    let declarations = declared(&settings());
    assert_eq!(
        addresses(&declarations),
        [
            "bedrock_custom_model_deployment.expert",
            "bedrock_customization_job.expert",
            "budgets_budget.costs",
            "cloudwatch_alarm.expert-errors",
            "cloudwatch_alarm.expert-latency",
            "cloudwatch_alarm.expert-throttled",
            "cloudwatch_alarm.training-unreported",
            "events_rule.training-ended",
            "iam_role.customization",
            "s3_bucket.models",
            "s3_bucket.training-data",
            "sns_topic.alerts",
        ]
    );
    let job = inputs(&declarations, "bedrock_customization_job.expert");
    assert_eq!(job["model_name"], "dcisionai-optimization-expert");
    assert_eq!(job["base_model"], "amazon.nova-2-lite-v1:0:256k");
    assert_eq!(job["hyper_parameters"], json!({ "epochCount": "2" }));
    assert!(job["training_data"].to_string().contains("s3_bucket.training-data"), "{job}");
    assert!(job["output_data"].to_string().contains("/custom-models/"), "{job}");
    assert_eq!(declarations.outputs.len(), 8);
}

#[test]
fn bedrock_works_for_jobs_of_this_account_alone() {
    let declarations = declared(&settings());
    let role = inputs(&declarations, "iam_role.customization");
    assert_eq!(role["name"], "BedrockCustomModelRole-test");
    let policies =
        ["s3_bucket.training-data", "s3_bucket.models"].map(|bucket| inputs(&declarations, bucket)["policy"].clone());
    for policy in policies.iter().chain([&role["trust"]]) {
        for statement in policy["statements"].as_array().unwrap() {
            assert_eq!(statement["principals"], json!([{ "service": "bedrock.amazonaws.com" }]));
            let jobs = "arn:aws:bedrock:us-east-1:123456789012:model-customization-job/*";
            let expected = json!([
                { "operator": "StringEquals", "key": "aws:SourceAccount", "values": ["123456789012"] },
                { "operator": "ArnLike", "key": "aws:SourceArn", "values": [jobs] },
            ]);
            assert_eq!(statement["conditions"], expected);
        }
    }
    let [training, models] = policies.map(|policy| policy.to_string());
    assert!(!training.contains("s3:PutObject") && models.contains("${self}/custom-models/*"), "{training} {models}");
}

#[test]
fn the_role_reads_the_data_of_the_run_and_writes_metrics() {
    let declarations = declared(&settings());
    let statements =
        inputs(&declarations, "iam_role.customization")["inline_policies"]["customize"]["statements"].clone();
    let of = |name: &str| {
        let statement = statements.as_array().unwrap().iter().find(|one| one["sid"] == name).unwrap();
        (statement["actions"].clone(), statement["resources"].to_string())
    };
    let (actions, resources) = of("ReadData");
    assert_eq!(actions, json!(["s3:GetObject"]));
    assert!(resources.contains("/training_data/train.jsonl") && resources.contains("/training_data/validation.jsonl"));
    let (actions, resources) = of("WriteMetrics");
    assert_eq!(actions, json!(["s3:GetObject", "s3:PutObject"]));
    assert!(resources.contains("s3_bucket.models") && resources.contains("/custom-models/*"), "{resources}");
}

#[test]
fn data_may_be_in_another_bucket() {
    let declarations = declared(&with(json!({ "data": "s3://shared/2026/" })));
    let job = inputs(&declarations, "bedrock_customization_job.expert");
    assert_eq!(job["training_data"], "s3://shared/2026/training_data/train.jsonl");
    assert_eq!(job["validation_data"], json!(["s3://shared/2026/training_data/validation.jsonl"]));
    let role = inputs(&declarations, "iam_role.customization")["inline_policies"].to_string();
    assert!(role.contains("arn:aws:s3:::shared/2026/training_data/train.jsonl"), "{role}");
    assert!(!role.contains("s3_bucket.training-data"), "{role}");
    let whole = inputs(&declared(&with(json!({ "data": "s3://shared" }))), "bedrock_customization_job.expert");
    assert_eq!(whole["training_data"], "s3://shared/training_data/train.jsonl");
}

#[test]
fn the_end_of_a_job_is_reported_by_a_rule_that_is_there_before_it() {
    let declarations = declared(&settings());
    let rule = inputs(&declarations, "events_rule.training-ended");
    let detail = &rule["pattern"]["detail"];
    assert_eq!(detail["jobStatus"], json!(["Completed", "Failed", "Stopped"]));
    assert!(detail["roleArn"].to_string().contains("iam_role.customization"), "{rule}");
    assert!(!rule.to_string().contains("bedrock_customization_job"), "the job is not known before its end: {rule}");
    assert!(rule["targets"].to_string().contains("sns_topic.alerts"), "{rule}");
    let job = &declarations.resources[&"bedrock_customization_job.expert".parse().unwrap()];
    assert!(job.depends_on.contains(&"events_rule.training-ended".parse().unwrap()));
    let topic = inputs(&declarations, "sns_topic.alerts")["policy"].to_string();
    assert!(topic.contains("events.amazonaws.com"), "{topic}");
}

#[test]
fn the_model_answers_on_demand_with_throughput_or_not_at_all() {
    let provisioned = declared(&with(json!({ "serving": { "provisioned": { "units": 2 } } })));
    assert_eq!(inputs(&provisioned, "bedrock_provisioned_throughput.expert")["units"], 2);
    assert_eq!(inputs(&provisioned, "cloudwatch_alarm.expert-latency")["quiet_while_paused"], true);
    let committed = with(json!({ "serving": { "provisioned": { "units": 1, "commitment": "one_month" } } }));
    let committed = declared(&committed);
    assert_eq!(inputs(&committed, "bedrock_provisioned_throughput.expert")["commitment"], "one_month");
    assert_eq!(inputs(&committed, "cloudwatch_alarm.expert-latency")["quiet_while_paused"], false);
    let kept = declared(&with(json!({ "serving": "none" })));
    assert!(!addresses(&kept).iter().any(|address| address.contains("deployment") || address.contains("expert-")));
    assert_eq!(kept.outputs.len(), 7, "what does not answer has no id");
}

#[test]
fn hyperparameters_have_the_names_and_the_bounds_of_aws() {
    let parameters = json!({ "epochs": 3, "learning_rate": "0.00002", "warmup_steps": 10, "batch_size": 8, "more": { "seed": "7" } });
    let job = inputs(&declared(&with(json!({ "hyper_parameters": parameters }))), "bedrock_customization_job.expert");
    let expected = json!({ "batchSize": "8", "epochCount": "3", "learningRate": "0.00002", "learningRateWarmupSteps": "10", "seed": "7" });
    assert_eq!(job["hyper_parameters"], expected);
    let wrong = json!({ "epochs": 6, "learning_rate": "0.001", "warmup_steps": 101, "batch_size": 8 });
    let nova = with(json!({ "base_model": "amazon.nova-lite-v1:0:300k", "hyper_parameters": wrong }));
    assert_eq!(
        refused(&nova),
        [
            "hyper_parameters.epochs",
            "hyper_parameters.learning_rate",
            "hyper_parameters.warmup_steps",
            "hyper_parameters.batch_size"
        ]
    );
    let unfit = with(json!({ "hyper_parameters": { "epochs": 0, "learning_rate": "fast" } }));
    assert_eq!(refused(&unfit), ["hyper_parameters.epochs", "hyper_parameters.learning_rate"]);
}

#[test]
fn places_that_are_none_are_refused() {
    let wrong = with(json!({
        "training_data": "s3://bucket/train.jsonl",
        "validation_data": ["/validation.jsonl"],
        "data": "bucket",
        "output_prefix": "custom-models",
    }));
    assert_eq!(refused(&wrong), ["training_data", "validation_data", "data", "output_prefix"]);
}

#[test]
fn a_key_of_the_customer_encrypts_data_and_model() {
    let key = "arn:aws:kms:us-east-1:123456789012:key/1234";
    let declarations = declared(&with(json!({ "kms_key": key })));
    for bucket in ["training-data", "models"] {
        assert_eq!(inputs(&declarations, &format!("s3_bucket.{bucket}"))["encryption"]["kms"]["key"], key);
    }
    assert_eq!(inputs(&declarations, "bedrock_customization_job.expert")["kms_key"], key);
    let role = inputs(&declarations, "iam_role.customization")["inline_policies"].to_string();
    assert!(role.contains("kms:CreateGrant") && role.contains(key), "{role}");
}

#[test]
fn every_name_of_an_environment_gives_a_role_that_aws_takes() {
    for environment in ["prod", "Team_A.Staging", &"long".repeat(20)] {
        assert!(finished(&settings(), scope(environment)).is_ok(), "{environment}");
    }
    let named = inputs(&declared(&with(json!({ "role_name": "BedrockCustomModelRole" }))), "iam_role.customization");
    assert_eq!(named["name"], "BedrockCustomModelRole");
}
