//! Customization jobs. A job cannot be deleted, changed or run again; its model is a resource of its own.

use serde_json::{Value, json};

use super::foundation::{self, Foundation};
use super::identifier::{arn, found, new_id, not_found, page, same_token};
use super::role::check_role;
use super::{model, tags};
use crate::clock::iso_seconds;
use crate::documents::{CallContext, HandlerFault};
use crate::durations::milliseconds;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// The table of jobs, by ARN.
const TABLE: &str = "Job";

/// The members of a job that come from the call that made it.
const GIVEN: [&str; 9] = [
    "jobName",
    "roleArn",
    "clientRequestToken",
    "hyperParameters",
    "trainingDataConfig",
    "validationDataConfig",
    "outputDataConfig",
    "vpcConfig",
    "customizationType",
];

/// CreateModelCustomizationJob.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    if let Some(arn) = same_token(context, TABLE, input) {
        return Ok(json!({ "jobArn": arn }));
    }
    let (name, base) = (text(input, "jobName"), text(input, "baseModelIdentifier"));
    if found(context, TABLE, "jobName", name).is_some() {
        return Err(Fault::new("ConflictException", format!("The job name {name} is already in use.")));
    }
    let base = Foundation::of(base, context.now_ms).ok_or_else(|| foundation::unknown(base))?;
    if !base.fine_tuned {
        return Err(invalid(format!("The model {} does not support the customization FINE_TUNING.", base.id)));
    }
    check_role(context, text(input, "roleArn"))?;
    let (job_tags, model_tags) = (tags::given(input, "jobTags")?, tags::given(input, "customModelTags")?);
    let job = arn(context, &format!("model-customization-job/{}/{}", base.id, new_id()));
    let ends_ms = context.now_ms.saturating_add(milliseconds(context.durations.customization));
    let mut record = json!({
        "Token": input["clientRequestToken"],
        "EndsMs": ends_ms,
        "CreatedMs": context.now_ms,
        "Fails": context.handler_fault == Some(HandlerFault::AfterCreation),
        "Base": base.id,
        "ModelTags": model_tags,
        "status": "InProgress",
        "baseModelArn": base.arn(context),
        "outputModelName": input["customModelName"],
        "outputModelKmsKeyArn": input["customModelKmsKeyId"],
    });
    for member in GIVEN {
        record[member] = input[member].clone();
    }
    if record["customizationType"].is_null() {
        record["customizationType"] = json!("FINE_TUNING");
    }
    context.own.put(TABLE, &job, record);
    tags::put(context, &job, job_tags);
    Ok(json!({ "jobArn": job }))
}

/// Brings jobs up to the instant of a call: one whose time has come ends, and leaves its model unless it fails.
pub fn settle(context: &mut CallContext<'_>) {
    let now_ms = context.now_ms;
    let due = |record: &Value| {
        matches!(text(record, "status"), "InProgress" | "Stopping")
            && record["EndsMs"].as_i64().is_some_and(|ends_ms| ends_ms <= now_ms)
    };
    let ended: Vec<(String, Value)> = context
        .own
        .all(TABLE)
        .filter(|(_, record)| due(record))
        .map(|(job, record)| (job.to_owned(), record.clone()))
        .collect();
    for (job, mut record) in ended {
        record["endTime"] = json!(iso_seconds(record["EndsMs"].as_i64().unwrap_or(now_ms)));
        record["status"] = match (text(&record, "status"), &record["Fails"]) {
            ("Stopping", _) => json!("Stopped"),
            (_, Value::Bool(true)) => {
                record["failureMessage"] = json!("The training data does not have the form of the base model.");
                json!("Failed")
            }
            _ => json!("Completed"),
        };
        if record["status"] == "Completed" {
            complete(context, &job, &mut record);
        }
        context.own.put(TABLE, job, record);
    }
}

