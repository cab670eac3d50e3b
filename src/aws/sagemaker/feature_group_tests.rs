//! Tests of feature groups.

use super::{
    Collection, Feature, FeatureGroup, FeatureType, Lifetime, LifetimeUnit, OfflineStore, OnlineStorage, TableFormat,
    Throughput,
};
use crate::resource::{Billing, Charge, OnPause, Problems, Resource, Tags};

fn group() -> FeatureGroup {
    FeatureGroup::online("id", "at", vec![Feature::string("id"), Feature::fractional("at"), Feature::integral("age")])
}

fn problems_of(group: &FeatureGroup) -> String {
    let mut problems = Problems::new();
    group.validate(&mut problems);
    problems.fields().join(" ")
}

#[test]
fn invalid_feature_groups_are_refused() {
    assert_eq!(problems_of(&group()), "");
    let wrong = FeatureGroup {
        name: Some("_a".into()),
        description: Some("a".repeat(129)),
        record_identifier: "nothing".into(),
        event_time: "age".into(),
        lifetime: Some(Lifetime { value: 0, unit: LifetimeUnit::Days }),
        tags: Tags::from([("ebb:stack".into(), "mine".into())]),
        ..group()
    };
    assert_eq!(problems_of(&wrong), "name description record_identifier event_time lifetime tags");
    let store = OfflineStore { glue_table: false, format: TableFormat::Iceberg, ..OfflineStore::at("features") };
    let offline = FeatureGroup { offline_store: Some(store), ..group() };
    assert_eq!(problems_of(&offline), "offline_store.uri offline_store.format role");
    let nowhere = FeatureGroup {
        online_store: None,
        storage: OnlineStorage::InMemory,
        lifetime: Some(Lifetime { value: 1, unit: LifetimeUnit::Days }),
        ..group()
    };
    assert_eq!(problems_of(&nowhere), "storage lifetime online_store");
}

#[test]
fn features_follow_the_rules_of_aws() {
    let with = |added: Vec<Feature>, storage| {
        let mut all = group();
        all.features.extend(added);
        problems_of(&FeatureGroup { storage, ..all })
    };
    let vector = |name: &str, dimension| Feature {
        collection: Some(Collection::Vector { dimension }),
        ..Feature::fractional(name)
    };
    assert_eq!(with(vec![vector("v", 8192)], OnlineStorage::InMemory), "");
    assert_eq!(with(vec![vector("v", 3)], OnlineStorage::Standard), "features[3].collection");
    assert_eq!(
        with(vec![vector("v", 8193), vector("w", 1)], OnlineStorage::InMemory),
        "features[3].collection features"
    );
    let integral = Feature { value: FeatureType::Integral, ..vector("v", 1) };
    assert_eq!(with(vec![integral], OnlineStorage::InMemory), "features[3].value");
    let names = vec![Feature::string("write_time"), Feature::string("AGE")];
    assert_eq!(with(names, OnlineStorage::Standard), "features[3].name features[4].name");
    assert_eq!(problems_of(&FeatureGroup { features: Vec::new(), ..group() }), "features record_identifier event_time");
}

#[test]
fn a_pause_switches_provisioned_capacity_to_on_demand_unless_it_is_kept() {
    assert_eq!(group().paused(), OnPause::Keep);
    let provisioned = FeatureGroup { throughput: Throughput::Provisioned { read_units: 5, write_units: 2 }, ..group() };
    assert_eq!(provisioned.paused(), OnPause::Reduce(group()));
    assert_eq!(FeatureGroup { keep_capacity_while_paused: true, ..provisioned.clone() }.paused(), OnPause::Keep);
    let hourly = |group: &FeatureGroup| match group.billing() {
        Billing::Charges(charges) => {
            charges.iter().filter(|charge| !charge.is_by_use()).map(Charge::total).sum::<f64>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!((hourly(&provisioned), hourly(&group())), (7.0, 0.0));
    assert_eq!(problems_of(&FeatureGroup { storage: OnlineStorage::InMemory, ..provisioned.clone() }), "throughput");
    let role = "arn:aws:iam::123456789012:role/features";
    let offline = FeatureGroup { online_store: None, ..provisioned }.and_offline(OfflineStore::at("s3://f/"), role);
    assert_eq!(problems_of(&offline), "throughput");
}
