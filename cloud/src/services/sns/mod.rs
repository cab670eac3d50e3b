//! SNS: topics, subscriptions, and messages that are accepted (and go nowhere).
//!
//! No token is ever mailed: what AWS would send to the endpoint of a pending subscription is here the last part of the
//! subscription's ARN, which Subscribe tells with `ReturnSubscriptionArn`.

mod attributes;
mod endpoint;
mod publish;
mod subscription;
mod subscription_attributes;
mod subscription_list;
mod tags;
mod topic;
mod topic_attributes;

use serde_json::{Map, Value, json};
use winterbaume_core::{MockRequest, MockResponse};

use crate::documents::World;
use crate::service::{Fault, Service};
use crate::wire::query::{Parameters, answer_query, xml};

/// SNS.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sns;

/// The fields of an answer, or a refusal.
type Outcome = Result<Map<String, Value>, Fault>;

impl Service for Sns {
    fn name(&self) -> &'static str {
        "sns"
    }

    fn call(&self, request: &MockRequest, world: &mut World<'_>) -> MockResponse {
        let input = Parameters::of(request);
        let operation = input.operation().to_owned();
        match operation.as_str() {
            "GetTopicAttributes" => answer_map(&operation, topic_attributes::get(&input, world)),
            "GetSubscriptionAttributes" => answer_map(&operation, subscription_attributes::get(&input, world)),
            _ => answer_query(&operation, answer(&operation, &input, world)),
        }
    }
}

fn answer(operation: &str, input: &Parameters, world: &mut World<'_>) -> Outcome {
    match operation {
        "CreateTopic" => topic::create(input, world),
        "DeleteTopic" => topic::delete(input, world),
        "ListTopics" => topic::list(input, world),
        "SetTopicAttributes" => topic_attributes::set(input, world),
        "Subscribe" => subscription::subscribe(input, world),
        "ConfirmSubscription" => subscription::confirm(input, world),
        "Unsubscribe" => subscription::unsubscribe(input, world),
        "ListSubscriptions" => subscription_list::list(input, world),
        "ListSubscriptionsByTopic" => subscription_list::list_by_topic(input, world),
        "SetSubscriptionAttributes" => subscription_attributes::set(input, world),
        "Publish" => publish::publish(input, world),
        "TagResource" => tags::tag(input, world),
        "UntagResource" => tags::untag(input, world),
        "ListTagsForResource" => tags::list(input, world),
        _ => Err(Fault::new("InvalidAction", format!("Could not find operation {operation} for version 2010-03-31"))),
    }
}

/// The answer that is a map of attributes, which XML writes as entries of key and value.
fn answer_map(operation: &str, result: Result<Map<String, Value>, Fault>) -> MockResponse {
    let attributes = match result {
        Ok(attributes) => attributes,
        Err(fault) => return answer_query(operation, Err(fault)),
    };
    let entries: Vec<Value> =
        attributes.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    MockResponse::xml(
        200,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><{operation}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
             <{operation}Result>{}</{operation}Result>\
             <ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{operation}Response>",
            xml(&json!({ "Attributes": entries }), "entry"),
            uuid::Uuid::new_v4()
        ),
    )
}

/// The refusal of a parameter, in SNS's words: `Invalid parameter: Topic Name`.
fn invalid(what: impl AsRef<str>) -> Fault {
    Fault::new("InvalidParameter", format!("Invalid parameter: {}", what.as_ref()))
}

fn not_found(what: &str) -> Fault {
    Fault { status: 404, ..Fault::new("NotFound", format!("{what} does not exist")) }
}

/// A required parameter; SNS calls a missing one invalid.
fn need<'a>(input: &'a Parameters, name: &str) -> Result<&'a str, Fault> {
    input.get(name).filter(|value| !value.is_empty()).ok_or_else(|| invalid(name))
}

/// An ARN, required and of the right number of parts.
fn need_arn<'a>(input: &'a Parameters, name: &str) -> Result<&'a str, Fault> {
    let arn = need(input, name)?;
    let parts = arn.split(':').count();
    if parts < 6 {
        return Err(invalid(format!("{name} Reason: An ARN must have at least 6 elements, not {parts}")));
    }
    Ok(arn)
}

/// An answer without fields.
fn nothing() -> Outcome {
    Ok(Map::new())
}

/// An answer of these fields.
fn fields<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
