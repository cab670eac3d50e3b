//! Secrets Manager.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::primitives::Blob;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, Tag};

use crate::support::{Fixture, code, sdk};

const TOKEN: &str = "11111111-2222-3333-4444-555555555555";

#[tokio::test]
async fn a_repeated_creation_with_the_same_token_is_answered_like_the_first() {
    let fixture = Fixture::new();
    let secrets = Client::new(&fixture.sdk());
    let create = |token: &str, value: &str| {
        secrets.create_secret().name("key").client_request_token(token).secret_string(value).send()
    };
    let first = create(TOKEN, "x").await.unwrap();
    assert_eq!(first.version_id(), Some(TOKEN));
    let second = create(TOKEN, "x").await.unwrap();
    assert_eq!((second.arn(), second.version_id()), (first.arn(), Some(TOKEN)));
    assert_eq!(code(create(TOKEN, "y").await), "ResourceExistsException");
    assert_eq!(code(create("99999999-2222-3333-4444-555555555555", "x").await), "ResourceExistsException");
    let later = Client::new(&sdk(&fixture.again(), "us-east-1"));
    let value = later.get_secret_value().secret_id("key").send().await.unwrap();
    assert_eq!((value.secret_string(), value.version_id()), (Some("x"), Some(TOKEN)));
}

#[tokio::test]
async fn a_repeated_put_keeps_the_stages() {
    let fixture = Fixture::new();
    let secrets = Client::new(&fixture.sdk());
    let arn = secrets.create_secret().name("key").secret_string("1").send().await.unwrap().arn.unwrap();
    let put = |value: &str| {
        secrets.put_secret_value().secret_id(&arn).client_request_token(TOKEN).secret_string(value).send()
    };
    put("2").await.unwrap();
    put("2").await.unwrap();
    assert_eq!(code(put("3").await), "ResourceExistsException");
    let now = secrets.get_secret_value().secret_id("key").send().await.unwrap();
    assert_eq!((now.secret_string(), now.version_stages()), (Some("2"), &["AWSCURRENT".to_owned()][..]));
    let before = secrets.get_secret_value().secret_id("key").version_stage("AWSPREVIOUS").send().await.unwrap();
    assert_eq!(before.secret_string(), Some("1"));
}

#[tokio::test]
async fn an_update_changes_value_description_and_key() {
    let fixture = Fixture::new();
    let secrets = Client::new(&fixture.sdk());
    secrets.create_secret().name("key").secret_string("1").send().await.unwrap();
    for _ in 0..2 {
        let update = secrets.update_secret().secret_id("key").client_request_token(TOKEN).secret_string("2");
        let answer = update.description("d").kms_key_id("alias/k").send().await.unwrap();
        assert_eq!(answer.version_id(), Some(TOKEN));
    }
    secrets.put_secret_value().secret_id("key").secret_binary(Blob::new([7])).send().await.unwrap();
    let later = Client::new(&sdk(&fixture.again(), "us-east-1"));
    let found = later.describe_secret().secret_id("key").send().await.unwrap();
    assert_eq!((found.description(), found.kms_key_id()), (Some("d"), Some("alias/k")));
    assert_eq!(found.version_ids_to_stages().unwrap()[TOKEN], ["AWSPREVIOUS"]);
    assert_eq!(found.version_ids_to_stages().unwrap().len(), 2);
    let value = later.get_secret_value().secret_id("key").send().await.unwrap();
    assert_eq!(value.secret_binary().unwrap().as_ref(), [7]);
    let missing = later.update_secret().secret_id("none").secret_string("x").send().await;
    assert_eq!(code(missing), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_name_stays_reserved_until_the_deletion_unless_forced() {
    let fixture = Fixture::new();
    let secrets = Client::new(&fixture.sdk());
    let create = || secrets.create_secret().name("key").secret_string("x").send();
    create().await.unwrap();
    secrets.delete_secret().secret_id("key").recovery_window_in_days(7).send().await.unwrap();
    assert_eq!(code(create().await), "InvalidRequestException");
    assert_eq!(code(secrets.get_secret_value().secret_id("key").send().await), "InvalidRequestException");
    let put = secrets.put_secret_value().secret_id("key").secret_string("y").send().await;
    assert_eq!(code(put), "InvalidRequestException");
    assert!(secrets.describe_secret().secret_id("key").send().await.unwrap().deleted_date().is_some());
    assert!(secrets.list_secrets().send().await.unwrap().secret_list().is_empty());
    let planned = secrets.list_secrets().include_planned_deletion(true).send().await.unwrap();
    assert_eq!(planned.secret_list().len(), 1);
    secrets.delete_secret().secret_id("key").force_delete_without_recovery(true).send().await.unwrap();
    assert_eq!(code(secrets.describe_secret().secret_id("key").send().await), "ResourceNotFoundException");
    // The name is free a transition later.
    assert_eq!(code(create().await), "InvalidRequestException");
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    create().await.unwrap();
}

#[tokio::test]
async fn key_tags_and_binary_value_are_kept() {
    let fixture = Fixture::new();
    let secrets = Client::new(&fixture.sdk());
    secrets
        .create_secret()
        .name("bytes")
        .description("d")
        .kms_key_id("alias/k")
        .tags(Tag::builder().key("ebb:stack").value("s").build())
        .secret_binary(Blob::new([0, 1, 255]))
        .send()
        .await
        .unwrap();
    let later = Client::new(&sdk(&fixture.again(), "us-east-1"));
    let found = later.describe_secret().secret_id("bytes").send().await.unwrap();
    assert_eq!((found.kms_key_id(), found.description()), (Some("alias/k"), Some("d")));
    assert_eq!(found.tags()[0].value(), Some("s"));
    let value = later.get_secret_value().secret_id("bytes").send().await.unwrap();
    assert_eq!(value.secret_binary().unwrap().as_ref(), [0, 1, 255]);
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let fixture = Fixture::new();
    let secrets = Client::new(&fixture.sdk());
    for name in ["a", "b", "c"] {
        let tag = Tag::builder().key("team").value(if name == "b" { "x" } else { "y" }).build();
        secrets.create_secret().name(name).tags(tag).send().await.unwrap();
    }
    let filter = Filter::builder().key(FilterNameStringType::TagValue).values("y").build();
    let found = secrets.list_secrets().filters(filter).send().await.unwrap();
    assert_eq!(found.secret_list().iter().map(|secret| secret.name().unwrap()).collect::<Vec<_>>(), ["a", "c"]);
    let pages = secrets.list_secrets().max_results(2).into_paginator().send();
    let sizes: Vec<_> = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(sizes.iter().map(|page| page.secret_list().len()).collect::<Vec<_>>(), [2, 1]);
}
