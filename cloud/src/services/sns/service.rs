//! The service SNS: its operations, and the way of a call through it.

use serde_json::{Map, Value, json};
use winterbaume_core::{MockRequest, MockResponse};

use super::input::Outcome;
use super::{publish, subscription, subscription_attributes, subscription_list, tags, topic, topic_attributes};
use crate::documents::CallContext;
use crate::service::{Fault, Service};
use crate::wire::query::{Parameters, query_response, xml};

/// SNS.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sns;

impl Service for Sns {
    fn name(&self) -> &'static str {
        "sns"
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        let input = Parameters::of(request);
        let operation = input.operation().to_owned();
        match operation.as_str() {
            "GetTopicAttributes" => respond_with_map(&operation, topic_attributes::get(&input, context)),
            "GetSubscriptionAttributes" => respond_with_map(&operation, subscription_attributes::get(&input, context)),
            _ => query_response(&operation, respond(&operation, &input, context)),
        }
    }
}

fn respond(operation: &str, input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    match operation {
        "CreateTopic" => topic::create(input, context),
        "DeleteTopic" => topic::delete(input, context),
        "ListTopics" => topic::list(input, context),
        "SetTopicAttributes" => topic_attributes::set(input, context),
        "Subscribe" => subscription::subscribe(input, context),
        "ConfirmSubscription" => subscription::confirm(input, context),
        "Unsubscribe" => subscription::unsubscribe(input, context),
        "ListSubscriptions" => subscription_list::list(input, context),
        "ListSubscriptionsByTopic" => subscription_list::list_by_topic(input, context),
        "SetSubscriptionAttributes" => subscription_attributes::set(input, context),
        "Publish" => publish::publish(input, context),
        "TagResource" => tags::tag(input, context),
        "UntagResource" => tags::untag(input, context),
        "ListTagsForResource" => tags::list(input, context),
        _ => Err(Fault::new("InvalidAction", format!("Could not find operation {operation} for version 2010-03-31"))),
    }
}

/// Returns the response that is a map of attributes, which XML writes as entries of key and value.
fn respond_with_map(operation: &str, result: Result<Map<String, Value>, Fault>) -> MockResponse {
    let attributes = match result {
        Ok(attributes) => attributes,
        Err(fault) => return query_response(operation, Err(fault)),
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
