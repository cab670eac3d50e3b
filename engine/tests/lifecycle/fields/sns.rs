//! The tables of topics and subscriptions.

use ebbtide::aws::iam::{Policy, Principal};
use ebbtide::aws::sns::{Protocol, Subscription, Topic};
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::table::{Shows, Table};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:one";
const OTHER_TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:two";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:q";
const OTHER_QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:p";

pub fn topic() -> Table {
    let policy = Policy::new().allow(["SNS:Publish"]).on_itself().to(Principal::service("budgets.amazonaws.com"));
    Table::new(&Topic { name: Some("one".into()), ..Topic::new() }, observe_topic)
        .shows("name", json!("another"), json!("another"))
        .shows("display_name", json!("Alarms"), json!("Alarms"))
        .shows("kms_key", json!("alias/aws/sns"), json!("alias/aws/sns"))
        .shows("policy", json!(policy), json!({ "Service": ["budgets.amazonaws.com"] }))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_topic<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.sns().get_topic_attributes().topic_arn(id).send().await.unwrap();
        let attributes = found.attributes.unwrap();
        let text = |name: &str| attributes.get(name).filter(|text| !text.is_empty());
        let policy: Value = serde_json::from_str(&attributes["Policy"]).unwrap();
        let tags = aws.sns().list_tags_for_resource().resource_arn(id).send().await.unwrap();
        let tags = tags.tags().iter().filter(|tag| !tag.key().starts_with("ebb:"));
        json!({
            "name": id.rsplit(':').next(),
            "display_name": text("DisplayName"),
            "kms_key": text("KmsMasterKeyId"),
            "policy": policy["Statement"][0]["Principal"],
            "tags": tags.map(|tag| (tag.key().to_owned(), json!(tag.value()))).collect::<Map<_, _>>(),
        })
    })
}

pub fn subscription() -> Table {
    let base = Subscription {
        topic: TOPIC.into(),
        protocol: Protocol::Sqs,
        endpoint: QUEUE.into(),
        raw_delivery: false,
        filter: None,
    };
    let attributes = json!({ "scope": "MessageAttributes", "policy": { "severity": ["high"] } });
    let body = json!({ "scope": "MessageBody", "policy": { "severity": ["high"] } });
    let shown = |scope: &str| json!([scope, "{\"severity\":[\"high\"]}"]);
    let table = Table::new(&base, observe_subscription)
        .shows("topic", json!(OTHER_TOPIC), json!(OTHER_TOPIC))
        .shows("protocol", json!("lambda"), json!("lambda"))
        .also("endpoint", json!("arn:aws:lambda:eu-west-1:123456789012:function:f"))
        .shows("endpoint", json!(OTHER_QUEUE), json!(OTHER_QUEUE))
        .shows("raw_delivery", json!(true), json!("true"))
        .shows("filter", attributes, shown("MessageAttributes"))
        .shows("filter", body, shown("MessageBody"));
    Table { prepare: make_topics, ..table }
}

fn make_topics(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async {
        for name in ["one", "two"] {
            aws.sns().create_topic().name(name).send().await.unwrap();
        }
    })
}

fn observe_subscription<'a>(aws: &'a Aws, _id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async {
        let all = aws.sns().list_subscriptions().send().await.unwrap();
        let [found] = all.subscriptions() else { panic!("not one subscription: {all:?}") };
        let get = aws.sns().get_subscription_attributes().subscription_arn(found.subscription_arn().unwrap());
        let attributes = get.send().await.unwrap().attributes.unwrap();
        let filter = attributes.get("FilterPolicy").filter(|policy| *policy != "{}");
        json!({
            "topic": found.topic_arn(),
            "protocol": found.protocol(),
            "endpoint": found.endpoint(),
            "raw_delivery": attributes.get("RawMessageDelivery"),
            "filter": filter.map(|policy| json!([attributes.get("FilterPolicyScope"), policy])),
        })
    })
}

/// Returns the table of a subscription that its receiver has not confirmed: AWS takes no change of its attributes.
pub fn unconfirmed_subscription() -> Table {
    let base = Subscription { protocol: Protocol::Https, ..Subscription::email(TOPIC, "https://example.com/hook") };
    let table = Table::new(&base, observe_unconfirmed)
        .entry("raw_delivery", json!(true), Shows::Refused("cannot be changed before it is confirmed"))
        .entry(
            "filter",
            json!({ "scope": "MessageAttributes", "policy": { "severity": ["high"] } }),
            Shows::Refused("cannot be changed before it is confirmed"),
        );
    Table { prepare: make_topics, ..table }
}

fn observe_unconfirmed<'a>(aws: &'a Aws, _id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async {
        let all = aws.sns().list_subscriptions().send().await.unwrap();
        json!(all.subscriptions().iter().map(|one| one.endpoint().unwrap().to_owned()).collect::<Vec<_>>())
    })
}
