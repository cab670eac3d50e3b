//! Feature groups.

use std::time::Duration;

use aws_sdk_sagemaker::operation::create_feature_group::builders::CreateFeatureGroupFluentBuilder;
use aws_sdk_sagemaker::operation::describe_feature_group::DescribeFeatureGroupOutput;
use aws_sdk_sagemaker::types::{
    CollectionType, FeatureDefinition, FeatureGroupStatus, FeatureType, LastUpdateStatusValue, OfflineStoreConfig,
    OnlineStoreConfig, OnlineStoreConfigUpdate, S3StorageConfig, StorageType, ThroughputConfig, ThroughputConfigUpdate,
    ThroughputMode, TtlDuration, TtlDurationUnit,
};

use super::{ROLE, Region, invalid, says};
use crate::support::code;

fn feature(name: &str, value: FeatureType) -> FeatureDefinition {
    FeatureDefinition::builder().feature_name(name).feature_type(value).build()
}

fn online() -> OnlineStoreConfig {
    OnlineStoreConfig::builder().enable_online_store(true).build()
}

fn create(region: &Region, name: &str) -> CreateFeatureGroupFluentBuilder {
    let create = region.client.create_feature_group().feature_group_name(name).record_identifier_feature_name("id");
    create
        .event_time_feature_name("at")
        .feature_definitions(feature("id", FeatureType::String))
        .feature_definitions(feature("at", FeatureType::Fractional))
}

