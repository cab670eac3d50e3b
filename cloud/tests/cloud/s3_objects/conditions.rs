//! Conditions, and that exactly one of several writers meets them.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::types::{BucketVersioningStatus, Delete, ObjectIdentifier};
use ebbtide_cloud::Cloud;

use super::{put, read, set_versioning, with_bucket, writing};
use crate::support::{code, sdk};

/// Returns how many of 16 writers on two clouds meet a condition, all at once.
async fn winners(clouds: [&Cloud; 2], text: &str, if_match: Option<&str>, if_none_match: Option<&str>) -> usize {
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..16 {
        let s3 = Client::new(&sdk(clouds[number % 2], "us-east-1"));
        let write = writing(&s3, "lease", &format!("{text} {number}"));
        let write = write.set_if_match(if_match.map(str::to_owned));
        let write = write.set_if_none_match(if_none_match.map(str::to_owned));
        racers.spawn(async move {
            match write.send().await {
                Ok(_) => true,
                refused => {
                    assert_eq!(code(refused), "PreconditionFailed");
                    false
                }
            }
        });
    }
    racers.join_all().await.into_iter().filter(|won| *won).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_racers_creates_and_one_of_many_replaces() {
    let (fixture, s3) = with_bucket().await;
    let other = fixture.again();
    let clouds = [&fixture.cloud, &other];
    assert_eq!(winners(clouds, "created by", None, Some("*")).await, 1);
    let tag = s3.head_object().bucket("data").key("lease").send().await.unwrap().e_tag.unwrap();
    assert_eq!(winners(clouds, "replaced by", Some(&tag), None).await, 1);
    assert!(read(&s3, "lease").await.starts_with("replaced by"));
}

#[tokio::test]
async fn conditions_on_writes() {
    let (_fixture, s3) = with_bucket().await;
    let write = || writing(&s3, "k/e f", "x");
    assert_eq!(code(write().if_match("\"abc\"").send().await), "NoSuchKey");
    assert_eq!(code(write().if_match("*").send().await), "NoSuchKey");
    let tag = write().if_none_match("*").send().await.unwrap().e_tag.unwrap();
    assert_eq!(code(write().if_none_match("*").send().await), "PreconditionFailed");
    assert_eq!(code(write().if_match("\"abc\"").send().await), "PreconditionFailed");
    assert_eq!(code(write().if_none_match(&tag).send().await), "NotImplemented");
    write().if_match(&tag).send().await.unwrap();
    write().if_match("*").send().await.unwrap();
}

#[tokio::test]
async fn a_refusal_names_its_condition_as_s3_does() {
    let (_fixture, s3) = with_bucket().await;
    put(&s3, "k", "x").await;
    let Err(SdkError::ServiceError(refusal)) = writing(&s3, "k", "y").if_none_match("*").send().await else {
        panic!("not refused");
    };
    assert_eq!(refusal.raw().status().as_u16(), 412);
    let body = String::from_utf8_lossy(refusal.raw().body().bytes().unwrap()).into_owned();
    let expected = "<Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not \
                    hold</Message><Condition>If-None-Match</Condition><RequestId>";
    assert!(body.contains(expected), "{body}");
    assert_eq!(read(&s3, "k").await, "x");
}

#[tokio::test]
async fn a_delete_marker_counts_as_nothing() {
    let (_fixture, s3) = with_bucket().await;
    set_versioning(&s3, BucketVersioningStatus::Enabled).await;
    let (tag, _) = put(&s3, "k", "x").await;
    s3.delete_object().bucket("data").key("k").send().await.unwrap();
    assert_eq!(code(writing(&s3, "k", "y").if_match(&tag).send().await), "NoSuchKey");
    writing(&s3, "k", "y").if_none_match("*").send().await.unwrap();
}

#[tokio::test]
async fn conditions_on_reads() {
    let (_fixture, s3) = with_bucket().await;
    let (tag, _) = put(&s3, "k", "x").await;
    let get = || s3.get_object().bucket("data").key("k");
    get().if_match(&tag).send().await.unwrap();
    assert_eq!(code(get().if_match("\"abc\"").send().await), "PreconditionFailed");
    let unchanged = get().if_none_match(&tag).send().await.unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
    let written = get().send().await.unwrap().last_modified.unwrap();
    let unchanged = get().if_modified_since(written).send().await.unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
    get().if_unmodified_since(written).send().await.unwrap();
    let head = s3.head_object().bucket("data").key("k").if_match("\"abc\"").send().await.unwrap_err();
    assert_eq!(head.raw_response().unwrap().status().as_u16(), 412);
}

#[tokio::test]
async fn conditions_on_deletions() {
    let (_fixture, s3) = with_bucket().await;
    let (tag, _) = put(&s3, "k", "x").await;
    let delete = || s3.delete_object().bucket("data").key("k");
    assert_eq!(code(delete().if_match("\"abc\"").send().await), "PreconditionFailed");
    delete().if_match(&tag).send().await.unwrap();
    assert_eq!(code(delete().if_match(&tag).send().await), "NoSuchKey");
    delete().send().await.unwrap();
    put(&s3, "one", "x").await;
    put(&s3, "two", "y").await;
    let object = |key: &str| ObjectIdentifier::builder().key(key).e_tag(&tag).build().unwrap();
    let both = Delete::builder().objects(object("one")).objects(object("two")).build().unwrap();
    let answer = s3.delete_objects().bucket("data").delete(both).send().await.unwrap();
    assert_eq!(answer.deleted()[0].key(), Some("one"));
    assert_eq!((answer.errors()[0].key(), answer.errors()[0].code()), (Some("two"), Some("PreconditionFailed")));
    assert_eq!(read(&s3, "two").await, "y");
}
