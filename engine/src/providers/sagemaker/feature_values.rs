//! Conversions of features, stores and throughput.

use aws_sdk_sagemaker::operation::describe_feature_group::DescribeFeatureGroupOutput;
use aws_sdk_sagemaker::types::{
    CollectionConfig, CollectionType, DataCatalogConfig, FeatureDefinition, FeatureType as SdkType, OfflineStoreConfig,
    OnlineStoreConfig, OnlineStoreSecurityConfig, S3StorageConfig, StorageType, TableFormat as SdkFormat,
    ThroughputConfig, ThroughputMode, TtlDuration, TtlDurationUnit, VectorConfig,
};

use super::kms_key::key_as_declared;
use super::variant::unless_left_open;
use crate::providers::numbers::{signed, unsigned};
use ebbtide::aws::sagemaker::{
    Collection, DataCatalog, Feature, FeatureGroup, FeatureType, Lifetime, LifetimeUnit, OfflineStore, OnlineStorage,
    OnlineStore, TableFormat, Throughput,
};
use ebbtide::resource::Resolved;

pub(super) fn feature_to_sdk(feature: &Feature) -> FeatureDefinition {
    let (collection, config) = match feature.collection {
        None => (None, None),
        Some(Collection::List) => (Some(CollectionType::List), None),
        Some(Collection::Set) => (Some(CollectionType::Set), None),
        Some(Collection::Vector { dimension }) => {
            let config = VectorConfig::builder().dimension(signed(dimension)).build();
            (Some(CollectionType::Vector), Some(CollectionConfig::VectorConfig(config)))
        }
    };
    let value = match feature.value {
        FeatureType::String => SdkType::String,
        FeatureType::Integral => SdkType::Integral,
        FeatureType::Fractional => SdkType::Fractional,
    };
    FeatureDefinition::builder()
        .feature_name(&feature.name)
        .feature_type(value)
        .set_collection_type(collection)
        .set_collection_config(config)
        .build()
}

pub(super) fn read_feature(feature: &FeatureDefinition) -> Feature {
    let dimension = match feature.collection_config() {
        Some(CollectionConfig::VectorConfig(vector)) => vector.dimension().map_or(0, unsigned),
        _ => 0,
    };
    Feature {
        name: feature.feature_name().unwrap_or_default().to_owned(),
        value: match feature.feature_type() {
            Some(SdkType::Integral) => FeatureType::Integral,
            Some(SdkType::Fractional) => FeatureType::Fractional,
            _ => FeatureType::String,
        },
        collection: match feature.collection_type() {
            Some(CollectionType::List) => Some(Collection::List),
            Some(CollectionType::Set) => Some(Collection::Set),
            Some(CollectionType::Vector) => Some(Collection::Vector { dimension }),
            _ => None,
        },
    }
}

pub(super) fn online_to_sdk(inputs: &FeatureGroup<Resolved>) -> Option<OnlineStoreConfig> {
    let store = inputs.online_store.as_ref()?;
    let security = store.kms_key.as_ref().map(|key| OnlineStoreSecurityConfig::builder().kms_key_id(key).build());
    let config = OnlineStoreConfig::builder()
        .enable_online_store(true)
        .storage_type(storage_to_sdk(inputs.storage))
        .set_security_config(security)
        .set_ttl_duration(inputs.lifetime.map(lifetime_to_sdk));
    Some(config.build())
}

pub(super) fn storage_to_sdk(storage: OnlineStorage) -> StorageType {
    match storage {
        OnlineStorage::Standard => StorageType::Standard,
        OnlineStorage::StandardV2 => StorageType::StandardV2,
        OnlineStorage::InMemory => StorageType::InMemory,
    }
}

pub(super) fn lifetime_to_sdk(lifetime: Lifetime) -> TtlDuration {
    let unit = match lifetime.unit {
        LifetimeUnit::Seconds => TtlDurationUnit::Seconds,
        LifetimeUnit::Minutes => TtlDurationUnit::Minutes,
        LifetimeUnit::Hours => TtlDurationUnit::Hours,
        LifetimeUnit::Days => TtlDurationUnit::Days,
        LifetimeUnit::Weeks => TtlDurationUnit::Weeks,
    };
    TtlDuration::builder().unit(unit).value(signed(lifetime.value)).build()
}

pub(super) fn offline_to_sdk(store: &OfflineStore<Resolved>) -> OfflineStoreConfig {
    let location = S3StorageConfig::builder().s3_uri(&store.uri).set_kms_key_id(store.kms_key.clone()).build();
    let catalog = store.catalog.as_ref().map(|catalog| {
        DataCatalogConfig::builder()
            .catalog(&catalog.catalog)
            .database(&catalog.database)
            .table_name(&catalog.table)
            .build()
    });
    let format = match store.format {
        TableFormat::Glue => SdkFormat::Glue,
        TableFormat::Iceberg => SdkFormat::Iceberg,
    };
    OfflineStoreConfig::builder()
        .s3_storage_config(location)
        .disable_glue_table_creation(!store.glue_table)
        .set_data_catalog_config(catalog)
        .table_format(format)
        .build()
}

