//! Tags of alarms and dashboards, by ARN.

use serde_json::{Value, json};

use super::records::{self, DASHBOARDS};
use super::refusal::{Outcome, invalid, invalid_value, members, need, texts};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::tag_rules::{TagProblem, TagRules, listed};

/// The table of the tags: by ARN, an object of key and value.
pub(super) const TAGS: &str = "tags";

const RULES: TagRules = TagRules { most: 50, checks_length: true, unique: false };

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
    let tags = context.own.get(TAGS, &arn).and_then(Value::as_object);
    Ok(json!({ "Tags": tags.map(|tags| listed(tags, "Key", "Value")).unwrap_or_default() }))
}

fn merge(arn: &str, tags: &[Value], context: &mut CallContext<'_>) -> Outcome<()> {
    let refused = |problem| match problem {
        TagProblem::Length(key) | TagProblem::Duplicate(key) => {
            invalid(format!("The tag {key} is too long: a key has at most 128 characters, a value 256"))
        }
        TagProblem::Reserved(key) => invalid_value(format!("The tag key {key} has the reserved prefix aws:")),
        TagProblem::TooMany(_) => invalid(format!("A resource may have at most {} tags", RULES.most)),
    };
    let mut pairs = Vec::new();
    for tag in tags {
        pairs.push((need(tag, "Key")?, tag["Value"].as_str().unwrap_or_default()));
    }
    let present = context.own.get(TAGS, arn).and_then(Value::as_object).cloned().unwrap_or_default();
    let all = RULES.read(pairs).and_then(|added| RULES.merge(present, added)).map_err(refused)?;
    context.own.put(TAGS, arn, Value::Object(all));
    Ok(())
}

/// Returns the ARN that the input names, if there is an alarm or a dashboard of that ARN.
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
