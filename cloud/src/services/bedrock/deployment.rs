//! Deployments of custom models, which answer on demand.

use serde_json::{Value, json};

use super::identifier::{arn, found, new_id, not_found, page, same_token};
use super::{model, tags};
use crate::clock::iso_seconds;
use crate::documents::CallContext;
use crate::durations::milliseconds;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// The table of deployments, by ARN.
const TABLE: &str = "Deployment";

/// CreateCustomModelDeployment. It has no ConflictException (service model), so a name that is taken is a validation error.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    if let Some(arn) = same_token(context, TABLE, input) {
        return Ok(json!({ "customModelDeploymentArn": arn }));
    }
    let name = text(input, "modelDeploymentName");
    if found(context, TABLE, "modelDeploymentName", name).is_some() {
        return Err(invalid(format!("A custom model deployment with the name {name} already exists.")));
    }
    let model = model::named(context, text(input, "modelArn"))?;
    model::check_active(context, &model)?;
    let tags = tags::given(input, "tags")?;
    let deployment = arn(context, &format!("custom-model-deployment/{}", new_id()));
    let ready_ms = context.now_ms.saturating_add(milliseconds(context.durations.bedrock_change));
    let record = json!({
        "Token": input["clientRequestToken"],
        "CreatedMs": context.now_ms,
        "ReadyMs": ready_ms,
        "modelDeploymentName": name,
        "modelArn": model,
        "description": input["description"],
    });
    context.own.put(TABLE, &deployment, record);
    tags::put(context, &deployment, tags);
    Ok(json!({ "customModelDeploymentArn": deployment }))
}

fn named(context: &CallContext<'_>, input: &Value) -> Result<String, Fault> {
    let identifier = text(input, "customModelDeploymentIdentifier");
    let named = found(context, TABLE, "modelDeploymentName", identifier);
    named.ok_or_else(|| not_found("the custom model deployment", identifier))
}

fn status(record: &Value, now_ms: i64) -> &'static str {
    if record["ReadyMs"].as_i64().is_some_and(|ready_ms| ready_ms <= now_ms) { "Active" } else { "Creating" }
}

/// Returns the model that a deployment answers with now, and its update, if there was one.
fn model_of(record: &Value, now_ms: i64) -> (Value, Value) {
    let model = &record["modelArn"];
    let Some(until_ms) = record["UpdateMs"].as_i64() else { return (model.clone(), Value::Null) };
    let is_over = until_ms <= now_ms;
    let update = json!({ "modelArn": model, "updateStatus": if is_over { "UpdateCompleted" } else { "Updating" } });
    (if is_over { model.clone() } else { record["OldModel"].clone() }, update)
}

/// GetCustomModelDeployment.
pub fn get(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let deployment = named(context, input)?;
    let record = context.own.get(TABLE, &deployment).cloned().unwrap_or_default();
    let (model, update) = model_of(&record, context.now_ms);
    Ok(json!({
        "customModelDeploymentArn": deployment,
        "modelDeploymentName": record["modelDeploymentName"],
        "modelArn": model,
        "createdAt": iso_seconds(record["CreatedMs"].as_i64().unwrap_or_default()),
        "status": status(&record, context.now_ms),
        "description": record["description"],
        "updateDetails": update,
    }))
}

/// ListCustomModelDeployments.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let summary = |(arn, record): (&str, &Value)| {
        let summary = json!({
            "customModelDeploymentArn": arn,
            "customModelDeploymentName": record["modelDeploymentName"],
            "modelArn": model_of(record, context.now_ms).0,
            "createdAt": iso_seconds(record["CreatedMs"].as_i64().unwrap_or_default()),
            "status": status(record, context.now_ms),
        });
        (text(record, "modelDeploymentName").to_owned(), summary)
    };
    let summaries = context.own.all(TABLE).map(summary).collect();
    page(input, "modelDeploymentSummaries", summaries, "status")
}

/// UpdateCustomModelDeployment: "updates a custom model deployment with a new custom model" (service model).
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let deployment = named(context, input)?;
    let model = model::named(context, text(input, "modelArn"))?;
    model::check_active(context, &model)?;
    let (now_ms, until_ms) =
        (context.now_ms, context.now_ms.saturating_add(milliseconds(context.durations.bedrock_change)));
    let Some(record) = context.own.get_mut(TABLE, &deployment) else {
        return Err(not_found("the custom model deployment", &deployment));
    };
    let (current, update) = model_of(record, now_ms);
    if status(record, now_ms) != "Active" || update["updateStatus"] == "Updating" {
        return Err(invalid(format!("The custom model deployment {deployment} has an operation in progress.")));
    }
    record["OldModel"] = current;
    record["modelArn"] = json!(model);
    record["UpdateMs"] = json!(until_ms);
    Ok(json!({ "customModelDeploymentArn": deployment }))
}

/// DeleteCustomModelDeployment.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let deployment = named(context, input)?;
    context.own.remove(TABLE, &deployment);
    context.own.remove("tags", &deployment);
    Ok(json!({}))
}
