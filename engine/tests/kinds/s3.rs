//! S3 buckets.

use ebbtide::aws::iam::{Policy, Principal};
use ebbtide::aws::s3::{
    Bucket, BucketOutputs, Encryption, LifecycleRule, NoncurrentExpiration, PublicAccessBlock, StorageClass, Transition,
};
use ebbtide::resource::{Resolved, Resource, Tags};
use ebbtide_engine::providers::Provider;
use ebbtide_engine::sdk::ErrorKind;
use serde_json::json;

use crate::declared::resolved;
use crate::harness::{Made, World, refuses_foreign};

fn rules() -> Vec<LifecycleRule> {
    let captures = LifecycleRule {
        prefix: "captures/".into(),
        transitions: vec![Transition { days: 30, storage_class: StorageClass::StandardInfrequentAccess }],
        expiration_days: Some(365),
        ..LifecycleRule::new("captures")
    };
    let all = LifecycleRule {
        noncurrent_expiration: Some(NoncurrentExpiration { days: 30, keep_versions: Some(3) }),
        abort_multipart_days: Some(7),
        ..LifecycleRule::new("all")
    };
    vec![captures, all]
}

fn bucket() -> Bucket<Resolved> {
    resolved(&Bucket {
        versioning: true,
        lifecycle: rules(),
        tags: Tags::from([("team".into(), "llm".into())]),
        ..Bucket::new()
    })
}

async fn put(world: &World, made: &Made, key: &str) {
    let put = world.aws.s3().put_object().bucket(&made.id).key(key);
    put.body(b"content".to_vec().into()).send().await.unwrap();
}

#[tokio::test]
async fn a_bucket_lives_through_every_change() {
    let world = World::new();
    let mut made = world.make::<Bucket>("models", &bucket()).await;
    let outputs: BucketOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), format!("arn:aws:s3:::{}", made.id));
    assert_eq!(outputs.regional_domain_name, format!("{}.s3.eu-west-1.amazonaws.com", made.id));
    let location = world.aws.s3().get_bucket_location().bucket(&made.id).send().await.unwrap();
    assert_eq!(location.location_constraint().map(|place| place.as_str()), Some("eu-west-1"));

    let mut changed = Bucket { versioning: false, ..bucket() };
    made.change_to(&changed).await;
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
    changed.encryption = Encryption::Kms { key: Some(key.into()), bucket_key: true };
    made.change_to(&changed).await;
    changed.encryption = Encryption::Aes256;
    made.change_to(&changed).await;
    changed.lifecycle.pop();
    made.change_to(&changed).await;
    changed.lifecycle.clear();
    made.change_to(&changed).await;
    let readers = Policy::new().allow(["s3:GetObject"]).on_itself_then("/*").to(Principal::account("210987654321"));
    changed.policy = Some(resolved(&readers));
    made.change_to(&changed).await;
    changed.tls_only = false;
    made.change_to(&changed).await;
    changed.policy = None;
    made.change_to(&changed).await;
    changed.public_access = PublicAccessBlock { restrict_public_buckets: false, ..PublicAccessBlock::ALL };
    made.change_to(&changed).await;
    changed.tags = Tags::from([("stage".into(), "test".into())]);
    made.change_to(&changed).await;
    assert!(made.kind.find(&made.context, &made.inputs).await.unwrap().is_some(), "the ownership tags stay");
    made.delete().await;
}

#[tokio::test]
async fn foreign_changes_are_seen() {
    let world = World::new();
    let made = world.make::<Bucket>("models", &bucket()).await;
    let s3 = world.aws.s3();
    s3.delete_public_access_block().bucket(&made.id).send().await.unwrap();
    s3.delete_bucket_policy().bucket(&made.id).send().await.unwrap();
    s3.delete_bucket_lifecycle().bucket(&made.id).send().await.unwrap();
    let seen = made.read().await.unwrap().inputs;
    assert_eq!(seen["public_access"]["block_public_acls"], false);
    assert_eq!(seen["tls_only"], false);
    assert_eq!(seen["lifecycle"], json!([]));
    made.kind.update(&made.context, &made.id, &seen, &made.inputs).await.unwrap();
    assert_eq!(made.read().await.unwrap().inputs, made.inputs);
}