/// Makes the model of a job that is completed.
fn complete(context: &mut CallContext<'_>, job: &str, record: &mut Value) {
    let model = arn(context, &format!("custom-model/{}/{}", text(record, "Base"), new_id()));
    record["outputModelArn"] = json!(model);
    record["trainingMetrics"] = json!({ "trainingLoss": 0.42 });
    if !record["validationDataConfig"].is_null() {
        record["validationMetrics"] = json!([{ "validationLoss": 0.51 }]);
    }
    let mut made = json!({
        "modelName": record["outputModelName"],
        "jobArn": job,
        "modelStatus": "Active",
        "modelKmsKeyArn": record["outputModelKmsKeyArn"],
        "CreatedMs": record["EndsMs"],
        "BaseName": record["Base"].as_str().and_then(|base| base.split(':').next()),
    });
    for member in
        ["jobName", "baseModelArn", "customizationType", "hyperParameters", "trainingDataConfig", "outputDataConfig"]
    {
        made[member] = record[member].clone();
    }
    made["trainingMetrics"] = record["trainingMetrics"].clone();
    context.own.put(model::TABLE, &model, made);
    tags::put(context, &model, record["ModelTags"].as_object().cloned().unwrap_or_default());
}

fn named(context: &CallContext<'_>, identifier: &str) -> Result<String, Fault> {
    found(context, TABLE, "jobName", identifier).ok_or_else(|| not_found("the model customization job", identifier))
}

/// GetModelCustomizationJob.
pub fn get(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let job = named(context, text(input, "jobIdentifier"))?;
    let record = context.own.get(TABLE, &job).cloned().unwrap_or_default();
    let created = json!(iso_seconds(record["CreatedMs"].as_i64().unwrap_or_default()));
    let training = match text(&record, "status") {
        "Completed" | "InProgress" | "Stopping" | "Stopped" => text(&record, "status"),
        _ => "Failed",
    };
    let mut shown = record.clone();
    shown["jobArn"] = json!(job);
    shown["creationTime"] = created;
    shown["statusDetails"] = json!({
        "validationDetails": { "status": "Completed" },
        "dataProcessingDetails": { "status": "Completed" },
        "trainingDetails": { "status": training },
    });
    if let Some(members) = shown.as_object_mut() {
        members.retain(|name, _| name.starts_with(|c: char| c.is_ascii_lowercase()));
    }
    Ok(shown)
}

/// ListModelCustomizationJobs.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut jobs: Vec<(i64, String, Value)> = context
        .own
        .all(TABLE)
        .map(|(job, record)| {
            let created = record["CreatedMs"].as_i64().unwrap_or_default();
            let summary = json!({
                "jobArn": job,
                "jobName": record["jobName"],
                "baseModelArn": record["baseModelArn"],
                "status": record["status"],
                "creationTime": iso_seconds(created),
                "endTime": record["endTime"],
                "customModelArn": record["outputModelArn"],
                "customModelName": record["outputModelName"],
                "customizationType": record["customizationType"],
            });
            (created, text(record, "jobName").to_owned(), summary)
        })
        .collect();
    jobs.sort_by_key(|(created, ..)| std::cmp::Reverse(*created));
    let summaries = jobs.into_iter().map(|(_, name, summary)| (name, summary)).collect();
    page(input, "modelCustomizationJobSummaries", summaries, "status")
}

/// StopModelCustomizationJob: a job that has ended cannot be stopped (ConflictException of the service model).
pub fn stop(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let job = named(context, text(input, "jobIdentifier"))?;
    let stopped_ms = context.now_ms.saturating_add(milliseconds(context.durations.bedrock_change));
    let Some(record) = context.own.get_mut(TABLE, &job) else { return Err(not_found("the job", &job)) };
    match text(record, "status") {
        "InProgress" => {
            record["status"] = json!("Stopping");
            record["EndsMs"] = json!(stopped_ms);
        }
        "Stopping" => {}
        status => {
            let message = format!("The job {job} cannot be stopped, because its status is {status}.");
            return Err(Fault::new("ConflictException", message));
        }
    }
    Ok(json!({}))
}
