//! Copies.

use aws_sdk_s3::types::{BucketVersioningStatus, MetadataDirective};

use super::{put, read, set_versioning, with_bucket, writing};
use crate::support::code;

#[tokio::test]
async fn a_copy_has_body_headers_and_tags_of_its_source() {
    let (_fixture, s3) = with_bucket().await;
    let source = writing(&s3, "a b", "x").content_type("text/plain").metadata("m", "1").tagging("t=1");
    let tag = source.send().await.unwrap().e_tag.unwrap();
    let copy = || s3.copy_object().bucket("data").key("c").copy_source("data/a%20b");
    let made = copy().copy_source_if_match(&tag).send().await.unwrap().copy_object_result.unwrap();
    assert_eq!(made.e_tag.as_ref(), Some(&tag));
    let found = s3.get_object().bucket("data").key("c").send().await.unwrap();
    assert_eq!(found.content_type(), Some("text/plain"));
    assert_eq!((found.metadata().unwrap()["m"].as_str(), found.tag_count()), ("1", Some(1)));
    let replaced = copy().metadata_directive(MetadataDirective::Replace).metadata("m", "2").send();
    replaced.await.unwrap();
    let found = s3.head_object().bucket("data").key("c").send().await.unwrap();
    assert_eq!(found.metadata().unwrap()["m"], "2");
    assert_eq!(read(&s3, "c").await, "x");
}

#[tokio::test]
async fn conditions_on_copies() {
    let (_fixture, s3) = with_bucket().await;
    let (tag, _) = put(&s3, "a", "x").await;
    put(&s3, "c", "y").await;
    let copy = || s3.copy_object().bucket("data").key("c").copy_source("data/a");
    assert_eq!(code(copy().copy_source_if_match("\"abc\"").send().await), "PreconditionFailed");
    assert_eq!(code(copy().copy_source_if_none_match(&tag).send().await), "PreconditionFailed");
    assert_eq!(code(copy().if_none_match("*").send().await), "PreconditionFailed");
    assert_eq!(read(&s3, "c").await, "y");
    let none = s3.copy_object().bucket("data").key("c").copy_source("data/none").send().await;
    assert_eq!(code(none), "NoSuchKey");
    let itself = s3.copy_object().bucket("data").key("a").copy_source("data/a").send().await;
    assert_eq!(code(itself), "InvalidRequest");
}

#[tokio::test]
async fn an_old_version_is_brought_back_by_copying_it() {
    let (_fixture, s3) = with_bucket().await;
    set_versioning(&s3, BucketVersioningStatus::Enabled).await;
    let (_, first) = put(&s3, "k", "one").await;
    put(&s3, "k", "two").await;
    let first = first.unwrap();
    let made = s3.copy_object().bucket("data").key("k").copy_source(format!("data/k?versionId={first}")).send().await;
    let made = made.unwrap();
    assert_eq!(made.copy_source_version_id(), Some(first.as_str()));
    assert_ne!(made.version_id(), Some(first.as_str()));
    assert_eq!(read(&s3, "k").await, "one");
    let listed = s3.list_object_versions().bucket("data").send().await.unwrap();
    assert_eq!(listed.versions().len(), 3);
}