#[tokio::test]
async fn objects_and_their_old_versions_are_data() {
    let world = World::new();
    let mut made = world.make::<Bucket>("models", &bucket()).await;
    assert_eq!(made.data().await, None);
    put(&world, &made, "model.tar.gz").await;
    assert_eq!(made.data().await.as_deref(), Some("1 object"));
    put(&world, &made, "model.tar.gz").await;
    world.aws.s3().delete_object().bucket(&made.id).key("model.tar.gz").send().await.unwrap();
    assert_eq!(made.data().await.as_deref(), Some("3 objects"));
    let error = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::HoldsData);
    assert!(error.message.contains("3 objects"), "{error}");
    made.context.include_data = true;
    made.delete().await;
}

#[tokio::test]
async fn an_interrupted_creation_is_completed() {
    let world = World::new();
    let made = world.make::<Bucket>("models", &bucket()).await;
    world.aws.s3().delete_bucket_policy().bucket(&made.id).send().await.unwrap();
    assert_eq!(made.kind.create(&made.context, &made.inputs).await.unwrap(), made.id);
    assert_eq!(made.read().await.unwrap().inputs, made.inputs);
}

#[tokio::test]
async fn a_foreign_bucket_is_neither_found_nor_taken_over() {
    let world = World::new();
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1)
        .build();
    let create = world.aws.s3().create_bucket().bucket("theirs").create_bucket_configuration(place);
    create.send().await.unwrap();
    let context = world.context("s3_bucket.ours", 1);
    refuses_foreign::<Bucket>(&context, &Bucket { name: Some("theirs".into()), ..bucket() }, "theirs").await;
}

#[tokio::test]
async fn known_outputs_are_the_outputs() {
    let world = World::new();
    let made = world.make::<Bucket>("models", &resolved(&Bucket::new())).await;
    let known = Bucket::new().known_outputs(&made.context.identity);
    assert_eq!(serde_json::Value::Object(known), made.read().await.unwrap().outputs);
}

#[tokio::test]
async fn in_us_east_1_another_bucket_of_the_account_is_not_taken_for_a_new_one() {
    let mut world = World::new();
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-east-1"))
        .http_client(world.cloud.http_client())
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(world.cloud.credentials()))
        .build();
    world.aws = std::sync::Arc::new(ebbtide_engine::sdk::Aws::new(config, false));
    let made = world.make::<Bucket>("models", &bucket()).await;
    made.delete().await;

    world.aws.s3().create_bucket().bucket("theirs").send().await.unwrap();
    let context = world.context("s3_bucket.ours", 1);
    let inputs = Bucket { name: Some("theirs".into()), ..bucket() };
    let error = Bucket::create(&context, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
    let versioning = world.aws.s3().get_bucket_versioning().bucket("theirs").send().await.unwrap();
    assert_eq!(versioning.status(), None, "it was not touched");
}

#[tokio::test]
async fn a_bucket_of_that_name_in_another_region_is_another_bucket() {
    for region in ["us-west-2", "me-south-1"] {
        let world = World::new();
        let place = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(region.into()).build();
        let config = world.aws.s3().config().to_builder().region(aws_sdk_s3::config::Region::new(region)).build();
        let there = aws_sdk_s3::Client::from_conf(config);
        there.create_bucket().bucket("theirs").create_bucket_configuration(place).send().await.unwrap();
        let context = world.context("s3_bucket.ours", 1);
        refuses_foreign::<Bucket>(&context, &Bucket { name: Some("theirs".into()), ..bucket() }, "theirs").await;
    }
}

#[tokio::test]
async fn a_bucket_waits_for_the_principal_of_its_policy() {
    let world = World::new();
    let reader = Principal::aws("arn:aws:iam::123456789012:role/reader");
    let policy = Policy::new().allow(["s3:GetObject"]).on_itself_then("/*").to(reader);
    let inputs = Bucket { policy: Some(resolved(&policy)), ..bucket() };
    let context = world.context("s3_bucket.models", 1);
    let error = Bucket::create(&context, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotYet, "{error}");
    let trust: Policy<Resolved> = resolved(&Policy::trust("sagemaker.amazonaws.com"));
    let create = world.aws.iam().create_role().role_name("reader").assume_role_policy_document(trust.to_string());
    create.send().await.unwrap();
    Bucket::create(&context, &inputs).await.unwrap();
}
