//! The bucket: missing, without versions, prepared.

use ebbtide_engine::sdk::Hint as _;
use ebbtide_engine::state::{S3Backend, StateError};

use crate::documents::{first, next};
use crate::world::{Location, With, World, owner};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_must_exist_keep_versions_and_encrypt() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open(folder.path(), Location::Bucket, With::Nothing);
    let (state, bucket) = (world.state(), world.bucket());
    let missing = state.acquire(owner("ada")).await.err().expect("there is no bucket");
    let hint = missing.hint().unwrap_or_default();
    assert!(missing.to_string().contains("NoSuchBucket") && hint.contains("ebb state init s3://"), "{missing}: {hint}");

    let s3 = world.aws.s3();
    let configuration = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1)
        .build();
    s3.create_bucket().bucket(&bucket.name).create_bucket_configuration(configuration).send().await.unwrap();
    let refused = state.acquire(owner("ada")).await.err().expect("it keeps no versions");
    assert!(matches!(refused, StateError::NotVersioned(_)), "{refused}");

    S3Backend::init(&bucket).await.unwrap();
    let mut writer = state.acquire(owner("ada")).await.unwrap();
    writer.read().await.unwrap();
    let mut document = first();
    for _ in 0..3 {
        writer.commit(&document).await.unwrap();
        document = next(&document);
    }
    writer.release().await;
    let versions = s3.list_object_versions().bucket(&bucket.name).send().await.unwrap();
    let of_state =
        versions.versions().iter().filter(|version| version.key().is_some_and(|key| key.ends_with("state.json")));
    assert_eq!(of_state.count(), 3, "overwritten documents are kept");
    for object in s3.list_objects_v2().bucket(&bucket.name).send().await.unwrap().contents() {
        let head = s3.head_object().bucket(&bucket.name).key(object.key().unwrap()).send().await.unwrap();
        let encryption = head.server_side_encryption().map(|encryption| encryption.as_str().to_owned());
        assert_eq!(encryption.as_deref(), Some("aws:kms"), "{:?}", object.key());
    }
}
