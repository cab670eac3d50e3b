//! Numbered versions of a resource, which are snapshots: their numbers are never given twice.

use serde_json::{Value, json};

use super::failure::Failure;
use super::known;
use super::resource::Resource;
use crate::documents::CallContext;
use crate::service::Fault;

/// The table of counters.
const TABLE: &str = "Version";

/// The types whose resources are numbered versions of the resource to which their first reference refers.
const NUMBERED: [&str; 4] = [
    "AWS::Lambda::Version",
    "AWS::Bedrock::GuardrailVersion",
    "AWS::Bedrock::PromptVersion",
    "AWS::StepFunctions::StateMachineVersion",
];

/// Returns the number of the next version that a desired state asks for.
pub fn next(type_name: &str, desired: &Value, context: &CallContext<'_>) -> Result<u64, Fault> {
    let Some(parent) = parent(type_name, desired, context)? else { return Ok(1) };
    let counter = context.own.get(TABLE, &key(type_name, &parent));
    Ok(counter.and_then(|counter| counter["number"].as_u64()).unwrap_or_default() + 1)
}

/// Notes that a number is given.
pub fn note(type_name: &str, desired: &Value, number: u64, context: &mut CallContext<'_>) -> Result<(), Fault> {
    if let Some(parent) = parent(type_name, desired, context)? {
        let counter = json!({ "number": number, "updates": parent.updates });
        context.own.put(TABLE, key(type_name, &parent), counter);
    }
    Ok(())
}

/// Returns the failure for a version of a function that has not changed since the last one, in Lambda's words (serverless#8392).
pub fn unchanged(desired: &Value, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let type_name = NUMBERED[0];
    let Some(parent) = parent(type_name, desired, context)? else { return Ok(None) };
    let counter = context.own.get(TABLE, &key(type_name, &parent));
    let Some(counter) = counter.filter(|counter| counter["updates"] == parent.updates) else { return Ok(None) };
    let number = counter["number"].as_u64().unwrap_or_default();
    let exists = Resource::with(context.own, type_name, "Version", &json!(number.to_string()), i64::MAX)?;
    let of_it = |version: &Resource| version.model["FunctionName"] == desired["FunctionName"];
    let message = format!(
        "A version for this Lambda function exists ( {number} ). Modify the function to create a new version. (Service: Lambda)"
    );
    Ok(exists.iter().any(of_it).then(|| Failure::new("AlreadyExists", message)))
}

/// Adds the content of the resource of which a version is a snapshot.
pub fn snapshot(type_name: &str, model: &mut Value, context: &CallContext<'_>) -> Result<(), Fault> {
    if type_name != "AWS::Bedrock::PromptVersion" {
        return Ok(());
    }
    if let Some(parent) = parent(type_name, model, context)? {
        for property in ["Name", "DefaultVariant", "Variants", "CustomerEncryptionKeyArn"] {
            if let Some(value) = parent.model.get(property) {
                model[property] = value.clone();
            }
        }
    }
    Ok(())
}

fn parent(type_name: &str, desired: &Value, context: &CallContext<'_>) -> Result<Option<Resource>, Fault> {
    let reference = known::of(type_name).references.first().filter(|_| NUMBERED.contains(&type_name));
    let Some(reference) = reference else { return Ok(None) };
    Resource::named(context.own, reference.to, reference.by, &desired[reference.path], context.now_ms)
}

/// A resource that was deleted and made again counts anew.
fn key(type_name: &str, parent: &Resource) -> String {
    format!("{type_name} {} {}", parent.identifier, parent.from_ms)
}
