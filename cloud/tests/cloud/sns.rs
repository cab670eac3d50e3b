//! SNS: topics, subscriptions, messages.

use std::collections::HashMap;

use aws_sdk_sns::Client;
use aws_sdk_sns::types::Tag;

use crate::support::{Fixture, code};

const MISSING: &str = "arn:aws:sns:us-east-1:123456789012:missing";

fn client(fixture: &Fixture) -> Client {
    Client::new(&fixture.sdk())
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build().unwrap()
}

async fn topic(sns: &Client, name: &str) -> String {
    sns.create_topic().name(name).send().await.unwrap().topic_arn.unwrap()
}

async fn attributes(sns: &Client, topic: &str) -> HashMap<String, String> {
    sns.get_topic_attributes().topic_arn(topic).send().await.unwrap().attributes.unwrap()
}

#[tokio::test]
async fn a_topic_is_made_once_and_refuses_to_be_another() {
    let fixture = Fixture::new();
    let sns = client(&fixture);
    let make = || sns.create_topic().name("alarms").attributes("DisplayName", "Alarms").tags(tag("stack", "s"));
    let arn = make().send().await.unwrap().topic_arn.unwrap();
    assert_eq!(arn, "arn:aws:sns:us-east-1:123456789012:alarms");
    assert_eq!(make().send().await.unwrap().topic_arn.as_ref(), Some(&arn));
    assert_eq!(topic(&sns, "alarms").await, arn);

    let other = sns.create_topic().name("alarms").attributes("DisplayName", "Other").send().await;
    assert_eq!(code(other), "InvalidParameter");
    let other = sns.create_topic().name("alarms").tags(tag("stack", "t")).send().await;
    assert_eq!(code(other), "InvalidParameter");
    assert_eq!(code(sns.create_topic().name("a.b").send().await), "InvalidParameter");
    assert_eq!(attributes(&sns, &arn).await["DisplayName"], "Alarms");
}

#[tokio::test]
async fn attributes_are_set_read_and_taken_away() {
    let fixture = Fixture::new();
    let sns = client(&fixture);
    let arn = topic(&sns, "alarms").await;
    let fresh = attributes(&sns, &arn).await;
    assert!(fresh["Policy"].contains("__default_policy_ID"), "{fresh:?}");
    assert_eq!((fresh["Owner"].as_str(), fresh["DisplayName"].as_str()), ("123456789012", ""));
    assert!(!fresh.contains_key("KmsMasterKeyId"));

    let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a & <b>"}]}"#;
    for (name, value) in [("Policy", policy), ("KmsMasterKeyId", "alias/aws/sns"), ("DisplayName", "Alarms")] {
        sns.set_topic_attributes().topic_arn(&arn).attribute_name(name).attribute_value(value).send().await.unwrap();
        assert_eq!(attributes(&sns, &arn).await[name], value);
    }
    sns.set_topic_attributes()
        .topic_arn(&arn)
        .attribute_name("KmsMasterKeyId")
        .attribute_value("")
        .send()
        .await
        .unwrap();
    assert!(!attributes(&sns, &arn).await.contains_key("KmsMasterKeyId"));

    let set = |name: &str, value: &str| {
        sns.set_topic_attributes().topic_arn(&arn).attribute_name(name).attribute_value(value).send()
    };
    assert_eq!(code(set("Policy", "{").await), "InvalidParameter");
    assert_eq!(code(set("Colour", "red").await), "InvalidParameter");
    assert_eq!(code(sns.get_topic_attributes().topic_arn(MISSING).send().await), "NotFound");
    assert_eq!(code(sns.get_topic_attributes().topic_arn("alarms").send().await), "InvalidParameter");
}

