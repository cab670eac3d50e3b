//! Encryption: by default, as asked for, and under keys that cannot be used.

use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};

use super::{put, read, with_bucket, writing};
use crate::support::code;

const HELLO_MD5: &str = "\"5d41402abc4b2a76b9719d911017c592\"";

#[tokio::test]
async fn without_a_word_it_is_s3s_own_key_and_the_tag_is_the_digest() {
    let (_fixture, s3) = with_bucket().await;
    let written = writing(&s3, "k", "hello").send().await.unwrap();
    assert_eq!(written.server_side_encryption(), Some(&ServerSideEncryption::Aes256));
    assert_eq!(written.e_tag(), Some(HELLO_MD5));
    assert_eq!(put(&s3, "k", "hello").await.0, HELLO_MD5);
    assert_ne!(put(&s3, "k", "other").await.0, HELLO_MD5);
}

#[tokio::test]
async fn under_a_key_of_kms_the_key_is_shown_and_the_tag_is_opaque() {
    let (fixture, s3) = with_bucket().await;
    let kms = aws_sdk_kms::Client::new(&fixture.sdk());
    let arn = kms.create_key().send().await.unwrap().key_metadata.unwrap().arn.unwrap();
    kms.create_alias().alias_name("alias/state").target_key_id(&arn).send().await.unwrap();
    let write = || {
        let write = writing(&s3, "k", "hello").server_side_encryption(ServerSideEncryption::AwsKms);
        write.ssekms_key_id("alias/state").bucket_key_enabled(true).send()
    };
    let written = write().await.unwrap();
    assert_eq!(written.server_side_encryption(), Some(&ServerSideEncryption::AwsKms));
    assert_eq!((written.ssekms_key_id(), written.bucket_key_enabled()), (Some(arn.as_str()), Some(true)));
    assert_ne!(written.e_tag(), Some(HELLO_MD5));
    let head = s3.head_object().bucket("data").key("k").send().await.unwrap();
    assert_eq!((head.ssekms_key_id(), head.e_tag()), (Some(arn.as_str()), written.e_tag()));
    assert_ne!(write().await.unwrap().e_tag(), written.e_tag());

    kms.disable_key().key_id(&arn).send().await.unwrap();
    let get = s3.get_object().bucket("data").key("k").send().await;
    assert_eq!(code(get), "KMS.DisabledException");
    assert_eq!(code(write().await), "KMS.DisabledException");
    kms.enable_key().key_id(&arn).send().await.unwrap();
    assert_eq!(read(&s3, "k").await, "hello");
}

#[tokio::test]
async fn a_bucket_decides_for_objects_that_say_nothing() {
    let (fixture, s3) = with_bucket().await;
    let kms = aws_sdk_kms::Client::new(&fixture.sdk());
    let key = kms.create_key().send().await.unwrap().key_metadata.unwrap();
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::AwsKms)
        .kms_master_key_id(&key.key_id)
        .build()
        .unwrap();
    let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default);
    let rule = rule.bucket_key_enabled(true).build();
    let encryption = ServerSideEncryptionConfiguration::builder().rules(rule).build().unwrap();
    s3.put_bucket_encryption().bucket("data").server_side_encryption_configuration(encryption).send().await.unwrap();
    let written = writing(&s3, "k", "hello").send().await.unwrap();
    assert_eq!((written.ssekms_key_id(), written.bucket_key_enabled()), (key.arn.as_deref(), Some(true)));
    let plain = writing(&s3, "k", "hello").server_side_encryption(ServerSideEncryption::Aes256).send().await.unwrap();
    assert_eq!((plain.ssekms_key_id(), plain.e_tag()), (None, Some(HELLO_MD5)));
}

#[tokio::test]
async fn keys_are_checked_and_aws_has_one_of_its_own() {
    let (_fixture, s3) = with_bucket().await;
    let kms = || writing(&s3, "k", "hello").server_side_encryption(ServerSideEncryption::AwsKms);
    assert_eq!(code(kms().ssekms_key_id("alias/none").send().await), "KMS.NotFoundException");
    let own = kms().send().await.unwrap();
    assert!(own.ssekms_key_id().unwrap().starts_with("arn:aws:kms:us-east-1:123456789012:key/"));
    assert_eq!(read(&s3, "k").await, "hello");
    let odd = writing(&s3, "k", "x").ssekms_key_id("alias/none").send().await;
    assert_eq!(code(odd), "InvalidArgument");
    let odd = writing(&s3, "k", "x").server_side_encryption("rot13".into()).send().await;
    assert_eq!(code(odd), "InvalidArgument");
}
