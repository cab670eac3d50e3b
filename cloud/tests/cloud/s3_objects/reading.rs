//! Reads: times, headers, ranges, checksums, and the date of every response.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::types::{ChecksumMode, Tag, Tagging};

use super::{put, with_bucket, writing};
use crate::support::code;

#[tokio::test]
async fn an_object_tells_when_it_was_written_in_whole_seconds() {
    let (_fixture, s3) = with_bucket().await;
    put(&s3, "k", "x").await;
    let first = s3.head_object().bucket("data").key("k").send().await.unwrap().last_modified.unwrap();
    assert_eq!(first.subsec_nanos(), 0);
    let age = SystemTime::now().duration_since(SystemTime::try_from(first).unwrap()).unwrap();
    assert!(age < Duration::from_secs(5), "{age:?}");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let again = s3.get_object().bucket("data").key("k").send().await.unwrap();
    assert_eq!(again.last_modified(), Some(&first));
    put(&s3, "k", "x").await;
    let rewritten = s3.head_object().bucket("data").key("k").send().await.unwrap();
    assert!(rewritten.last_modified().unwrap().secs() > first.secs());
    let listed = s3.list_objects_v2().bucket("data").send().await.unwrap();
    assert_eq!(listed.contents()[0].last_modified(), rewritten.last_modified());
}

#[tokio::test]
async fn every_answer_tells_the_time() {
    let (fixture, _s3) = with_bucket().await;
    let request = |service: &str, path: &str| winterbaume_core::MockRequest {
        method: "GET".into(),
        uri: format!("https://{service}.us-east-1.amazonaws.com/{path}"),
        headers: http::HeaderMap::new(),
        body: bytes::Bytes::new(),
    };
    let calls =
        [("s3", "data?list-type=2"), ("s3", "data/none"), ("ec2", "?Action=DescribeVpcs"), ("kms", ""), ("lambda", "")];
    for (service, path) in calls {
        let answer = fixture.cloud.handle(request(service, path)).await;
        let date = answer.headers["date"].to_str().unwrap().to_owned();
        let date_time =
            aws_sdk_s3::primitives::DateTime::from_str(&date, aws_sdk_s3::primitives::DateTimeFormat::HttpDate);
        let date_time = SystemTime::try_from(date_time.unwrap()).unwrap();
        assert!(
            date_time <= SystemTime::now() && date_time > SystemTime::now() - Duration::from_secs(5),
            "{service}: {date}"
        );
    }
}

#[tokio::test]
async fn headers_ranges_checksums_and_tags() {
    let (_fixture, s3) = with_bucket().await;
    let write = writing(&s3, "k", "0123456789").content_type("text/plain").cache_control("no-store");
    let written = write.metadata("origin", "here").send().await.unwrap();
    let get = || s3.get_object().bucket("data").key("k").checksum_mode(ChecksumMode::Enabled);
    let found = get().send().await.unwrap();
    assert_eq!((found.content_type(), found.cache_control()), (Some("text/plain"), Some("no-store")));
    assert_eq!(found.metadata().unwrap()["origin"], "here");
    assert!(written.checksum_crc32().is_some() && found.checksum_crc32() == written.checksum_crc32());
    let part = get().range("bytes=2-4").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 2-4/10"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"234");
    assert_eq!(code(get().range("bytes=10-").send().await), "InvalidRange");
    let head = s3.head_object().bucket("data").key("k").send().await.unwrap();
    assert_eq!((head.content_length(), head.content_type()), (Some(10), Some("text/plain")));
    let missing = s3.head_object().bucket("data").key("none").send().await.unwrap_err();
    assert!(missing.into_service_error().is_not_found());

    let tag = Tag::builder().key("t").value("1").build().unwrap();
    let tagging = Tagging::builder().tag_set(tag).build().unwrap();
    s3.put_object_tagging().bucket("data").key("k").tagging(tagging).send().await.unwrap();
    let tags = s3.get_object_tagging().bucket("data").key("k").send().await.unwrap();
    assert_eq!((tags.tag_set()[0].key(), tags.tag_set()[0].value()), ("t", "1"));
    s3.delete_object_tagging().bucket("data").key("k").send().await.unwrap();
    assert!(s3.get_object_tagging().bucket("data").key("k").send().await.unwrap().tag_set().is_empty());
    let acl = s3.get_object_acl().bucket("data").key("k").send().await;
    assert_eq!(code(acl), "EmbeddedCloudNotImplemented");
}
