//! Custom models: the results of customization jobs.

use serde_json::{Value, json};

use super::identifier::{found, not_found, page};
use crate::clock::iso_seconds;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;

/// The table of custom models, by ARN.
pub const TABLE: &str = "Model";

/// Returns the ARN of the custom model that a call names.
pub fn named(context: &CallContext<'_>, identifier: &str) -> Result<String, Fault> {
    found(context, TABLE, "modelName", identifier).ok_or_else(|| not_found("the custom model", identifier))
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
