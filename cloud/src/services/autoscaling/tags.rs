//! Tags of scalable targets, by ARN.

use serde_json::{Value, json};

use super::records::TARGETS;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// ARN → key → value.
const TABLE: &str = "Tags";
/// How many tags a target may have.
const LIMIT: usize = 50;

/// Keeps the tags of a new target.
pub fn record(context: &mut CallContext<'_>, arn: &str, tags: &Value) -> Result<(), Fault> {
    merge(context, arn, tags)
}

/// Forgets the tags of a target.
pub fn forget(context: &mut CallContext<'_>, arn: &str) {
    context.own.remove(TABLE, arn);
}

fn merge(context: &mut CallContext<'_>, arn: &str, added: &Value) -> Result<(), Fault> {
    let mut tags = current(context, arn);
    for (key, value) in added.as_object().into_iter().flatten() {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(format!("The tag key '{key}' is reserved: it begins with 'aws:'")));
        }
        tags[key] = value.clone();
    }
    let count = tags.as_object().map_or(0, serde_json::Map::len);
    if count > LIMIT {
        let message = format!("A scalable target may have at most {LIMIT} tags; {arn} would have {count}");
        return Err(Fault::new("TooManyTagsException", message));
    }
    context.own.put(TABLE, arn, tags);
    Ok(())
}

fn current(context: &CallContext<'_>, arn: &str) -> Value {
    context.own.get(TABLE, arn).cloned().unwrap_or_else(|| json!({}))
}

/// The ARN that an input names, if a target bears it.
fn resource<'a>(input: &'a Value, context: &CallContext<'_>) -> Result<&'a str, Fault> {
    let arn = text(input, "ResourceARN");
    if context.own.all(TARGETS).any(|(_, target)| target["ScalableTargetARN"] == arn) {
        return Ok(arn);
    }
    Err(Fault::new("ResourceNotFoundException", format!("The resource {arn} does not exist")))
}

/// TagResource.
pub fn tag(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = resource(input, context)?;
    merge(context, arn, &input["Tags"])?;
    Ok(json!({}))
}

/// UntagResource: keys that are not there are no error.
pub fn untag(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = resource(input, context)?;
    let mut tags = current(context, arn);
    if let Some(tags) = tags.as_object_mut() {
        for key in input["TagKeys"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            tags.remove(key);
        }
    }
    context.own.put(TABLE, arn, tags);
    Ok(json!({}))
}

/// ListTagsForResource.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = resource(input, context)?;
    Ok(json!({ "Tags": current(context, arn) }))
}
