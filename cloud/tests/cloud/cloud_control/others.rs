//! Tables, rules, queues and domains.

use serde_json::json;

use super::{Control, outcome};
use crate::support::Fixture;

#[tokio::test]
async fn a_protected_table_stays() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let table = json!({
        "TableName": "t", "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }], "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }], "DeletionProtectionEnabled": true,
    });
    control.made("AWS::DynamoDB::Table", &table).await;
    assert!(outcome(&control.delete("AWS::DynamoDB::Table", "t").await).2.contains("protected against deletion"));
    let open = json!([{ "op": "replace", "path": "/DeletionProtectionEnabled", "value": false }]);
    control.update("AWS::DynamoDB::Table", "t", &open).await;
    assert_eq!(outcome(&control.delete("AWS::DynamoDB::Table", "t").await).0, "SUCCESS");
}

#[tokio::test]
async fn a_rule_takes_its_pattern_as_a_text() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let kind = "AWS::Events::Rule";
    let none = control.create(kind, &json!({ "Name": "drift" })).await;
    assert!(outcome(&none).2.contains("EventPattern or ScheduleExpression must be specified"), "{none:?}");
    let pattern = json!({ "source": ["aws.sagemaker"] });
    let object = control.create(kind, &json!({ "Name": "drift", "EventPattern": pattern })).await;
    assert_eq!(outcome(&object).1, "InvalidRequest");
    let made = control.made(kind, &json!({ "Name": "drift", "EventPattern": pattern.to_string() })).await;
    assert_eq!(made, "arn:aws:events:us-east-1:123456789012:rule/drift");
    assert_eq!(control.read(kind, &made).await["State"], "ENABLED");
}

#[tokio::test]
async fn a_queue_needs_its_dead_letter_queue_and_a_cache_is_named_in_small_letters() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let kind = "AWS::SQS::Queue";
    let policy = json!({ "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": 3 });
    let desired = json!({ "QueueName": "retraining", "RedrivePolicy": policy });
    assert!(outcome(&control.create(kind, &desired).await).2.contains("Dead letter target does not exist"));
    control.made(kind, &json!({ "QueueName": "dead" })).await;
    control.made(kind, &desired).await;
    let fifo = control.create(kind, &json!({ "QueueName": "a", "FifoQueue": true })).await;
    assert!(outcome(&fifo).2.contains("must end with .fifo"), "{fifo:?}");
    let cache = json!({ "ServerlessCacheName": "Answers", "Engine": "valkey" });
    assert_eq!(control.made("AWS::ElastiCache::ServerlessCache", &cache).await, "answers");
}

#[tokio::test]
async fn some_changes_are_refused_by_the_handler_alone() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let kind = "AWS::OpenSearchService::Domain";
    control.made(kind, &json!({ "DomainName": "search", "EncryptionAtRestOptions": { "Enabled": false } })).await;
    let encrypted = |on: bool| json!([{ "op": "add", "path": "/EncryptionAtRestOptions", "value": { "Enabled": on } }]);
    assert_eq!(outcome(&control.update(kind, "search", &encrypted(true)).await).0, "SUCCESS");
    let off = control.update(kind, "search", &encrypted(false)).await;
    assert_eq!((outcome(&off).0, outcome(&off).1), ("FAILED", "NotUpdatable"));
    assert_eq!(control.read(kind, "search").await["EncryptionAtRestOptions"]["Enabled"], true);
}
