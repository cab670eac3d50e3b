//! Topics: create, delete, list.

use serde_json::{Value, json};

use super::input::{Outcome, fields, invalid, need, need_arn, nothing};
use super::records::{SUBSCRIPTIONS, TOPICS};
use super::{attributes, tags, topic_attributes};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::paging::page;
use crate::wire::query::Parameters;

/// CreateTopic: returns the topic of that name if there is one with equal attributes and tags.
pub(super) fn create(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let name = need(input, "Name")?;
    let given = attributes::given(input);
    check_name(name, given.get("FifoTopic").and_then(Value::as_str) == Some("true"))?;
    for (attribute, value) in &given {
        topic_attributes::check(attribute, value.as_str().unwrap_or_default(), true)?;
    }
    topic_attributes::check_principals(given.get("Policy").and_then(Value::as_str).unwrap_or_default(), context)?;
    let wanted_tags = tags::given(input)?;
    let arn = format!("arn:{}:sns:{}:{}:{name}", context.partition(), context.region, context.account);
    if let Some(topic) = context.own.get(TOPICS, &arn) {
        if !attributes::agree(&given, &topic["Attributes"]) {
            return Err(invalid("Attributes Reason: Topic already exists with different attributes"));
        }
        if !wanted_tags.is_empty() && Value::Object(wanted_tags) != topic["Tags"] {
            return Err(invalid("Tags Reason: Topic already exists with different tags"));
        }
        return Ok(fields([("TopicArn", json!(arn))]));
    }
    let kept: serde_json::Map<String, Value> = given.into_iter().filter(|(_, value)| *value != "").collect();
    context.own.put(TOPICS, &arn, json!({ "Name": name, "Attributes": kept, "Tags": wanted_tags }));
    Ok(fields([("TopicArn", json!(arn))]))
}

fn check_name(name: &str, fifo: bool) -> Result<(), Fault> {
    let (stem, has_suffix) = match name.strip_suffix(".fifo") {
        Some(stem) => (stem, true),
        None => (name, false),
    };
    let right = !stem.is_empty()
        && name.len() <= 256
        && stem.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        && has_suffix == fifo;
    if right { Ok(()) } else { Err(invalid("Topic Name")) }
}

/// DeleteTopic: with its subscriptions, and no matter whether it is there.
pub(super) fn delete(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let arn = need_arn(input, "TopicArn")?;
    context.own.remove(TOPICS, arn);
    context.own.retain(SUBSCRIPTIONS, |_, subscription| subscription["TopicArn"] != arn);
    nothing()
}

/// ListTopics: 100 a page.
pub(super) fn list(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let topics = context.own.all(TOPICS).map(|(arn, _)| (arn.to_owned(), json!({ "TopicArn": arn })));
    let page = page(topics, input.get("NextToken"), 100).ok_or_else(|| invalid("NextToken"))?;
    Ok(fields([("Topics", json!(page.items)), ("NextToken", json!(page.next))]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_topics() {
        for (name, fifo) in [("alarms", false), ("a-b_C9", false), ("alarms.fifo", true)] {
            check_name(name, fifo).unwrap();
        }
        for (name, fifo) in [("a.b", false), ("a b", false), ("alarms", true), ("alarms.fifo", false), (".fifo", true)]
        {
            check_name(name, fifo).unwrap_err();
        }
        check_name(&"a".repeat(257), false).unwrap_err();
    }
}
