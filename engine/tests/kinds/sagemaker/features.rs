//! Feature groups.

use std::time::Duration;

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use ebbtide::aws::RoleArn;
use ebbtide::aws::sagemaker::{Feature, FeatureGroup, Lifetime, LifetimeUnit, OfflineStore, OnlineStorage, Throughput};
use ebbtide::resource::{Readiness, Resolved};
use ebbtide_engine::sdk::ErrorKind;
use serde::Serialize;

use super::{role, tags};
use crate::declared::resolved;
use crate::harness::{Made, World, provider};

fn features() -> Vec<Feature> {
    vec![Feature::string("id"), Feature::fractional("at")]
}

fn online() -> FeatureGroup<Resolved> {
    resolved(&FeatureGroup::online("id", "at", features()))
}

/// Makes a bucket.
pub async fn bucket(world: &World, name: &str) {
    let location = BucketLocationConstraint::from(world.aws.region());
    let location = CreateBucketConfiguration::builder().location_constraint(location).build();
    let create = world.aws.s3().create_bucket().bucket(name).create_bucket_configuration(location);
    create.send().await.unwrap();
}

/// Makes a role and a bucket.
async fn place(world: &World) -> RoleArn {
    bucket(world, "features").await;
    role(world).await
}

/// Changes a resource whose kind takes several calls for it, as the executor does: again while AWS is at work.
pub async fn change_in_steps<T: Serialize>(made: &mut Made, inputs: &T) {
    let to = serde_json::to_value(inputs).unwrap();
    for _ in 0..500 {
        match made.kind.update(&made.context, &made.id, &made.inputs, &to).await {
            Ok(()) => break,
            Err(error) if error.kind == ErrorKind::Busy => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(error) => panic!("{error}"),
        }
    }
    made.inputs = to;
    assert_eq!(made.ready().await.inputs, made.inputs, "the update did not arrive");
}

#[tokio::test]
async fn a_feature_group_is_created_changed_and_deleted() {
    let world = World::new();
    let role = place(&world).await;
    let store: OfflineStore<Resolved> = resolved(&OfflineStore::at("s3://features/users"));
    let mut inputs = FeatureGroup { offline_store: Some(store), role: Some(role), ..online() };
    inputs.tags = tags("team", "llm");
    let mut made = world.make::<FeatureGroup>("users", &inputs).await;
    inputs.features.insert(0, Feature::integral("age"));
    inputs.lifetime = Some(Lifetime { value: 3, unit: LifetimeUnit::Days });
    inputs.throughput = Throughput::Provisioned { read_units: 5, write_units: 2 };
    inputs.tags = tags("stage", "test");
    change_in_steps(&mut made, &inputs).await;
    // AWS adds 100 features at once.
    inputs.features.extend((0..250).map(|number| Feature::string(format!("f{number}"))));
    inputs.throughput = Throughput::OnDemand;
    inputs.lifetime = None;
    inputs.storage = OnlineStorage::StandardV2;
    change_in_steps(&mut made, &inputs).await;

    let refused = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::HoldsData, "an online store counts as full");
    made.context.include_data = true;
    made.delete().await;
}

#[tokio::test]
async fn a_group_without_an_online_store_holds_no_data_of_its_own() {
    let world = World::new();
    let role = place(&world).await;
    let store = OfflineStore::at("s3://features/users");
    let inputs: FeatureGroup<Resolved> = resolved(&FeatureGroup::offline("id", "at", features(), store, role.as_str()));
    let inputs = FeatureGroup { throughput: Throughput::Provisioned { read_units: 0, write_units: 9 }, ..inputs };
    let made = world.make::<FeatureGroup>("users", &inputs).await;
    assert_eq!(made.ready().await.data, None);
    made.delete().await;
}

#[tokio::test]
async fn a_change_that_aws_cannot_make_is_refused_before_anything_is_done() {
    let world = World::new();
    let inputs = online();
    let made = world.make::<FeatureGroup>("users", &inputs).await;
    let fewer = FeatureGroup { features: vec![Feature::string("id"), Feature::string("at")], ..inputs.clone() };
    let fewer_data = serde_json::to_value(&fewer).unwrap();
    let planned = made.kind.prepare(&fewer_data, "key", Some(&made.inputs)).unwrap_err();
    assert!(planned.message.contains("at") && planned.hint.unwrap().contains("`name`"), "{}", planned.message);
    let refused = made.kind.update(&made.context, &made.id, &made.inputs, &fewer_data).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
    let renamed = serde_json::to_value(FeatureGroup { name: Some("other".into()), ..fewer }).unwrap();
    made.kind.prepare(&renamed, "key", Some(&made.inputs)).expect("another group may have other features");
    let memory = serde_json::to_value(FeatureGroup { storage: OnlineStorage::InMemory, ..inputs }).unwrap();
    assert!(made.kind.prepare(&memory, "key", Some(&made.inputs)).unwrap_err().message.contains("storage"));
}

#[tokio::test]
async fn a_second_switch_to_on_demand_on_a_day_is_explained() {
    let world = World::new();
    let provisioned =
        FeatureGroup { throughput: Throughput::Provisioned { read_units: 5, write_units: 2 }, ..online() };
    let mut made = world.make::<FeatureGroup>("users", &provisioned).await;
    change_in_steps(&mut made, &online()).await;
    change_in_steps(&mut made, &provisioned).await;
    let to = serde_json::to_value(online()).unwrap();
    let refused = made.kind.update(&made.context, &made.id, &made.inputs, &to).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Quota);
    assert!(refused.hint.unwrap().contains("keep_capacity_while_paused"));
}

#[tokio::test]
async fn a_group_whose_offline_store_fails_is_reported_as_failed() {
    let world = World::new();
    let role = place(&world).await;
    let store = OfflineStore::at("s3://features/fail");
    let inputs: FeatureGroup<Resolved> = resolved(&FeatureGroup::offline("id", "at", features(), store, role.as_str()));
    let context = world.context("sagemaker_feature_group.users", 1);
    let inputs = serde_json::to_value(&inputs).unwrap();
    let kind = provider("sagemaker_feature_group");
    let id = kind.create(&context, &inputs).await.unwrap();
    for _ in 0..500 {
        match kind.read(&context, &id, &inputs).await.unwrap().unwrap().readiness {
            Readiness::Pending(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            Readiness::Failed(why) => return assert!(why.contains("offline store"), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    panic!("it never fails");
}
