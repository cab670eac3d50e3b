//! Tags of topics.

use serde_json::{Map, Value, json};

use super::input::{Outcome, fields, invalid, need_arn, nothing};
use super::records::TOPICS;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// The most tags that a topic may have.
const MOST: usize = 50;

/// The tags of a call.
pub(super) fn given(input: &Parameters) -> Result<Map<String, Value>, Fault> {
    let mut tags = Map::new();
    for tag in input.list("Tags.member") {
        let key = tag.get("Key").unwrap_or_default();
        let value = tag.get("Value").unwrap_or_default();
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(invalid("Tags Reason: a key has 1 to 128 characters, a value at most 256"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid("Tags Reason: the prefix aws: is reserved"));
        }
        if tags.insert(key.to_owned(), json!(value)).is_some() {
            return Err(invalid("Tags Reason: Duplicated keys are not allowed."));
        }
    }
    if tags.len() > MOST {
        return Err(limit());
    }
    Ok(tags)
}

/// TagResource.
pub(super) fn tag(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let given = given(input)?;
    let tags = of_topic(input, context)?;
    let mut all = tags.clone();
    all.extend(given);
    if all.len() > MOST {
        return Err(limit());
    }
    *tags = all;
    nothing()
}

/// UntagResource.
pub(super) fn untag(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let keys = input.strings("TagKeys.member");
    of_topic(input, context)?.retain(|key, _| !keys.contains(key));
    nothing()
}

/// ListTagsForResource.
pub(super) fn list(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let tags = of_topic(input, context)?;
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Ok(fields([("Tags", json!(tags))]))
}

fn of_topic<'a>(input: &Parameters, context: &'a mut CallContext<'_>) -> Result<&'a mut Map<String, Value>, Fault> {
    let arn = need_arn(input, "ResourceArn")?;
    let missing = || Fault { status: 404, ..Fault::new("ResourceNotFound", "Resource does not exist") };
    context.own.get_mut(TOPICS, arn).and_then(|topic| topic["Tags"].as_object_mut()).ok_or_else(missing)
}

fn limit() -> Fault {
    Fault::new("TagLimitExceeded", format!("Could not complete request: tag quota of {MOST} per resource exceeded"))
}
