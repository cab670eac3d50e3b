//! The table of feature groups.

use ebbtide::aws::RoleArn;
use ebbtide::aws::sagemaker::{
    DataCatalog, Feature, FeatureGroup, Lifetime, LifetimeUnit, OfflineStore, OnlineStore, TableFormat, Throughput,
};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::{Shows, Table};
use super::{bucket, role, tags};
use crate::fixture::scope;

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn declare_around(stack: &mut Stack) -> [Input<RoleArn>; 2] {
    ["one", "two"].map(|name| role(stack, name))
}

fn add(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<FeatureGroup>(inputs.clone()).unwrap());
}

fn prepare(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async move { bucket(aws, "features").await })
}

fn features() -> Vec<Feature> {
    vec![Feature::string("id"), Feature::fractional("at"), Feature::string("when")]
}

fn store() -> OfflineStore {
    OfflineStore::at("s3://features/a")
}

/// Returns the table of feature groups with both stores. The online store counts as holding data, so nothing replaces such a group.
pub fn group() -> Table {
    let roles = declare_around(&mut Stack::new(scope(), [].into()));
    let base = FeatureGroup::online("id", "at", features()).and_offline(store(), &roles[0]);
    let base = FeatureGroup { name: Some("one".into()), ..base };
    let online: OnlineStore = OnlineStore { kms_key: Some(KEY.into()) };
    let lifetime = Lifetime { value: 2, unit: LifetimeUnit::Hours };
    let provisioned = Throughput::Provisioned { read_units: 7, write_units: 3 };
    let mut table = Table::new(&base, observe)
        .entry("features", json!(features()[..2]), Shows::Refused("neither remove nor change one: when"))
        .entry("storage", json!("in_memory"), Shows::Refused("cannot change the storage"))
        .shows("lifetime", json!(lifetime), json!([2, "Hours"]))
        .shows("throughput", json!(provisioned), json!(["Provisioned", 7, 3]))
        .entry("keep_capacity_while_paused", json!(true), Shows::Nothing("it is about pauses, and not about AWS"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    for (field, to) in [
        ("name", json!("two")),
        ("description", json!("Users")),
        ("record_identifier", json!("when")),
        ("event_time", json!("when")),
        ("online_store", json!(online)),
        ("offline_store", json!(OfflineStore::at("s3://features/b"))),
        ("role", json!(roles[1])),
    ] {
        table = table.entry(field, to, Shows::Refused("the records of its online store"));
    }
    Table { add, prepare, ..table }
}

/// Returns the table of feature groups with an offline store alone, which another group can replace.
pub fn offline_group() -> Table {
    let roles = declare_around(&mut Stack::new(scope(), [].into()));
    let base =
        FeatureGroup { name: Some("one".into()), ..FeatureGroup::offline("id", "at", features(), store(), &roles[0]) };
    let more: Vec<_> = features().into_iter().chain([Feature::integral("age")]).collect();
    let full = OfflineStore {
        kms_key: Some(KEY.into()),
        catalog: Some(DataCatalog { catalog: "AwsDataCatalog".into(), database: "d".into(), table: "t".into() }),
        format: TableFormat::Iceberg,
        ..store()
    };
    let table = Table::new(&base, observe)
        .shows("name", json!("two"), json!("two"))
        .shows("description", json!("Users"), json!("Users"))
        .shows("record_identifier", json!("when"), json!("when"))
        .shows("event_time", json!("when"), json!("when"))
        // Features stay: the way back is another group.
        .shows("features", json!(more), json!("id String, at Fractional, when String, age Integral"))
        .also("name", json!("two"))
        .shows("offline_store", json!(full), json!(["s3://features/a", KEY, false, "d", "Iceberg"]))
        .shows(
            "offline_store",
            json!(OfflineStore { glue_table: false, ..store() }),
            json!(["s3://features/a", null, true, null, "Glue"]),
        )
        .shows(
            "offline_store",
            json!(OfflineStore::at("s3://features/b")),
            json!(["s3://features/b", null, false, "sagemaker_featurestore", "Glue"]),
        )
        .shows("role", json!(roles[1]), json!("two"))
        .shows(
            "throughput",
            json!(Throughput::Provisioned { read_units: 0, write_units: 3 }),
            json!(["Provisioned", null, 3]),
        );
    Table { add, prepare, ..table }
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.sagemaker().list_feature_groups().send().await.unwrap();
        let [only] = all.feature_group_summaries() else { panic!("not one group: {all:?}") };
        assert_eq!(only.feature_group_name(), Some(id));
        let group = aws.sagemaker().describe_feature_group().feature_group_name(id).send().await.unwrap();
        assert_eq!(group.feature_group_status().map(|status| status.as_str()), Some("Created"));
        let features = group.feature_definitions().iter();
        let features: Vec<_> = features
            .map(|one| format!("{} {}", one.feature_name().unwrap(), one.feature_type().unwrap().as_str()))
            .collect();
        let store = group.offline_store_config().unwrap();
        let location = store.s3_storage_config().unwrap();
        let throughput = group.throughput_config().unwrap();
        let online = group.online_store_config();
        json!({
            "name": id,
            "description": group.description(),
            "record_identifier": group.record_identifier_feature_name(),
            "event_time": group.event_time_feature_name(),
            "features": features.join(", "),
            "online_store": online.and_then(|online| online.security_config()).and_then(|security| security.kms_key_id()),
            "storage": online.and_then(|online| online.storage_type()).map(|storage| storage.as_str()),
            "lifetime": online.and_then(|online| online.ttl_duration()).map(|lifetime| {
                json!([lifetime.value(), lifetime.unit().map(|unit| unit.as_str())])
            }),
            "offline_store": [
                json!(location.s3_uri()),
                json!(location.kms_key_id()),
                json!(store.disable_glue_table_creation()),
                json!(store.data_catalog_config().and_then(|catalog| catalog.database())),
                json!(store.table_format().map(|format| format.as_str())),
            ],
            "role": group.role_arn().map(|arn| arn.rsplit('/').next()),
            "throughput": [
                json!(throughput.throughput_mode().map(|mode| mode.as_str())),
                json!(throughput.provisioned_read_capacity_units()),
                json!(throughput.provisioned_write_capacity_units()),
            ],
            "keep_capacity_while_paused": null,
            "tags": tags(aws, group.feature_group_arn().unwrap()).await,
        })
    })
}
