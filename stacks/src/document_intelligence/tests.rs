use std::collections::BTreeMap;

use ebbtide::resource::Scope;
use ebbtide::stack::{Declarations, Problem, Stack};
use serde_json::{Value, json};

use super::*;

fn finished(settings: &Value) -> Result<Declarations, Vec<Problem>> {
    let scope = Scope {
        environment: "test".into(),
        stack: "document_intelligence".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
    };
    let settings: Settings = serde_json::from_value(settings.clone()).unwrap();
    let mut stack = Stack::new(scope, BTreeMap::new());
    declare(&mut stack, &settings);
    stack.finish()
}

pub(super) fn settings() -> Value {
    json!({
        "classifier": { "image": "1.dkr.ecr.eu-west-1.amazonaws.com/classifier:1", "model": "s3://models/classifier.tar.gz" },
        "language": { "model": "amazon.nova-2-lite-v1:0" },
    })
}

pub(super) fn with(changes: Value) -> Value {
    let mut settings = settings();
    for (table, values) in changes.as_object().unwrap() {
        match (settings.get_mut(table).and_then(Value::as_object_mut), values.as_object()) {
            (Some(known), Some(values)) => known.extend(values.clone()),
            _ => settings[table] = values.clone(),
        }
    }
    settings
}

pub(super) fn declared(settings: &Value) -> Declarations {
    finished(settings).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn inputs(declarations: &Declarations, address: &str) -> Value {
    declarations.resources[&address.parse().unwrap()].inputs.clone()
}

fn names(declarations: &Declarations, kind: &str) -> Vec<String> {
    let of_kind = declarations.resources.keys().filter(|address| address.kind() == kind);
    of_kind.map(|address| address.name().to_owned()).collect()
}

#[test]
fn what_nobody_else_can_know_is_asked_for() {
    let problems = finished(&json!({})).unwrap_err();
    let fields: Vec<_> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    assert_eq!(fields, ["classifier.image", "classifier.model", "language.model"]);
}

#[test]
fn the_guardrail_is_that_of_the_plan_in_words_that_aws_takes() {
    let guardrail = inputs(&declared(&settings()), "bedrock_guardrail.documents");
    let topics: Vec<_> = guardrail["topics"]["topics"].as_array().unwrap().iter().map(|topic| &topic["name"]).collect();
    assert_eq!(topics, ["Legal Advice", "Financial Advice"]);
    let text = guardrail.to_string();
    for part in ["us_social_security_number", "credit_debit_card_number", "prompt_attack", "violence"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn requests_go_to_the_classifier_until_a_roll_out_says_otherwise() {
    let declarations = declared(&settings());
    let stage = inputs(&declarations, "apigateway_stage.live");
    assert_eq!(stage["canary"]["percent"], 0.0);
    assert!(stage["variables"]["workflow"].to_string().contains("stepfunctions_state_machine.classify"), "{stage}");
    assert!(stage["canary"]["variables"]["workflow"].to_string().contains("stepfunctions_state_machine.understand"));
    for alarm in ["accuracy", "hallucination", "latency-p95", "cost-per-document", "accuracy-drop", "unavailable"] {
        let alarm = inputs(&declarations, &format!("cloudwatch_alarm.{alarm}"));
        assert_eq!(alarm["missing_data"], "missing", "an alarm without data proves nothing");
    }
}

#[test]
fn alarms_have_data_at_seven_documents_an_hour() {
    let declarations = declared(&settings());
    let hours = |name: &str| {
        let alarm = inputs(&declarations, &format!("cloudwatch_alarm.{name}"));
        let periods = alarm["evaluation_periods"].as_u64().unwrap();
        assert!(alarm["datapoints_to_alarm"].as_u64().unwrap() < periods, "{name}: a gap of one period is one of data");
        alarm["period_seconds"].as_u64().unwrap() * periods / 3600
    };
    for gate in ["accuracy", "hallucination", "cost-per-document", "accuracy-drop", "hallucination-high"] {
        assert_eq!(hours(gate), 6, "{gate}");
    }
    assert_eq!((hours("latency-p95"), hours("unavailable")), (24, 1), "a night without documents is no gap");
    // Five failures in five minutes would take sixty documents an hour.
    let unavailable = inputs(&declarations, "cloudwatch_alarm.unavailable")["watch"].to_string();
    assert!(unavailable.contains("/ started"), "{unavailable}");
}

#[test]
fn the_language_model_is_the_only_side_when_the_settings_say_so() {
    let declarations = declared(&with(json!({ "api": { "side": "language" } })));
    let stage = inputs(&declarations, "apigateway_stage.live");
    assert!(stage["canary"].is_null(), "{stage}");
    assert!(stage["variables"]["workflow"].to_string().contains("stepfunctions_state_machine.understand"), "{stage}");
}

#[test]
fn drift_is_found_against_a_baseline() {
    let image = "1.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer";
    let baseline =
        json!({ "constraints": "s3://models/constraints.json", "statistics": "s3://models/statistics.json" });
    let declarations =
        declared(&with(json!({ "classifier": { "monitor_image": image, "baseline": baseline.clone() } })));
    let definition = inputs(&declarations, "sagemaker_data_quality_job_definition.classifier");
    assert_eq!(definition["constraints"], "s3://models/constraints.json");
    assert_eq!(definition["statistics"], "s3://models/statistics.json");
    let role = inputs(&declarations, "iam_role.classifier").to_string();
    assert!(role.contains("arn:aws:s3:::models/statistics.json"), "{role}");

    let fields = |classifier: Value| -> Vec<String> {
        let problems = finished(&with(json!({ "classifier": classifier }))).unwrap_err();
        problems.into_iter().filter_map(|problem| problem.field).collect()
    };
    assert_eq!(fields(json!({ "baseline": baseline })), ["classifier.baseline"]);
    let file = json!({ "constraints": "constraints.json" });
    assert_eq!(fields(json!({ "monitor_image": image, "baseline": file })), ["constraints"]);
}

#[test]
fn a_monitor_needs_its_image() {
    assert!(names(&declared(&settings()), "sagemaker_monitoring_schedule").is_empty());
    let image = "1.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer";
    let declarations = declared(&with(json!({ "classifier": { "monitor_image": image } })));
    assert_eq!(names(&declarations, "sagemaker_monitoring_schedule"), ["classifier"]);
    let drift = inputs(&declarations, "events_rule.drift").to_string();
    assert!(drift.contains("CompletedWithViolations") && drift.contains("sqs_queue.retraining"), "{drift}");
    // EventBridge reaches a queue by the queue's own policy alone.
    let policy = inputs(&declarations, "sqs_queue_policy.retraining");
    assert!(policy["queue"].to_string().contains("sqs_queue.retraining"), "{policy}");
    let statement = &policy["policy"]["Statement"][0];
    assert_eq!(statement["Principal"], json!({ "Service": "events.amazonaws.com" }));
    assert_eq!(statement["Action"], "sqs:SendMessage");
    assert!(statement["Resource"].to_string().contains("sqs_queue.retraining"), "{policy}");
    assert!(statement["Condition"]["ArnEquals"]["aws:SourceArn"].to_string().contains("events_rule.drift"), "{policy}");
}

#[test]
fn a_retriever_looks_up_similar_documents() {
    let without = inputs(&declared(&settings()), "stepfunctions_state_machine.understand");
    assert!(without["definition"]["States"].get("Retrieve").is_none());
    assert!(names(&declared(&settings()), "opensearchserverless_access_policy").is_empty());
    let code =
        json!({ "bucket": "code", "key": "retriever-1.zip", "handler": "main.handler", "runtime": "python3.13" });
    let declarations = declared(&with(json!({ "language": { "retriever": code } })));
    let definition = inputs(&declarations, "stepfunctions_state_machine.understand")["definition"].clone();
    assert_eq!(definition["States"]["Prompt"]["Next"], "Retrieve");
    assert_eq!(names(&declarations, "lambda_function"), ["retriever"]);
    assert_eq!(names(&declarations, "opensearchserverless_access_policy"), ["documents"]);
}

#[test]
fn the_index_is_made_by_those_who_may() {
    assert!(names(&declared(&settings()), "opensearchserverless_index").is_empty());
    let deployer = json!({ "deployer": "arn:aws:iam::123456789012:role/deploy", "dimension": 512 });
    let declarations = declared(&with(json!({ "vectors": deployer })));
    assert_eq!(inputs(&declarations, "opensearchserverless_index.chunks")["vectors"]["embedding"]["dimension"], 512);
}

#[test]
fn every_name_of_an_environment_gives_a_collection_that_aws_takes() {
    for environment in ["prod", "Team_A.Staging", &"long".repeat(20)] {
        let scope = Scope {
            environment: environment.to_owned(),
            stack: "document_intelligence".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let mut stack = Stack::new(scope, BTreeMap::new());
        declare(&mut stack, &serde_json::from_value(settings()).unwrap());
        assert!(stack.finish().is_ok(), "{environment}");
    }
}

#[test]
fn a_domain_may_be_the_vector_store() {
    let code =
        json!({ "bucket": "code", "key": "retriever-1.zip", "handler": "main.handler", "runtime": "python3.13" });
    let declarations =
        declared(&with(json!({ "vectors": { "domain": { "volume_gb": 50 } }, "language": { "retriever": code } })));
    let domain = inputs(&declarations, "opensearch_domain.documents");
    assert_eq!(domain["instance_type"], "r6g.large.search");
    assert_eq!((&domain["instance_count"], &domain["zone_awareness"]), (&json!(2), &json!(true)));
    assert!(domain["access_policy"].to_string().contains("iam_role.retriever"), "{domain}");
    assert!(names(&declarations, "opensearchserverless_collection").is_empty());
    let environment = inputs(&declarations, "lambda_function.retriever")["environment"].to_string();
    assert!(environment.contains("opensearch_domain.documents"), "{environment}");
}

#[test]
fn what_is_kept_of_documents_is_encrypted_with_the_key() {
    let declarations = declared(&settings());
    for bucket in ["documents", "prompts", "learning"] {
        let encryption = inputs(&declarations, &format!("s3_bucket.{bucket}"))["encryption"].to_string();
        assert!(encryption.contains("kms_key.documents"), "{bucket}: {encryption}");
    }
    let table = inputs(&declarations, "dynamodb_table.comparison")["encryption"].to_string();
    assert!(table.contains("kms_key.documents"), "{table}");
    assert!(inputs(&declarations, "cloudtrail_trail.audit")["kms_key"].to_string().contains("kms_key.documents"));
    for role in ["classifier", "workflows"] {
        let role = inputs(&declarations, &format!("iam_role.{role}")).to_string();
        assert!(role.contains("kms:Decrypt") && role.contains("kms_key.documents"), "{role}");
    }
}
