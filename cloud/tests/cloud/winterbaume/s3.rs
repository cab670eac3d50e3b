//! S3.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, ObjectOwnership,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging, TransitionDefaultMinimumObjectSize,
    VersioningConfiguration,
};

use crate::support::{Fixture, code, sdk};

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::data","arn:aws:s3:::data/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#;

async fn put(s3: &Client, key: &str, text: &str) -> Option<String> {
    let body = ByteStream::from(text.as_bytes().to_vec());
    s3.put_object().bucket("data").key(key).body(body).send().await.unwrap().version_id
}

async fn text(s3: &Client, key: &str, version: Option<&str>) -> String {
    let object = s3.get_object().bucket("data").key(key).set_version_id(version.map(str::to_owned)).send();
    let bytes = object.await.unwrap().body.collect().await.unwrap().into_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn versioned(s3: &Client) {
    s3.create_bucket().bucket("data").send().await.unwrap();
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3.put_bucket_versioning().bucket("data").versioning_configuration(enabled).send().await.unwrap();
}

async fn configure(s3: &Client) {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::AwsKms)
        .kms_master_key_id("alias/k")
        .build()
        .unwrap();
    let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default).build();
    let encryption = ServerSideEncryptionConfiguration::builder().rules(rule).build().unwrap();
    s3.put_bucket_encryption().bucket("data").server_side_encryption_configuration(encryption).send().await.unwrap();
    let block = PublicAccessBlockConfiguration::builder().block_public_acls(true).build();
    s3.put_public_access_block().bucket("data").public_access_block_configuration(block).send().await.unwrap();
    let rule = LifecycleRule::builder()
        .id("old")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("logs/").build())
        .expiration(LifecycleExpiration::builder().days(30).build())
        .build()
        .unwrap();
    let lifecycle = BucketLifecycleConfiguration::builder().rules(rule).build().unwrap();
    s3.put_bucket_lifecycle_configuration().bucket("data").lifecycle_configuration(lifecycle).send().await.unwrap();
    s3.put_bucket_policy().bucket("data").policy(POLICY).send().await.unwrap();
    let tag = Tag::builder().key("ebb:stack").value("s").build().unwrap();
    s3.put_bucket_tagging()
        .bucket("data")
        .tagging(Tagging::builder().tag_set(tag).build().unwrap())
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_bucket_keeps_its_whole_configuration() {
    let fixture = Fixture::new();
    let s3 = Client::new(&fixture.sdk());
    versioned(&s3).await;
    configure(&s3).await;
    let s3 = Client::new(&sdk(&fixture.again(), "us-east-1"));
    let versioning = s3.get_bucket_versioning().bucket("data").send().await.unwrap();
    assert_eq!(versioning.status(), Some(&BucketVersioningStatus::Enabled));
    let encryption = s3.get_bucket_encryption().bucket("data").send().await.unwrap();
    let rules = encryption.server_side_encryption_configuration().unwrap().rules();
    let default = rules[0].apply_server_side_encryption_by_default().unwrap();
    assert_eq!(default.kms_master_key_id(), Some("alias/k"));
    let block = s3.get_public_access_block().bucket("data").send().await.unwrap();
    let block = block.public_access_block_configuration().unwrap();
    assert_eq!((block.block_public_acls(), block.block_public_policy()), (Some(true), Some(false)));
    let lifecycle = s3.get_bucket_lifecycle_configuration().bucket("data").send().await.unwrap();
    let rule = &lifecycle.rules()[0];
    assert_eq!((rule.id(), rule.expiration().unwrap().days()), (Some("old"), Some(30)));
    assert_eq!(rule.filter().unwrap().prefix(), Some("logs/"));
    assert_eq!(s3.get_bucket_policy().bucket("data").send().await.unwrap().policy(), Some(POLICY));
    let tags = s3.get_bucket_tagging().bucket("data").send().await.unwrap();
    assert_eq!(tags.tag_set()[0].key(), "ebb:stack");
}