async fn settled(region: &Region, name: &str) -> DescribeFeatureGroupOutput {
    for _ in 0..500 {
        let found = region.client.describe_feature_group().feature_group_name(name).send().await.unwrap();
        let is_updating =
            found.last_update_status().is_some_and(|one| one.status() == Some(&LastUpdateStatusValue::InProgress));
        let is_moving = matches!(found.feature_group_status(), Some(FeatureGroupStatus::Creating));
        if !is_moving && !is_updating {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{name} never settles");
}

#[tokio::test]
async fn the_life_of_a_feature_group() {
    let region = Region::new().await;
    let client = &region.client;
    create(&region, "Users").online_store_config(online()).send().await.unwrap();
    assert_eq!(code(create(&region, "users").online_store_config(online()).send().await), "ResourceInUse");
    let update = || client.update_feature_group().feature_group_name("Users");
    let addition = || update().feature_additions(feature("age", FeatureType::Integral));
    says(&invalid(addition().send().await), "in progress");
    let found = settled(&region, "Users").await;
    assert_eq!(found.feature_group_status(), Some(&FeatureGroupStatus::Created));
    assert_eq!(found.throughput_config().unwrap().throughput_mode(), Some(&ThroughputMode::OnDemand));
    assert!(found.last_update_status().is_none());

    let lifetime = TtlDuration::builder().unit(TtlDurationUnit::Days).value(3).build();
    let with_lifetime = OnlineStoreConfigUpdate::builder().ttl_duration(lifetime).build();
    says(&invalid(addition().online_store_config(with_lifetime.clone()).send().await), "at a time");
    addition().send().await.unwrap();
    let found = settled(&region, "Users").await;
    assert_eq!(found.feature_definitions().len(), 3);
    assert_eq!(found.last_update_status().unwrap().status(), Some(&LastUpdateStatusValue::Successful));
    says(&invalid(addition().send().await), "must be unique");
    update().online_store_config(with_lifetime).send().await.unwrap();
    let store = settled(&region, "Users").await.online_store_config.unwrap();
    assert_eq!(store.ttl_duration().unwrap().value(), Some(3));
    let without = OnlineStoreConfigUpdate::builder().ttl_duration(TtlDuration::builder().build()).build();
    update().online_store_config(without).send().await.unwrap();
    assert!(settled(&region, "Users").await.online_store_config.unwrap().ttl_duration().is_none());
    let moved = |storage| OnlineStoreConfigUpdate::builder().storage_type(storage).build();
    update().online_store_config(moved(StorageType::StandardV2)).send().await.unwrap();
    settled(&region, "Users").await;
    says(&invalid(update().online_store_config(moved(StorageType::Standard)).send().await), "cannot be changed");

    let delete = || client.delete_feature_group().feature_group_name("Users");
    delete().send().await.unwrap();
    for _ in 0..500 {
        if client.list_feature_groups().send().await.unwrap().feature_group_summaries().is_empty() {
            assert_eq!(code(delete().send().await), "ResourceNotFound");
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never goes");
}

#[tokio::test]
async fn a_group_is_switched_to_on_demand_once_a_day() {
    let region = Region::new().await;
    let provisioned = ThroughputConfig::builder()
        .throughput_mode(ThroughputMode::Provisioned)
        .provisioned_read_capacity_units(5)
        .provisioned_write_capacity_units(2)
        .build();
    create(&region, "users").online_store_config(online()).throughput_config(provisioned).send().await.unwrap();
    settled(&region, "users").await;
    let update = |mode, units| {
        let change = ThroughputConfigUpdate::builder()
            .throughput_mode(mode)
            .set_provisioned_read_capacity_units(units)
            .set_provisioned_write_capacity_units(units);
        region.client.update_feature_group().feature_group_name("users").throughput_config(change.build())
    };
    update(ThroughputMode::OnDemand, None).send().await.unwrap();
    let found = settled(&region, "users").await;
    assert_eq!(found.throughput_config().unwrap().throughput_mode(), Some(&ThroughputMode::OnDemand));
    says(&invalid(update(ThroughputMode::OnDemand, Some(1)).send().await), "not applicable");
    update(ThroughputMode::Provisioned, Some(1)).send().await.unwrap();
    settled(&region, "users").await;
    assert_eq!(code(update(ThroughputMode::OnDemand, None).send().await), "ResourceLimitExceeded");
}

#[tokio::test]
async fn an_offline_store_needs_a_role_and_a_bucket_and_gets_a_table() {
    let region = Region::new().await;
    let offline = |uri: &str| {
        OfflineStoreConfig::builder().s3_storage_config(S3StorageConfig::builder().s3_uri(uri).build()).build()
    };
    let create = |uri: &str| create(&region, "Daily-Users").offline_store_config(offline(uri));
    says(&invalid(create("s3://features/").send().await), "RoleArn is required");
    says(&invalid(create("s3://features/").role_arn(ROLE).send().await), "Invalid S3Uri provided");
    let s3 = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(&region.fixture.sdk()).force_path_style(true).build(),
    );
    s3.create_bucket().bucket("features").send().await.unwrap();
    let other = "arn:aws:iam::123456789012:role/other";
    says(&invalid(create("s3://features/").role_arn(other).send().await), "The execution role ARN is invalid.");
    create("s3://features/a/").role_arn(ROLE).send().await.unwrap();
    let store = settled(&region, "Daily-Users").await.offline_store_config.unwrap();
    let resolved = store.s3_storage_config().unwrap().resolved_output_s3_uri().unwrap();
    let begin = "s3://features/a/123456789012/sagemaker/us-east-1/offline-store/Daily-Users-";
    assert!(resolved.starts_with(begin), "{resolved}");
    let catalog = store.data_catalog_config().unwrap();
    assert!(catalog.table_name().unwrap().starts_with("daily_users_"), "{catalog:?}");
    region.client.delete_feature_group().feature_group_name("Daily-Users").send().await.unwrap();
}

#[tokio::test]
async fn invalid_feature_groups_are_refused() {
    let region = Region::new().await;
    let group = |name: &str| create(&region, name).online_store_config(online());
    says(&invalid(create(&region, "a").send().await), "At least one");
    let unknown = group("a").record_identifier_feature_name("other");
    says(&invalid(unknown.send().await), "is not in FeatureDefinitions");
    let integral = group("a").event_time_feature_name("n").feature_definitions(feature("n", FeatureType::Integral));
    says(&invalid(integral.send().await), "String or Fractional");
    says(&invalid(group("a").feature_definitions(feature("ID", FeatureType::String)).send().await), "unique");
    says(&invalid(group("a").feature_definitions(feature("write_time", FeatureType::String)).send().await), "reserved");
    let list = FeatureDefinition::builder().feature_name("l").feature_type(FeatureType::String);
    let list = list.collection_type(CollectionType::List).build();
    says(&invalid(group("a").feature_definitions(list).send().await), "InMemory");
    let provisioned = ThroughputConfig::builder().throughput_mode(ThroughputMode::Provisioned);
    let in_memory = OnlineStoreConfig::builder().enable_online_store(true).storage_type(StorageType::InMemory).build();
    let units = provisioned.clone().provisioned_read_capacity_units(1).provisioned_write_capacity_units(1).build();
    let fast = create(&region, "a").online_store_config(in_memory).throughput_config(units);
    says(&invalid(fast.send().await), "not supported for the storage type");
    says(&invalid(group("a").throughput_config(provisioned.build()).send().await), "needs capacity units");
}