#[tokio::test]
async fn an_email_subscription_waits_for_confirmation() {
    let fixture = Fixture::new();
    let sns = client(&fixture);
    let arn = topic(&sns, "alarms").await;
    let subscribe = || sns.subscribe().topic_arn(&arn).protocol("email").endpoint("ops@example.com");
    let shown = subscribe().send().await.unwrap().subscription_arn.unwrap();
    assert_eq!(shown, "pending confirmation");
    let subscription = subscribe().return_subscription_arn(true).send().await.unwrap().subscription_arn.unwrap();
    assert!(subscription.starts_with(&format!("{arn}:")), "{subscription}");
    let listed = sns.list_subscriptions_by_topic().topic_arn(&arn).send().await.unwrap();
    assert_eq!(listed.subscriptions().len(), 1, "subscribing twice made two");
    assert_eq!(listed.subscriptions()[0].subscription_arn(), Some("PendingConfirmation"));
    let counts = attributes(&sns, &arn).await;
    assert_eq!((counts["SubscriptionsPending"].as_str(), counts["SubscriptionsConfirmed"].as_str()), ("1", "0"));
    assert_eq!(code(sns.unsubscribe().subscription_arn(&subscription).send().await), "InvalidParameter");

    let token = subscription.rsplit(':').next().unwrap();
    assert_eq!(code(sns.confirm_subscription().topic_arn(&arn).token("wrong").send().await), "InvalidParameter");
    sns.confirm_subscription().topic_arn(&arn).token(token).send().await.unwrap();
    let read = sns.get_subscription_attributes().subscription_arn(&subscription).send().await.unwrap();
    assert_eq!(read.attributes().unwrap()["PendingConfirmation"], "false");
    let listed = sns.list_subscriptions().send().await.unwrap();
    assert_eq!(listed.subscriptions()[0].subscription_arn(), Some(subscription.as_str()));
    sns.unsubscribe().subscription_arn(&subscription).send().await.unwrap();
    assert_eq!(code(sns.get_subscription_attributes().subscription_arn(&subscription).send().await), "NotFound");
}

#[tokio::test]
async fn a_queue_subscribes_at_once_and_keeps_its_attributes() {
    let fixture = Fixture::new();
    let sns = client(&fixture);
    let arn = topic(&sns, "alarms").await;
    let queue = "arn:aws:sqs:us-east-1:123456789012:queue";
    let subscribe = |raw: &str| {
        let call = sns.subscribe().topic_arn(&arn).protocol("sqs").endpoint(queue);
        call.attributes("RawMessageDelivery", raw).send()
    };
    let subscription = subscribe("true").await.unwrap().subscription_arn.unwrap();
    assert_eq!(subscribe("true").await.unwrap().subscription_arn.as_ref(), Some(&subscription));
    assert_eq!(code(subscribe("false").await), "InvalidParameter");
    let filter = r#"{"kind":["alarm"]}"#;
    let set = |name: &str, value: &str| {
        let call = sns.set_subscription_attributes().subscription_arn(&subscription);
        call.attribute_name(name).attribute_value(value).send()
    };
    set("FilterPolicy", filter).await.unwrap();
    assert_eq!(code(set("FilterPolicy", "[").await), "InvalidParameter");
    let read = sns.get_subscription_attributes().subscription_arn(&subscription).send().await.unwrap();
    let read = read.attributes.unwrap();
    assert_eq!(read["FilterPolicy"], filter);
    assert_eq!(read["FilterPolicyScope"], "MessageAttributes");
    assert_eq!((read["RawMessageDelivery"].as_str(), read["Endpoint"].as_str()), ("true", queue));
}

#[tokio::test]
async fn wrong_subscriptions_are_refused() {
    let fixture = Fixture::new();
    let sns = client(&fixture);
    let arn = topic(&sns, "alarms").await;
    let subscribe = |topic: &str, protocol: &str, endpoint: &str| {
        sns.subscribe().topic_arn(topic).protocol(protocol).endpoint(endpoint).send()
    };
    assert_eq!(code(subscribe(MISSING, "email", "ops@example.com").await), "NotFound");
    assert_eq!(code(subscribe(&arn, "email", "ops").await), "InvalidParameter");
    assert_eq!(code(subscribe(&arn, "pigeon", "coop").await), "InvalidParameter");
    assert!(sns.list_subscriptions().send().await.unwrap().subscriptions().is_empty());
}

