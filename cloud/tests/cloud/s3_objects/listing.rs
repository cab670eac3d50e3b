//! Lists: prefixes, delimiters, pages.

use aws_sdk_s3::types::EncodingType;

use super::{put, read, with_bucket};
use crate::support::code;

#[tokio::test]
async fn pages_hold_keys_and_common_prefixes_each_once() {
    let (_fixture, s3) = with_bucket().await;
    for key in ["a/1", "a/2", "b", "c/1", "c/2", "d", "e/f/g", "é"] {
        put(&s3, key, "x").await;
    }
    for size in 1..=9 {
        let (mut found, mut token, mut pages) = (Vec::new(), None, 0);
        loop {
            let list = s3.list_objects_v2().bucket("data").delimiter("/").max_keys(size);
            let page = list.set_continuation_token(token).send().await.unwrap();
            assert!(page.key_count().unwrap() <= size);
            found.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
            found.extend(page.common_prefixes().iter().map(|common| common.prefix().unwrap().to_owned()));
            pages += 1;
            token = page.next_continuation_token;
            assert_eq!(page.is_truncated, Some(token.is_some()));
            if token.is_none() {
                break;
            }
        }
        found.sort();
        assert_eq!(found, ["a/", "b", "c/", "d", "e/", "é"], "pages of {size}");
        assert_eq!(pages, (6 + size - 1) / size, "pages of {size}");
    }
}

#[tokio::test]
async fn prefixes_and_places_to_begin() {
    let (_fixture, s3) = with_bucket().await;
    for key in ["state/1.json", "state/2.json", "states", "state/sub/3.json"] {
        put(&s3, key, "x").await;
    }
    let list = || s3.list_objects_v2().bucket("data").prefix("state/");
    let all = list().send().await.unwrap();
    let keys: Vec<_> = all.contents().iter().filter_map(|object| object.key()).collect();
    assert_eq!(keys, ["state/1.json", "state/2.json", "state/sub/3.json"]);
    let below = list().delimiter("/").start_after("state/1.json").send().await.unwrap();
    assert_eq!(below.contents()[0].key(), Some("state/2.json"));
    assert_eq!(below.common_prefixes()[0].prefix(), Some("state/sub/"));
    assert_eq!(code(list().continuation_token("!").send().await), "InvalidArgument");
    let first = s3.list_objects().bucket("data").delimiter("/").max_keys(1).send().await.unwrap();
    assert_eq!((first.is_truncated(), first.next_marker()), (Some(true), Some("state/")));
    let second = s3.list_objects().bucket("data").delimiter("/").marker("state/").send().await.unwrap();
    assert_eq!(second.contents()[0].key(), Some("states"));
    assert_eq!(code(s3.list_objects_v2().bucket("none").send().await), "NoSuchBucket");
}

#[tokio::test]
async fn odd_keys_are_kept_listed_and_encoded() {
    let (_fixture, s3) = with_bucket().await;
    let odd = "ä b/+&<c>?%41";
    put(&s3, odd, "odd").await;
    assert_eq!(read(&s3, odd).await, "odd");
    let plain = s3.list_objects_v2().bucket("data").send().await.unwrap();
    assert_eq!(plain.contents()[0].key(), Some(odd));
    let encoded = s3.list_objects_v2().bucket("data").encoding_type(EncodingType::Url).send().await.unwrap();
    assert_eq!(encoded.contents()[0].key(), Some("%C3%A4%20b/%2B%26%3Cc%3E%3F%2541"));
}
