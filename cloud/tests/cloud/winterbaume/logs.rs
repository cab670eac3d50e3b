//! CloudWatch Logs.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::LogGroupClass;

use crate::support::{Fixture, code, sdk};

#[tokio::test]
async fn a_group_keeps_retention_tags_and_key() {
    let fixture = Fixture::new();
    let key = "arn:aws:kms:us-east-1:123456789012:key/k";
    let logs = Client::new(&fixture.sdk());
    logs.create_log_group().log_group_name("/llm").tags("ebb:stack", "s").kms_key_id(key).send().await.unwrap();
    logs.put_retention_policy().log_group_name("/llm").retention_in_days(30).send().await.unwrap();
    let again = fixture.again();
    let later = Client::new(&sdk(&again, "us-east-1"));
    let found = later.describe_log_groups().log_group_name_prefix("/llm").send().await.unwrap();
    let group = &found.log_groups()[0];
    assert_eq!((group.retention_in_days(), group.kms_key_id()), (Some(30), Some(key)));
    let tags = later.list_tags_for_resource().resource_arn(group.log_group_arn().unwrap()).send().await.unwrap();
    assert_eq!(tags.tags().unwrap()["ebb:stack"], "s");
    // Log groups belong to a region.
    let elsewhere = Client::new(&sdk(&again, "eu-west-1"));
    assert!(elsewhere.describe_log_groups().send().await.unwrap().log_groups().is_empty());
}

#[tokio::test]
async fn an_invalid_retention_is_refused() {
    let fixture = Fixture::new();
    let logs = Client::new(&fixture.sdk());
    logs.create_log_group().log_group_name("g").send().await.unwrap();
    let refused = logs.put_retention_policy().log_group_name("g").retention_in_days(31).send().await;
    assert_eq!(code(refused), "InvalidParameterException");
    assert_eq!(code(logs.create_log_group().log_group_name("g").send().await), "ResourceAlreadyExistsException");
    let missing = logs.put_retention_policy().log_group_name("none").retention_in_days(30).send().await;
    assert_eq!(code(missing), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_group_keeps_its_class() {
    let fixture = Fixture::new();
    let logs = Client::new(&fixture.sdk());
    let class = LogGroupClass::InfrequentAccess;
    let create = || logs.create_log_group().log_group_name("g");
    let read = async || logs.describe_log_groups().send().await.unwrap().log_groups()[0].log_group_class().cloned();
    assert_eq!(code(create().log_group_class("COLD".into()).send().await), "InvalidParameterException");
    create().log_group_class(class.clone()).send().await.unwrap();
    assert_eq!(read().await, Some(class));
    logs.delete_log_group().log_group_name("g").send().await.unwrap();
    create().send().await.unwrap();
    assert_eq!(read().await, Some(LogGroupClass::Standard));
}

#[tokio::test]
async fn the_retention_of_the_delivery_class_is_a_day() {
    let fixture = Fixture::new();
    let logs = Client::new(&fixture.sdk());
    logs.create_log_group().log_group_name("g").log_group_class(LogGroupClass::Delivery).send().await.unwrap();
    let found = logs.describe_log_groups().send().await.unwrap();
    assert_eq!(found.log_groups()[0].retention_in_days(), Some(1));
}

#[tokio::test]
async fn calls_on_tags_refuse_arns_that_the_names_of_groups_can_have() {
    let fixture = Fixture::new();
    let logs = Client::new(&fixture.sdk());
    logs.create_log_group().log_group_name("a#b").send().await.unwrap();
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:a";
    let list = |end: &str| logs.list_tags_for_resource().resource_arn(format!("{arn}{end}")).send();
    assert_eq!(code(list("#b").await), "InvalidParameterException");
    assert_eq!(code(list(":*").await), "ValidationException");
}