#[tokio::test]
async fn deleting_a_topic_takes_its_subscriptions_and_can_be_repeated() {
    let fixture = Fixture::new();
    let sns = client(&fixture);
    let (one, other) = (topic(&sns, "one").await, topic(&sns, "other").await);
    for arn in [&one, &other] {
        sns.subscribe().topic_arn(arn).protocol("email").endpoint("ops@example.com").send().await.unwrap();
    }
    for _ in 0..2 {
        sns.delete_topic().topic_arn(&one).send().await.unwrap();
    }
    let left = sns.list_subscriptions().send().await.unwrap();
    let topics: Vec<_> = left.subscriptions().iter().filter_map(|subscription| subscription.topic_arn()).collect();
    assert_eq!(topics, [other.as_str()]);
    assert_eq!(code(sns.list_subscriptions_by_topic().topic_arn(&one).send().await), "NotFound");
}

#[tokio::test]
async fn more_than_a_hundred_topics_come_in_pages() {
    let fixture = Fixture::new();
    let sns = client(&fixture);
    for number in 0..101 {
        topic(&sns, &format!("topic-{number:03}")).await;
    }
    let first = sns.list_topics().send().await.unwrap();
    assert_eq!(first.topics().len(), 100);
    let rest = sns.list_topics().set_next_token(first.next_token).send().await.unwrap();
    assert_eq!((rest.topics().len(), rest.next_token()), (1, None));
    assert_eq!(code(sns.list_topics().next_token("!").send().await), "InvalidParameter");
}

#[tokio::test]
async fn messages_get_ids_and_wrong_ones_are_refused() {
    let fixture = Fixture::new();
    let sns = client(&fixture);
    let arn = topic(&sns, "alarms").await;
    let sent = sns.publish().topic_arn(&arn).subject("s").message("hello").send().await.unwrap();
    assert_eq!(sent.message_id().unwrap().len(), 36);
    assert_eq!(code(sns.publish().topic_arn(MISSING).message("hello").send().await), "NotFound");
    assert_eq!(code(sns.publish().topic_arn(&arn).message("").send().await), "InvalidParameter");
    assert_eq!(code(sns.publish().message("hello").send().await), "InvalidParameter");
    let structured = sns.publish().topic_arn(&arn).message_structure("json").message(r#"{"sms": "x"}"#).send().await;
    assert_eq!(code(structured), "InvalidParameter");

    let fifo = sns.create_topic().name("order.fifo").attributes("FifoTopic", "true").send().await.unwrap();
    let fifo = fifo.topic_arn.unwrap();
    assert_eq!(code(sns.publish().topic_arn(&fifo).message("m").send().await), "InvalidParameter");
    let sent = sns.publish().topic_arn(&fifo).message("m").message_group_id("g").message_deduplication_id("d").send();
    assert!(sent.await.unwrap().sequence_number().is_some());
}

#[tokio::test]
async fn tags_are_set_listed_and_taken_away() {
    let fixture = Fixture::new();
    let sns = client(&fixture);
    let arn = sns.create_topic().name("alarms").tags(tag("a", "1")).send().await.unwrap().topic_arn.unwrap();
    sns.tag_resource().resource_arn(&arn).tags(tag("a", "2")).tags(tag("b", "3")).send().await.unwrap();
    sns.untag_resource().resource_arn(&arn).tag_keys("b").send().await.unwrap();
    let listed = sns.list_tags_for_resource().resource_arn(&arn).send().await.unwrap();
    assert_eq!(listed.tags(), [tag("a", "2")]);
    assert_eq!(code(sns.list_tags_for_resource().resource_arn(MISSING).send().await), "ResourceNotFound");
}

#[tokio::test]
async fn an_operation_that_is_not_there_is_named() {
    let fixture = Fixture::new();
    let error = client(&fixture).list_platform_applications().send().await.unwrap_err().into_service_error();
    assert_eq!(error.meta().code(), Some("InvalidAction"));
    assert!(error.meta().message().unwrap().contains("ListPlatformApplications"));
}