/// Returns mode and units of reads and writes.
pub(super) fn throughput_to_sdk(throughput: Throughput, online: bool) -> (ThroughputMode, Option<i32>, Option<i32>) {
    match throughput {
        Throughput::OnDemand => (ThroughputMode::OnDemand, None, None),
        Throughput::Provisioned { read_units, write_units } => {
            // "For provisioned feature groups with online store enabled" (service model, ProvisionedReadCapacityUnits).
            (ThroughputMode::Provisioned, online.then(|| signed(read_units)), Some(signed(write_units)))
        }
    }
}

pub(super) fn throughput_config(inputs: &FeatureGroup<Resolved>) -> ThroughputConfig {
    let (mode, reads, writes) = throughput_to_sdk(inputs.throughput, inputs.online_store.is_some());
    ThroughputConfig::builder()
        .throughput_mode(mode)
        .set_provisioned_read_capacity_units(reads)
        .set_provisioned_write_capacity_units(writes)
        .build()
}

pub(super) fn read_throughput(found: &DescribeFeatureGroupOutput) -> Throughput {
    match found.throughput_config() {
        Some(config) if config.throughput_mode() == Some(&ThroughputMode::Provisioned) => Throughput::Provisioned {
            read_units: config.provisioned_read_capacity_units().map_or(0, unsigned),
            write_units: config.provisioned_write_capacity_units().map_or(0, unsigned),
        },
        _ => Throughput::OnDemand,
    }
}

pub(super) fn read_online(config: &OnlineStoreConfig, last: Option<&OnlineStore<Resolved>>) -> OnlineStore<Resolved> {
    let key = config.security_config().and_then(|security| security.kms_key_id());
    OnlineStore { kms_key: key_as_declared(key, last.map(|last| &last.kms_key)) }
}

pub(super) fn read_storage(config: &OnlineStoreConfig) -> OnlineStorage {
    match config.storage_type() {
        Some(StorageType::InMemory) => OnlineStorage::InMemory,
        Some(StorageType::StandardV2) => OnlineStorage::StandardV2,
        _ => OnlineStorage::Standard,
    }
}

pub(super) fn read_lifetime(config: &OnlineStoreConfig) -> Option<Lifetime> {
    let lifetime = config.ttl_duration()?;
    let unit = match lifetime.unit()? {
        TtlDurationUnit::Minutes => LifetimeUnit::Minutes,
        TtlDurationUnit::Hours => LifetimeUnit::Hours,
        TtlDurationUnit::Days => LifetimeUnit::Days,
        TtlDurationUnit::Weeks => LifetimeUnit::Weeks,
        _ => LifetimeUnit::Seconds,
    };
    Some(Lifetime { value: lifetime.value().map(unsigned)?, unit })
}

/// Reads an offline store. A table that AWS named stays open.
pub(super) fn read_offline(
    config: &OfflineStoreConfig,
    last: Option<&OfflineStore<Resolved>>,
) -> OfflineStore<Resolved> {
    let location = config.s3_storage_config();
    let catalog = config.data_catalog_config().map(|catalog| DataCatalog {
        catalog: catalog.catalog().unwrap_or_default().to_owned(),
        database: catalog.database().unwrap_or_default().to_owned(),
        table: catalog.table_name().unwrap_or_default().to_owned(),
    });
    OfflineStore {
        uri: location.and_then(|location| location.s3_uri()).unwrap_or_default().to_owned(),
        kms_key: key_as_declared(location.and_then(|location| location.kms_key_id()), last.map(|last| &last.kms_key)),
        glue_table: config.disable_glue_table_creation() != Some(true),
        catalog: unless_left_open(catalog, last.map(|last| last.catalog.clone())),
        format: match config.table_format() {
            Some(SdkFormat::Iceberg) => TableFormat::Iceberg,
            _ => TableFormat::Glue,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_and_stores_read_back_as_they_were_sent() {
        for collection in
            [None, Some(Collection::List), Some(Collection::Set), Some(Collection::Vector { dimension: 8 })]
        {
            let feature = Feature { collection, ..Feature::fractional("a") };
            assert_eq!(read_feature(&feature_to_sdk(&feature)), feature);
        }
        for feature in [Feature::string("a"), Feature::integral("b")] {
            assert_eq!(read_feature(&feature_to_sdk(&feature)), feature);
        }
        let catalog =
            DataCatalog { catalog: "AwsDataCatalog".into(), database: "features".into(), table: "users".into() };
        let full = OfflineStore::<Resolved> {
            uri: "s3://features/".into(),
            kms_key: Some("key".into()),
            glue_table: false,
            catalog: Some(catalog),
            format: TableFormat::Iceberg,
        };
        assert_eq!(read_offline(&offline_to_sdk(&full), None), full);
        let open = OfflineStore { catalog: None, kms_key: None, ..full.clone() };
        assert_eq!(read_offline(&offline_to_sdk(&full), Some(&open)), open, "AWS named the table");
        let units = [
            LifetimeUnit::Seconds,
            LifetimeUnit::Minutes,
            LifetimeUnit::Hours,
            LifetimeUnit::Days,
            LifetimeUnit::Weeks,
        ];
        for unit in units {
            let lifetime = Lifetime { value: 3, unit };
            let config = OnlineStoreConfig::builder().ttl_duration(lifetime_to_sdk(lifetime)).build();
            assert_eq!(read_lifetime(&config), Some(lifetime));
        }
    }
}