#[tokio::test]
async fn bodies_versions_and_delete_markers_survive() {
    let fixture = Fixture::new();
    let s3 = Client::new(&fixture.sdk());
    versioned(&s3).await;
    let first = put(&s3, "state/a b.json", "one").await;
    put(&s3, "state/a b.json", "two").await;
    put(&s3, "gone", "body").await;
    s3.delete_object().bucket("data").key("gone").send().await.unwrap();
    let s3 = Client::new(&sdk(&fixture.again(), "us-east-1"));
    assert_eq!(text(&s3, "state/a b.json", None).await, "two");
    assert_eq!(text(&s3, "state/a b.json", first.as_deref()).await, "one");
    assert_eq!(code(s3.get_object().bucket("data").key("gone").send().await), "NoSuchKey");
    let listed = s3.list_object_versions().bucket("data").send().await.unwrap();
    assert_eq!((listed.versions().len(), listed.delete_markers().len()), (3, 1));
    let marker = listed.delete_markers()[0].version_id().unwrap();
    s3.delete_object().bucket("data").key("gone").version_id(marker).send().await.unwrap();
    assert_eq!(text(&s3, "gone", None).await, "body");
    assert_eq!(code(s3.delete_bucket().bucket("data").send().await), "BucketNotEmpty");
}

#[tokio::test]
async fn two_clouds_share_objects_and_leave_no_litter() {
    let fixture = Fixture::new();
    let other = fixture.again();
    let (one, two) = (Client::new(&fixture.sdk()), Client::new(&sdk(&other, "us-east-1")));
    one.create_bucket().bucket("data").send().await.unwrap();
    for turn in 0..6 {
        let (writer, reader) = if turn % 2 == 0 { (&one, &two) } else { (&two, &one) };
        put(writer, "k", &format!("turn {turn}")).await;
        assert_eq!(text(reader, "k", None).await, format!("turn {turn}"));
    }
    one.delete_object().bucket("data").key("k").send().await.unwrap();
    assert_eq!(code(two.get_object().bucket("data").key("k").send().await), "NoSuchKey");
    two.put_object().bucket("data").key("last").body(ByteStream::from_static(b"last")).send().await.unwrap();
    let bodies = std::fs::read_dir(fixture.folder.path().join("s3-objects")).unwrap().count();
    assert_eq!(bodies, 1);
}

#[tokio::test]
async fn streams_arrive_whole() {
    let fixture = Fixture::new();
    let s3 = Client::new(&fixture.sdk());
    s3.create_bucket().bucket("data").send().await.unwrap();
    let path = fixture.folder.path().join("upload");
    let content: String = (0..50_000).map(|number| format!("{number}\n")).collect();
    std::fs::write(&path, &content).unwrap();
    let body = ByteStream::from_path(&path).await.unwrap();
    s3.put_object().bucket("data").key("file").body(body).send().await.unwrap();
    assert_eq!(text(&s3, "file", None).await, content);
}

#[tokio::test]
async fn malformed_policies_are_refused() {
    let fixture = Fixture::new();
    let s3 = Client::new(&fixture.sdk());
    s3.create_bucket().bucket("data").send().await.unwrap();
    let refused = |policy: &str| s3.put_bucket_policy().bucket("data").policy(policy).send();
    assert_eq!(code(refused("{not json").await), "MalformedPolicy");
    assert_eq!(code(refused(&POLICY.replace(":data", ":other")).await), "MalformedPolicy");
    assert_eq!(code(s3.get_bucket_policy().bucket("data").send().await), "NoSuchBucketPolicy");
    assert_eq!(code(s3.put_bucket_policy().bucket("none").policy(POLICY).send().await), "NoSuchBucket");
}

