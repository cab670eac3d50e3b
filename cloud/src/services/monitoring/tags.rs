//! Tags of alarms and dashboards, by ARN.

use serde_json::{Map, Value, json};

use super::records::{self, DASHBOARDS};
use super::refusal::{Outcome, invalid, invalid_value, members, need, texts};
use crate::documents::CallContext;
use crate::service::Fault;

/// The table of the tags: by ARN, an object of key and value.
pub(super) const TAGS: &str = "tags";
/// The most tags that a resource may have.
const MOST: usize = 50;

/// Records the tags of a create call for a resource that is new.
pub(super) fn at_creation(arn: &str, input: &Value, context: &mut CallContext<'_>) -> Outcome<()> {
    merge(arn, members(input, "Tags"), context)
}

/// TagResource.
pub(super) fn tag(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let arn = existing(input, context)?;
    merge(&arn, members(input, "Tags"), context)?;
    Ok(json!({}))
}

/// UntagResource.
pub(super) fn untag(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let arn = existing(input, context)?;
    let keys = texts(input, "TagKeys");
    if let Some(Value::Object(tags)) = context.own.get_mut(TAGS, &arn) {
        tags.retain(|key, _| !keys.contains(&key.as_str()));
    }
    Ok(json!({}))
}

/// ListTagsForResource.
pub(super) fn list(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let arn = existing(input, context)?;
    let tags: Vec<Value> = context
        .own
        .get(TAGS, &arn)
        .and_then(Value::as_object)
        .map(|tags| tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect())
        .unwrap_or_default();
    Ok(json!({ "Tags": tags }))
}

fn merge(arn: &str, tags: &[Value], context: &mut CallContext<'_>) -> Outcome<()> {
    let mut all: Map<String, Value> =
        context.own.get(TAGS, arn).and_then(Value::as_object).cloned().unwrap_or_default();
    for tag in tags {
        let key = need(tag, "Key")?;
        let value = tag["Value"].as_str().unwrap_or_default();
        if key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(invalid(format!("The tag {key} is too long: a key has at most 128 characters, a value 256")));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid_value(format!("The tag key {key} has the reserved prefix aws:")));
        }
        all.insert(key.to_owned(), json!(value));
    }
    if all.len() > MOST {
        return Err(invalid(format!("A resource may have at most {MOST} tags")));
    }
    context.own.put(TAGS, arn, Value::Object(all));
    Ok(())
}

/// The ARN that the input names, if there is an alarm or a dashboard of that ARN.
fn existing(input: &Value, context: &CallContext<'_>) -> Outcome<String> {
    let arn = need(input, "ResourceARN")?;
    let is_alarm = arn.split_once(":alarm:").is_some_and(|(_, name)| {
        arn == records::alarm_arn(context, name) && records::find_alarm(context, name).is_some()
    });
    let is_dashboard = arn.split_once(":dashboard/").is_some_and(|(_, name)| {
        arn == records::dashboard_arn(context, name) && context.own.get(DASHBOARDS, name).is_some()
    });
    if is_alarm || is_dashboard {
        return Ok(arn.to_owned());
    }
    let message = format!("The resource {arn} does not exist");
    Err(Fault { status: 404, ..Fault::new("ResourceNotFoundException", message) }.into())
}
