//! The Resource Groups Tagging API: what it finds of all services, and what it does not.

use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types::TagFilter;

use crate::support::{Fixture, code};

fn filter(key: &str, values: &[&str]) -> TagFilter {
    TagFilter::builder().key(key).set_values(Some(values.iter().map(|value| (*value).to_owned()).collect())).build()
}

async fn found(client: &Client, filters: Vec<TagFilter>) -> Vec<String> {
    let pages = client.get_resources().set_tag_filters(Some(filters)).resources_per_page(2);
    let mut pages = pages.into_paginator().items().send();
    let mut arns = Vec::new();
    while let Some(found) = pages.next().await {
        arns.push(found.unwrap().resource_arn.unwrap());
    }
    arns
}

#[tokio::test]
async fn resources_of_all_services_are_found_by_their_tags_and_roles_are_not() {
    let fixture = Fixture::new();
    let config = fixture.sdk();
    let ec2 = aws_sdk_ec2::Client::new(&config);
    for stack in ["one", "two"] {
        let tags = TagSpecification::builder().resource_type(ResourceType::Vpc);
        let tags = tags.tags(Tag::builder().key("stack").value(stack).build()).build();
        ec2.create_vpc().cidr_block("10.0.0.0/16").tag_specifications(tags).send().await.unwrap();
    }
    let logs = aws_sdk_cloudwatchlogs::Client::new(&config);
    logs.create_log_group().log_group_name("/one").tags("stack", "one").send().await.unwrap();
    let tag = aws_sdk_sns::types::Tag::builder().key("stack").value("one").build().unwrap();
    aws_sdk_sns::Client::new(&config).create_topic().name("one").tags(tag).send().await.unwrap();
    let tag = aws_sdk_secretsmanager::types::Tag::builder().key("stack").value("one").build();
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    secrets.create_secret().name("one").secret_string("x").tags(tag).send().await.unwrap();
    let s3 = aws_sdk_s3::Client::new(&config);
    s3.create_bucket().bucket("one").send().await.unwrap();
    let tag = aws_sdk_s3::types::Tag::builder().key("stack").value("one").build().unwrap();
    let tagging = aws_sdk_s3::types::Tagging::builder().tag_set(tag).build().unwrap();
    s3.put_bucket_tagging().bucket("one").tagging(tagging).send().await.unwrap();
    let tag = aws_sdk_iam::types::Tag::builder().key("stack").value("one").build().unwrap();
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let iam = aws_sdk_iam::Client::new(&config);
    iam.create_role().role_name("one").assume_role_policy_document(trust).tags(tag).send().await.unwrap();

    let client = Client::new(&config);
    let of_one = found(&client, vec![filter("stack", &["one"])]).await;
    let services: Vec<&str> = of_one.iter().filter_map(|arn| arn.split(':').nth(2)).collect();
    assert_eq!(services, ["ec2", "logs", "s3", "secretsmanager", "sns"], "{of_one:?}");
    assert!(of_one[0].contains(":vpc/vpc-"), "{of_one:?}");
    assert_eq!(found(&client, vec![filter("stack", &["two"])]).await.len(), 1);
    assert_eq!(found(&client, vec![filter("stack", &[])]).await.len(), 6);
    assert!(found(&client, vec![filter("stack", &["one"]), filter("team", &["a"])]).await.is_empty());
    let elsewhere = Client::new(&crate::support::sdk(&fixture.cloud, "eu-west-1"));
    assert!(found(&elsewhere, vec![filter("stack", &["one"])]).await.is_empty(), "the API is regional");

    let expired = client.get_resources().pagination_token("?").send().await;
    assert_eq!(code(expired), "PaginationTokenExpiredException");
}