#[tokio::test]
async fn a_new_bucket_has_the_defaults_of_aws() {
    let fixture = Fixture::new();
    let s3 = Client::new(&fixture.sdk());
    s3.create_bucket().bucket("data").send().await.unwrap();
    // In us-east-1, and only there, creating one's own bucket again succeeds and changes nothing.
    put(&s3, "k", "kept").await;
    s3.create_bucket().bucket("data").send().await.unwrap();
    assert_eq!(text(&s3, "k", None).await, "kept");
    let encryption = s3.get_bucket_encryption().bucket("data").send().await.unwrap();
    let rule = &encryption.server_side_encryption_configuration().unwrap().rules()[0];
    let algorithm = rule.apply_server_side_encryption_by_default().unwrap().sse_algorithm();
    assert_eq!(algorithm, &ServerSideEncryption::Aes256);
    let block = s3.get_public_access_block().bucket("data").send().await.unwrap();
    assert_eq!(block.public_access_block_configuration().unwrap().restrict_public_buckets(), Some(true));
    let owner = s3.get_bucket_ownership_controls().bucket("data").send().await.unwrap();
    assert_eq!(owner.ownership_controls().unwrap().rules()[0].object_ownership().as_str(), "BucketOwnerEnforced");
    s3.delete_public_access_block().bucket("data").send().await.unwrap();
    let none = s3.get_public_access_block().bucket("data").send().await;
    assert_eq!(code(none), "NoSuchPublicAccessBlockConfiguration");
    assert_eq!(code(s3.create_bucket().bucket("Not_Valid").send().await), "InvalidBucketName");
}

#[tokio::test]
async fn buckets_live_in_a_region_and_are_listed_everywhere() {
    let fixture = Fixture::new();
    let ireland = Client::new(&sdk(&fixture.cloud, "eu-west-1"));
    let illegal = ireland.create_bucket().bucket("data").send().await;
    assert_eq!(code(illegal), "IllegalLocationConstraintException");
    let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
    let create = || ireland.create_bucket().bucket("data").create_bucket_configuration(place.clone()).send();
    create().await.unwrap();
    assert_eq!(code(create().await), "BucketAlreadyOwnedByYou");
    put(&ireland, "k", "v").await;
    let location = ireland.get_bucket_location().bucket("data").send().await.unwrap();
    assert_eq!(location.location_constraint(), Some(&BucketLocationConstraint::EuWest1));
    let virginia = Client::new(&fixture.sdk());
    assert_eq!(virginia.list_buckets().send().await.unwrap().buckets().len(), 1);
    let elsewhere = virginia.get_object().bucket("data").key("k").send().await;
    assert_eq!(code(elsewhere), "PermanentRedirect");
}

#[tokio::test]
async fn a_lifecycle_configuration_says_which_objects_are_too_small() {
    let fixture = Fixture::new();
    let s3 = Client::new(&fixture.sdk());
    versioned(&s3).await;
    configure(&s3).await;
    let get = || s3.get_bucket_lifecycle_configuration().bucket("data");
    let read = async || get().send().await.unwrap().transition_default_minimum_object_size;
    let usual = TransitionDefaultMinimumObjectSize::AllStorageClasses128K;
    assert_eq!(read().await, Some(usual.clone()));
    let rules = get().send().await.unwrap().rules;
    let lifecycle = BucketLifecycleConfiguration::builder().set_rules(rules).build().unwrap();
    let put = || s3.put_bucket_lifecycle_configuration().bucket("data").lifecycle_configuration(lifecycle.clone());
    let varies = TransitionDefaultMinimumObjectSize::VariesByStorageClass;
    let answer = put().transition_default_minimum_object_size(varies.clone()).send().await.unwrap();
    assert_eq!(answer.transition_default_minimum_object_size(), Some(&varies));
    assert_eq!(read().await, Some(varies));
    assert_eq!(code(put().transition_default_minimum_object_size("none".into()).send().await), "InvalidArgument");
    put().send().await.unwrap();
    assert_eq!(read().await, Some(usual));
}

#[tokio::test]
async fn ownership_controls_are_gone_once_they_are_deleted() {
    let fixture = Fixture::new();
    let s3 = Client::new(&fixture.sdk());
    versioned(&s3).await;
    let get = || s3.get_bucket_ownership_controls().bucket("data");
    let controls = get().send().await.unwrap().ownership_controls.unwrap();
    assert_eq!(controls.rules()[0].object_ownership(), &ObjectOwnership::BucketOwnerEnforced);
    s3.delete_bucket_ownership_controls().bucket("data").send().await.unwrap();
    assert_eq!(code(get().send().await), "OwnershipControlsNotFoundError");
}
