//! Pipelines. Their executions are work and no resources; this cloud starts none.

use serde_json::{Value, json};

use super::kind::PIPELINE;
use super::listing::{self, Item};
use super::{model, references, tags};
use crate::clock;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::s3_objects;

/// CreatePipeline. The token of a call that succeeded gives the same pipeline again: "An idempotent operation completes no more
/// than one time" (service model).
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, PIPELINE.name_field);
    let arn = PIPELINE.arn(context, name);
    if context
        .own
        .get(PIPELINE.table, name)
        .is_some_and(|known| known["ClientRequestToken"] == input["ClientRequestToken"])
    {
        return Ok(json!({ "PipelineArn": arn }));
    }
    PIPELINE.check_free(context, name)?;
    if input["PipelineDefinition"].is_null() == input["PipelineDefinitionS3Location"].is_null() {
        return Err(invalid("Exactly one of PipelineDefinition and PipelineDefinitionS3Location must be given."));
    }
    let mut record = model::kept(input, context.now_ms);
    take_definition(input, &mut record, context)?;
    references::check_role(context, &input["RoleArn"])?;
    if record["PipelineDisplayName"].is_null() {
        record["PipelineDisplayName"] = json!(name);
    }
    record["ModifiedMs"] = json!(context.now_ms);
    tags::record(context, &arn, &input["Tags"])?;
    context.own.put(PIPELINE.table, name, record);
    Ok(json!({ "PipelineArn": arn }))
}

/// Checks the definition of an input, if it has one, and keeps it. "SageMaker will retrieve the pipeline definition from this
/// location" (service model): of an object in S3 this cloud checks that it exists, and keeps a stand-in that names it.
fn take_definition(input: &Value, record: &mut Value, context: &CallContext<'_>) -> Result<(), Fault> {
    if let Some(definition) = input["PipelineDefinition"].as_str() {
        let parsed: Value = serde_json::from_str(definition).unwrap_or_default();
        if !parsed.is_object() {
            return Err(invalid("Unable to parse pipeline definition. Invalid JSON."));
        }
        record["PipelineDefinition"] = json!(definition);
    }
    let location = &input["PipelineDefinitionS3Location"];
    if !location.is_null() {
        let (bucket, key) = (text(location, "Bucket"), text(location, "ObjectKey"));
        if !s3_objects::has_object(&context.other("s3"), bucket, key) {
            return Err(invalid(format!("Could not retrieve the pipeline definition from s3://{bucket}/{key}.")));
        }
        record["PipelineDefinition"] = json!(json!({ "EmbeddedCloudDefinitionFrom": location }).to_string());
    }
    Ok(())
}

/// DescribePipeline.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = PIPELINE.named(context, input);
    let mut shown = model::echoed(PIPELINE.find(context, &name)?);
    let modified_ms = shown["ModifiedMs"].as_i64().unwrap_or_default();
    if let Some(members) = shown.as_object_mut() {
        for kept in ["ModifiedMs", "ClientRequestToken", "PipelineDefinitionS3Location"] {
            members.remove(kept);
        }
    }
    shown["PipelineArn"] = json!(PIPELINE.arn(context, &name));
    shown["PipelineStatus"] = json!("Active");
    shown["LastModifiedTime"] = clock::seconds(modified_ms);
    Ok(shown)
}

/// ListPipelines.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let item = |(name, record): (&str, &Value)| {
        let created_ms = record["CreatedMs"].as_i64().unwrap_or_default();
        let modified_ms = record["ModifiedMs"].as_i64().unwrap_or_default();
        let summary = json!({
            "PipelineName": name,
            "PipelineArn": PIPELINE.arn(context, name),
            "PipelineDisplayName": record["PipelineDisplayName"],
            "RoleArn": record["RoleArn"],
            "CreationTime": clock::seconds(created_ms),
            "LastModifiedTime": clock::seconds(modified_ms),
        });
        Item { name: name.to_owned(), created_ms, modified_ms, status: String::new(), summary }
    };
    let asked = |name: &str| name.starts_with(text(input, "PipelineNamePrefix"));
    let pipelines = context.own.all(PIPELINE.table).filter(|(name, _)| asked(name)).map(item).collect();
    listing::respond(input, "PipelineSummaries", pipelines)
}

/// UpdatePipeline: members that are not given stay.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, PIPELINE.name_field);
    let mut record = PIPELINE.find(context, name)?.clone();
    if !input["PipelineDefinition"].is_null() && !input["PipelineDefinitionS3Location"].is_null() {
        return Err(invalid("Only one of PipelineDefinition and PipelineDefinitionS3Location can be given."));
    }
    references::check_role(context, &input["RoleArn"])?;
    for member in ["PipelineDisplayName", "PipelineDescription", "RoleArn", "ParallelismConfiguration"] {
        if !input[member].is_null() {
            record[member] = input[member].clone();
        }
    }
    take_definition(input, &mut record, context)?;
    record["ModifiedMs"] = json!(context.now_ms);
    context.own.put(PIPELINE.table, name, record);
    Ok(json!({ "PipelineArn": PIPELINE.arn(context, name) }))
}

/// DeletePipeline: at once, since no execution runs here. "Deletes a pipeline if there are no running instances of the pipeline"
/// (service model).
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, PIPELINE.name_field);
    PIPELINE.find(context, name)?;
    let arn = PIPELINE.arn(context, name);
    tags::forget(context, &arn);
    context.own.remove(PIPELINE.table, name);
    Ok(json!({ "PipelineArn": arn }))
}
