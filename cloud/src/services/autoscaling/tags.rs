//! Tags of scalable targets, by ARN.

use serde_json::{Map, Value, json};

use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::scalable_targets::TARGETS;
use crate::services::tag_rules::{TagProblem, TagRules};

/// ARN → key → value.
const TABLE: &str = "Tags";
const RULES: TagRules = TagRules { most: 50, checks_length: false, unique: false };

/// Keeps the tags of a new target.
pub fn record(context: &mut CallContext<'_>, arn: &str, tags: &Value) -> Result<(), Fault> {
    merge(context, arn, tags)
}

/// Forgets the tags of a target.
pub fn forget(context: &mut CallContext<'_>, arn: &str) {
    context.own.remove(TABLE, arn);
}

fn merge(context: &mut CallContext<'_>, arn: &str, added: &Value) -> Result<(), Fault> {
    let refused = |problem| match problem {
        TagProblem::TooMany(count) => {
            let most = RULES.most;
            let message = format!("A scalable target may have at most {most} tags; {arn} would have {count}");
            Fault::new("TooManyTagsException", message)
        }
        TagProblem::Length(key) | TagProblem::Reserved(key) | TagProblem::Duplicate(key) => {
            invalid(format!("The tag key '{key}' is reserved: it begins with 'aws:'"))
        }
    };
    let pairs =
        added.as_object().into_iter().flatten().map(|(key, value)| (&**key, value.as_str().unwrap_or_default()));
    let tags = RULES.read(pairs).and_then(|added| RULES.merge(current(context, arn), added)).map_err(refused)?;
    context.own.put(TABLE, arn, Value::Object(tags));
    Ok(())
}

fn current(context: &CallContext<'_>, arn: &str) -> Map<String, Value> {
    context.own.get(TABLE, arn).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Returns the ARN that an input names, if a target has it.
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
    for key in input["TagKeys"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        tags.remove(key);
    }
    context.own.put(TABLE, arn, Value::Object(tags));
    Ok(json!({}))
}

/// ListTagsForResource.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = resource(input, context)?;
    Ok(json!({ "Tags": current(context, arn) }))
}
