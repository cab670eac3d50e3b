//! Provisioned throughput: units of a model, billed by the hour.

use serde_json::{Value, json};

use super::foundation::{self, Foundation};
use super::identifier::{arn, found, new_id, not_found, page, same_token};
use super::{model, tags};
use crate::clock::iso_seconds;
use crate::documents::CallContext;
use crate::durations::milliseconds;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// The table of throughputs, by ARN.
const TABLE: &str = "Throughput";

const DAY_MS: i64 = 24 * 3600 * 1000;

/// Returns the ARN of the model that a call names, a custom or a foundation model.
fn model_named(context: &CallContext<'_>, identifier: &str) -> Result<String, Fault> {
    if let Ok(custom) = model::named(context, identifier) {
        return Ok(custom);
    }
    let foundation = Foundation::of(identifier, context.now_ms).ok_or_else(|| foundation::unknown(identifier))?;
    Ok(foundation.arn(context))
}

/// Returns the ARN of the foundation model that a model is, or is made of.
fn foundation_of(context: &CallContext<'_>, model: &str) -> Value {
    match context.own.get(model::TABLE, model) {
        Some(custom) => custom["baseModelArn"].clone(),
        None => json!(model),
    }
}

/// CreateProvisionedModelThroughput. It has no ConflictException (service model), so a name that is taken is a validation error.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    if let Some(arn) = same_token(context, TABLE, input) {
        return Ok(json!({ "provisionedModelArn": arn }));
    }
    let name = text(input, "provisionedModelName");
    if found(context, TABLE, "provisionedModelName", name).is_some() {
        return Err(invalid(format!("A provisioned model with the name {name} already exists.")));
    }
    let model = model_named(context, text(input, "modelId"))?;
    let tags = tags::given(input, "tags")?;
    // "OneMonth" and "SixMonths" (service model); AWS does not say how many days these are.
    let days = match input["commitmentDuration"].as_str() {
        Some("OneMonth") => Some(30),
        Some("SixMonths") => Some(180),
        _ => None,
    };
    let throughput = arn(context, &format!("provisioned-model/{}", new_id()));
    let record = json!({
        "Token": input["clientRequestToken"],
        "CreatedMs": context.now_ms,
        "ReadyMs": context.now_ms.saturating_add(milliseconds(context.durations.bedrock_change)),
        "CommittedMs": days.map(|days: i64| context.now_ms + days * DAY_MS),
        "provisionedModelName": name,
        "modelUnits": input["modelUnits"],
        "desiredModelArn": model,
        "Foundation": foundation_of(context, &model),
        "commitmentDuration": input["commitmentDuration"],
    });
    context.own.put(TABLE, &throughput, record);
    tags::put(context, &throughput, tags);
    Ok(json!({ "provisionedModelArn": throughput }))
}

fn named(context: &CallContext<'_>, input: &Value) -> Result<String, Fault> {
    let identifier = text(input, "provisionedModelId");
    let named = found(context, TABLE, "provisionedModelName", identifier);
    named.ok_or_else(|| not_found("the provisioned model", identifier))
}

/// Returns the throughput as calls show it.
fn shown(arn: &str, record: &Value, now_ms: i64) -> Value {
    let is_ready = record["ReadyMs"].as_i64().is_some_and(|ready_ms| ready_ms <= now_ms);
    let status = match (is_ready, record["Updated"] == true) {
        (true, _) => "InService",
        (false, true) => "Updating",
        (false, false) => "Creating",
    };
    let is_updating = !is_ready && record["Updated"] == true;
    let model = if is_updating { &record["OldModel"] } else { &record["desiredModelArn"] };
    json!({
        "provisionedModelArn": arn,
        "provisionedModelName": record["provisionedModelName"],
        "modelUnits": record["modelUnits"],
        "desiredModelUnits": record["modelUnits"],
        "modelArn": model,
        "desiredModelArn": record["desiredModelArn"],
        "foundationModelArn": record["Foundation"],
        "status": status,
        "creationTime": iso_seconds(record["CreatedMs"].as_i64().unwrap_or_default()),
        "lastModifiedTime": iso_seconds(record["CreatedMs"].as_i64().unwrap_or_default()),
        "commitmentDuration": record["commitmentDuration"],
        "commitmentExpirationTime": record["CommittedMs"].as_i64().map(iso_seconds),
    })
}

/// GetProvisionedModelThroughput.
pub fn get(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let throughput = named(context, input)?;
    let record = context.own.get(TABLE, &throughput).cloned().unwrap_or_default();
    Ok(shown(&throughput, &record, context.now_ms))
}

/// ListProvisionedModelThroughputs.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let summary = |(arn, record): (&str, &Value)| {
        (text(record, "provisionedModelName").to_owned(), shown(arn, record, context.now_ms))
    };
    let summaries = context.own.all(TABLE).map(summary).collect();
    page(input, "provisionedModelSummaries", summaries, "status")
}

/// UpdateProvisionedModelThroughput: another name, or another model.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let throughput = named(context, input)?;
    let model = input["desiredModelId"].as_str().map(|model| model_named(context, model)).transpose()?;
    let foundation = model.as_deref().map(|model| foundation_of(context, model));
    let (now_ms, until_ms) =
        (context.now_ms, context.now_ms.saturating_add(milliseconds(context.durations.bedrock_change)));
    let Some(record) = context.own.get_mut(TABLE, &throughput) else {
        return Err(not_found("the provisioned model", &throughput));
    };
    if shown(&throughput, record, now_ms)["status"] != "InService" {
        return Err(invalid(format!("The provisioned model {throughput} has an operation in progress.")));
    }
    if let Some(name) = input["desiredProvisionedModelName"].as_str() {
        record["provisionedModelName"] = json!(name);
    }
    if let Some(model) = model {
        record["OldModel"] = record["desiredModelArn"].clone();
        record["desiredModelArn"] = json!(model);
        record["Foundation"] = foundation.unwrap_or_default();
        record["ReadyMs"] = json!(until_ms);
        record["Updated"] = json!(true);
    }
    Ok(json!({}))
}

/// DeleteProvisionedModelThroughput: "You can't delete a Provisioned Throughput before the commitment term is over" (service model).
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let throughput = named(context, input)?;
    let record = context.own.get(TABLE, &throughput).cloned().unwrap_or_default();
    if record["CommittedMs"].as_i64().is_some_and(|until_ms| context.now_ms < until_ms) {
        let message =
            format!("The provisioned model {throughput} cannot be deleted before its commitment term is over.");
        return Err(invalid(message));
    }
    if shown(&throughput, &record, context.now_ms)["status"] != "InService" {
        return Err(Fault::new(
            "ConflictException",
            format!("The provisioned model {throughput} has an operation under way."),
        ));
    }
    context.own.remove(TABLE, &throughput);
    context.own.remove("tags", &throughput);
    Ok(json!({}))
}
