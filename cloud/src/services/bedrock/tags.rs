//! Tags, by ARN: one API for all resources of the service.

use serde_json::{Map, Value, json};

use super::identifier::not_found;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::tag_rules::{TagProblem, TagRules};

/// The tables with resources that have tags, by ARN.
const TABLES: [&str; 4] = ["Job", "Model", "Deployment", "Throughput"];

const RULES: TagRules = TagRules { most: 50, checks_length: false, unique: true };

/// Returns the tags of a call, in this member.
pub fn given(input: &Value, member: &str) -> Result<Map<String, Value>, Fault> {
    let tags = input[member].as_array().into_iter().flatten();
    let pairs = tags.map(|tag| (text(tag, "key"), text(tag, "value")));
    RULES.read(pairs).and_then(|tags| RULES.merge(Map::new(), tags)).map_err(|problem| refused(&problem))
}

fn refused(problem: &TagProblem) -> Fault {
    match problem {
        TagProblem::Length(_) => invalid("The length of a tag key or value is not allowed"),
        TagProblem::Reserved(_) => invalid("Tag keys that begin with aws: are AWS's own"),
        TagProblem::Duplicate(_) => invalid("Duplicate tag keys"),
        TagProblem::TooMany(_) => Fault::new("TooManyTagsException", "Too many tags"),
    }
}

/// Writes the tags of a new resource.
pub fn put(context: &mut CallContext<'_>, arn: &str, tags: Map<String, Value>) {
    context.own.put("tags", arn, Value::Object(tags));
}

fn of(context: &CallContext<'_>, arn: &str) -> Result<Map<String, Value>, Fault> {
    if !TABLES.iter().any(|table| context.own.get(table, arn).is_some()) {
        return Err(not_found("the resource", arn));
    }
    Ok(context.own.get("tags", arn).and_then(Value::as_object).cloned().unwrap_or_default())
}

/// TagResource.
pub fn tag(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = text(input, "resourceARN");
    let tags = RULES.merge(of(context, arn)?, given(input, "tags")?).map_err(|problem| refused(&problem))?;
    put(context, arn, tags);
    Ok(json!({}))
}

/// UntagResource: keys that are not there are no error.
pub fn untag(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = text(input, "resourceARN");
    let mut tags = of(context, arn)?;
    let gone = input["tagKeys"].as_array().map(Vec::as_slice).unwrap_or_default();
    tags.retain(|tag, _| !gone.iter().any(|name| name == tag));
    put(context, arn, tags);
    Ok(json!({}))
}

/// ListTagsForResource.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let tags = of(context, text(input, "resourceARN"))?;
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Ok(json!({ "tags": tags }))
}
