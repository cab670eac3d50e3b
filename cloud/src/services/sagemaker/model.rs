//! Models.

use serde_json::{Map, Value, json};

use super::kind::MODEL;
use super::listing::{self, Item};
use super::{container, invalid, references, tags, text, time};
use crate::documents::World;
use crate::service::Fault;

/// CreateModel.
pub fn create(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let name = text(input, "ModelName");
    MODEL.check_free(world, name)?;
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
    references::check_role(world, &input["ExecutionRoleArn"])?;
    references::check_network(world, &input["VpcConfig"])?;
    let arn = MODEL.arn(world, name);
    tags::record(world, &arn, &input["Tags"])?;
    world.own.put(MODEL.table, name, kept(input, world.now_ms));
    Ok(json!({ "ModelArn": arn }))
}

/// What is remembered of a create call: all of it but the tags, and when it was.
pub fn kept(input: &Value, now_ms: i64) -> Value {
    let members = input.as_object().into_iter().flatten();
    let mut kept: Map<String, Value> = members
        .filter(|(member, value)| *member != "Tags" && !value.is_null())
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect();
    kept.insert("CreatedMs".to_owned(), json!(now_ms));
    Value::Object(kept)
}

/// What is echoed of a record: all of it, with the creation in AWS's form.
pub fn echoed(record: &Value) -> Value {
    let mut shown = record.clone();
    if let Some(members) = shown.as_object_mut() {
        let created = members.remove("CreatedMs").and_then(|ms| ms.as_i64()).unwrap_or_default();
        members.insert("CreationTime".to_owned(), time::seconds(created));
    }
    shown
}

/// DescribeModel.
pub fn describe(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let name = text(input, "ModelName");
    let mut shown = echoed(MODEL.find(world, name)?);
    shown["ModelArn"] = json!(MODEL.arn(world, name));
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
pub fn list(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let item = |(name, record): (&str, &Value)| {
        let created_ms = record["CreatedMs"].as_i64().unwrap_or_default();
        let arn = MODEL.arn(world, name);
        let summary = json!({ "ModelName": name, "ModelArn": arn, "CreationTime": time::seconds(created_ms) });
        Item { name: name.to_owned(), created_ms, modified_ms: created_ms, status: String::new(), summary }
    };
    listing::answer(input, "Models", world.own.all(MODEL.table).map(item).collect())
}

/// DeleteModel: accepted also while a configuration or an endpoint uses the model, as on AWS.
pub fn delete(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let name = text(input, "ModelName");
    MODEL.find(world, name)?;
    tags::forget(world, &MODEL.arn(world, name));
    world.own.remove(MODEL.table, name);
    Ok(json!({}))
}
