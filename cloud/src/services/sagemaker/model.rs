//! Models.

use serde_json::{Map, Value, json};

use super::kind::MODEL;
use super::listing::{self, Item};
use super::{container, references, tags};
use crate::clock;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// CreateModel.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "ModelName");
    MODEL.check_free(context, name)?;
    let containers = container::all(input);
    if containers.is_empty() {
        return Err(invalid("You must provide either PrimaryContainer or Containers."));
    }
    if !input["PrimaryContainer"].is_null() && !input["Containers"].is_null() {
        return Err(invalid("You cannot provide both PrimaryContainer and Containers."));
    }
    for container in &containers {
        container::check(container, input)?;
    }
    container::check_together(&containers, input)?;
    references::check_model_role(context, input, &containers)?;
    references::check_network(context, &input["VpcConfig"])?;
    for container in &containers {
        references::check_artifact(context, container)?;
    }
    let arn = MODEL.arn(context, name);
    tags::record(context, &arn, &input["Tags"])?;
    context.own.put(MODEL.table, name, kept(input, context.now_ms));
    Ok(json!({ "ModelArn": arn }))
}

/// Returns the record of a create call: its members without the tags, and its instant.
pub fn kept(input: &Value, now_ms: i64) -> Value {
    let members = input.as_object().into_iter().flatten();
    let mut kept: Map<String, Value> = members
        .filter(|(member, value)| *member != "Tags" && !value.is_null())
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect();
    kept.insert("CreatedMs".to_owned(), json!(now_ms));
    Value::Object(kept)
}

/// Returns a record as a description has it, with the creation in AWS's form.
pub fn echoed(record: &Value) -> Value {
    let mut shown = record.clone();
    if let Some(members) = shown.as_object_mut() {
        let created = members.remove("CreatedMs").and_then(|ms| ms.as_i64()).unwrap_or_default();
        members.insert("CreationTime".to_owned(), clock::seconds(created));
    }
    shown
}

/// DescribeModel.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "ModelName");
    let mut shown = echoed(MODEL.find(context, name)?);
    shown["ModelArn"] = json!(MODEL.arn(context, name));
    if shown["EnableNetworkIsolation"].is_null() {
        shown["EnableNetworkIsolation"] = json!(false);
    }
    if let Some(primary) = shown.get_mut("PrimaryContainer") {
        container::fill_in(primary);
    }
    for container in shown.get_mut("Containers").and_then(Value::as_array_mut).into_iter().flatten() {
        container::fill_in(container);
    }
    Ok(shown)
}

/// ListModels.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let item = |(name, record): (&str, &Value)| {
        let created_ms = record["CreatedMs"].as_i64().unwrap_or_default();
        let arn = MODEL.arn(context, name);
        let summary = json!({ "ModelName": name, "ModelArn": arn, "CreationTime": clock::seconds(created_ms) });
        Item { name: name.to_owned(), created_ms, modified_ms: created_ms, status: String::new(), summary }
    };
    listing::respond(input, "Models", context.own.all(MODEL.table).map(item).collect())
}

/// DeleteModel: accepted also while a configuration or an endpoint uses the model, as on AWS.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "ModelName");
    MODEL.find(context, name)?;
    tags::forget(context, &MODEL.arn(context, name));
    context.own.remove(MODEL.table, name);
    Ok(json!({}))
}
