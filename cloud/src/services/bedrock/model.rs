//! Custom models: the results of customization jobs, and those that were trained elsewhere.

use serde_json::{Value, json};

use super::identifier::{arn, found, new_id, not_found, page, same_token};
use super::role::check_role;
use super::tags;
use crate::clock::iso_seconds;
use crate::documents::{CallContext, HandlerFault};
use crate::durations::milliseconds;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::s3_objects;

/// The table of custom models, by ARN.
pub const TABLE: &str = "Model";

/// Returns the ARN of the custom model that a call names.
pub fn named(context: &CallContext<'_>, identifier: &str) -> Result<String, Fault> {
    found(context, TABLE, "modelName", identifier).ok_or_else(|| not_found("the custom model", identifier))
}

/// CreateCustomModel. "You can specify either customModelDataSource or modelSourceConfig, but not both" (service model); the embedded
/// cloud has the second. Artifacts are looked for where their bucket is one of the account's, which that of SageMaker is not.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    if let Some(arn) = same_token(context, TABLE, input) {
        return Ok(json!({ "modelArn": arn }));
    }
    let name = text(input, "modelName");
    if found(context, TABLE, "modelName", name).is_some() {
        return Err(Fault::new("ConflictException", format!("The model name {name} is already in use.")));
    }
    let source = text(&input["modelSourceConfig"]["s3DataSource"], "s3Uri");
    if source.is_empty() {
        return Err(invalid("The embedded cloud makes custom models of modelSourceConfig.s3DataSource alone"));
    }
    let role = input["roleArn"].as_str().ok_or_else(|| invalid("roleArn is required with modelSourceConfig"))?;
    check_role(context, role)?;
    let tags = tags::given(input, "modelTags")?;
    let model = arn(context, &format!("custom-model/imported/{}", new_id()));
    let record = json!({
        "Token": input["clientRequestToken"],
        "CreatedMs": context.now_ms,
        "ReadyMs": context.now_ms.saturating_add(milliseconds(context.durations.bedrock_change)),
        "Fails": lacks_artifacts(context, source) || context.handler_fault == Some(HandlerFault::AfterCreation),
        "modelName": name,
        "modelStatus": "Creating",
        "modelKmsKeyArn": input["modelKmsKeyArn"],
        "customizationType": "IMPORTED",
    });
    context.own.put(TABLE, &model, record);
    tags::put(context, &model, tags);
    Ok(json!({ "modelArn": model }))
}

fn lacks_artifacts(context: &CallContext<'_>, source: &str) -> bool {
    let storage = context.other("s3");
    let place = source.strip_prefix("s3://").unwrap_or(source);
    let (bucket, key) = place.split_once('/').unwrap_or((place, ""));
    storage.get("buckets", bucket).is_some() && !s3_objects::has_object(&storage, bucket, key)
}

/// Brings models up to the instant of a call: one whose time has come is active, or has failed.
pub fn settle(context: &mut CallContext<'_>) {
    let now_ms = context.now_ms;
    let is_due = |record: &Value| {
        record["modelStatus"] == "Creating" && record["ReadyMs"].as_i64().is_some_and(|ready_ms| ready_ms <= now_ms)
    };
    let due: Vec<(String, Value)> = context
        .own
        .all(TABLE)
        .filter(|(_, record)| is_due(record))
        .map(|(model, record)| (model.to_owned(), record.clone()))
        .collect();
    for (model, mut record) in due {
        record["modelStatus"] = json!("Active");
        if record["Fails"] == true {
            record["modelStatus"] = json!("Failed");
            record["failureMessage"] = json!("The model artifacts cannot be read.");
        }
        context.own.put(TABLE, model, record);
    }
}

/// Checks that a model can be used: it "must be in the Active state" (CreateCustomModelDeployment).
pub fn check_active(context: &CallContext<'_>, model: &str) -> Result<(), Fault> {
    match context.own.get(TABLE, model) {
        Some(record) if record["modelStatus"] != "Active" => {
            Err(invalid(format!("The custom model {model} is not in the Active state.")))
        }
        _ => Ok(()),
    }
}

/// GetCustomModel.
pub fn get(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = named(context, text(input, "modelIdentifier"))?;
    let record = context.own.get(TABLE, &arn).cloned().unwrap_or_default();
    Ok(shown(&arn, &record))
}

fn shown(arn: &str, record: &Value) -> Value {
    let mut shown = record.clone();
    shown["modelArn"] = json!(arn);
    shown["creationTime"] = json!(iso_seconds(record["CreatedMs"].as_i64().unwrap_or_default()));
    if let Some(members) = shown.as_object_mut() {
        members.retain(|name, _| name.starts_with(|c: char| c.is_ascii_lowercase()));
    }
    shown
}

/// ListCustomModels.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut models: Vec<(i64, String, Value)> = context
        .own
        .all(TABLE)
        .map(|(arn, record)| {
            let summary = json!({
                "modelArn": arn,
                "modelName": record["modelName"],
                "creationTime": iso_seconds(record["CreatedMs"].as_i64().unwrap_or_default()),
                "baseModelArn": record["baseModelArn"],
                "baseModelName": record["BaseName"],
                "customizationType": record["customizationType"],
                "ownerAccountId": context.account,
                "modelStatus": record["modelStatus"],
            });
            (record["CreatedMs"].as_i64().unwrap_or_default(), text(record, "modelName").to_owned(), summary)
        })
        .collect();
    models.sort_by_key(|(created, ..)| std::cmp::Reverse(*created));
    let summaries = models.into_iter().map(|(_, name, summary)| (name, summary)).collect();
    page(input, "modelSummaries", summaries, "modelStatus")
}

/// DeleteCustomModel: refused while a deployment or provisioned throughput uses the model (ConflictException of the service model).
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = named(context, text(input, "modelIdentifier"))?;
    let uses = |record: &Value| ["modelArn", "desiredModelArn"].iter().any(|member| record[*member] == arn.as_str());
    let users = ["Deployment", "Throughput"].into_iter().flat_map(|table| context.own.all(table));
    let user = users.filter(|(_, record)| uses(record)).map(|(user, _)| user.to_owned()).next();
    if let Some(user) = user {
        let message = format!("The custom model {arn} is in use by {user}.");
        return Err(Fault::new("ConflictException", message));
    }
    context.own.remove(TABLE, &arn);
    context.own.remove("tags", &arn);
    Ok(json!({}))
}
