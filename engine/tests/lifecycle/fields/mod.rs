//! Changes each field of each kind through a whole apply, and asks the cloud whether the change arrived.
//!
//! A kind has a table: its inputs, a changed value for each of their fields, and an observer that reads only the cloud. A
//! kind or a field without an entry fails the test. To add a service, write a file with the tables of its kinds and list them
//! in [`tables`].

mod autoscaling;
mod balancing;
mod bedrock;
mod bedrock_jobs;
mod budgets;
mod ce;
mod cloud_control;
mod cloudwatch;
mod ec2;
mod functions;
mod gateway;
mod iam;
mod kms;
mod logs;
mod s3;
mod sagemaker;
mod search;
mod secretsmanager;
mod sns;
mod table;

use std::collections::BTreeSet;

use aws_sdk_resourcegroupstagging::types::TagFilter;
use ebbtide::plan::Target;
use ebbtide::resource::Address;
use ebbtide_engine::providers::providers;
use ebbtide_engine::sdk::Aws;
use serde_json::Value;

use crate::fixture::Project;
use table::{Field, Shows, Table};

fn tables() -> Vec<Table> {
    let others = [
        bedrock_jobs::deployment(),
        bedrock_jobs::job(),
        bedrock_jobs::logging(),
        bedrock_jobs::model(),
        bedrock_jobs::throughput(),
        budgets::budget(),
        cloudwatch::alarm(),
        cloudwatch::dashboard(),
        iam::role(),
        logs::group(),
        s3::bucket(),
        secretsmanager::secret(),
        sns::subscription(),
        sns::topic(),
    ];
    let several = [
        autoscaling::tables(),
        balancing::tables(),
        bedrock::tables(),
        ce::tables(),
        cloud_control::tables(),
        ec2::tables(),
        gateway::tables(),
        functions::tables(),
        kms::tables(),
        sagemaker::tables(),
        search::tables(),
    ];
    several.into_iter().flatten().chain(others).collect()
}

/// Applies inputs that are refused with a message that has these words.
async fn refuse(project: &mut Project, table: &Table, inputs: &Value, words: &str, at: &str) {
    project.declarations = table.declare(inputs);
    let ran = project.run_on(&project.cloud(), Target::Running).await;
    let message = match ran.result {
        Err(failure) => failure.to_string(),
        Ok(finished) => {
            assert!(!finished.success, "{at}: not refused");
            format!("{:?}", ran.events)
        }
    };
    assert!(message.contains(words), "{at}: {message}");
}

/// Applies inputs of the table's kind. Returns the resource as the cloud has it then.
async fn apply(project: &mut Project, table: &Table, inputs: &Value, at: &str) -> Value {
    project.declarations = table.declare(inputs);
    let cloud = project.cloud();
    let ran = project.run_on(&cloud, Target::Running).await;
    let finished = ran.result.unwrap_or_else(|failure| panic!("{at}: {failure}"));
    assert!(finished.success, "{at}: {:#?}", ran.events);
    let plan = project.plan(Target::Running).await;
    assert!(plan.operations.is_empty(), "{at}: the next plan has {:#?}", plan.operations);
    let document = project.document().await;
    let address: Address = format!("{}.it", table.kind).parse().unwrap();
    let id = document.resources[&address].id.clone().expect("it has an id");
    let aws = Project::aws(&cloud);
    check_alone(&aws, &address, at).await;
    (table.observe)(&aws, &id).await
}

/// Checks that nothing is left of a resource that was replaced, where the cloud finds resources by their tags.
async fn check_alone(aws: &Aws, address: &Address, at: &str) {
    let filter = TagFilter::builder().key("ebb:address").values(address.to_string()).build();
    let found = aws.resourcegroupstagging().get_resources().tag_filters(filter).send().await.unwrap();
    let mut found: Vec<_> = found.resource_tag_mapping_list().iter().filter_map(|one| one.resource_arn()).collect();
    // AWS goes on showing a deleted NAT gateway, with its tags, for about an hour.
    // The model of a job has the tags of the job.
    found.retain(|arn| !arn.contains(":natgateway/") && !arn.contains(":custom-model/"));
    assert!(found.len() <= 1, "{at}: the replaced one is left: {found:?}");
}

async fn check(table: &Table, field: &Field) {
    let at = format!("{}: {} to {}", table.kind, field.name, field.to);
    let mut project = Project::new(table.declare(&table.base));
    (table.prepare)(&Project::aws(&project.cloud())).await;
    let before = apply(&mut project, table, &table.base, &at).await;
    let mut changed = table.base.clone();
    changed[field.name] = field.to.clone();
    field.also.iter().for_each(|(name, to)| changed[*name] = to.clone());
    assert_ne!(changed, table.base, "{at}: the entry changes nothing");
    if let Shows::Refused(words) = field.shows {
        return refuse(&mut project, table, &changed, words, &at).await;
    }
    let after = apply(&mut project, table, &changed, &at).await;
    match &field.shows {
        Shows::Value(expected) => assert_eq!(&after[field.name], expected, "{at}: the cloud has {after:#}"),
        Shows::Another => assert_ne!(after[field.name], before[field.name], "{at}: the cloud has {after:#}"),
        Shows::NoWayBack(expected, words) => {
            assert_eq!(&after[field.name], expected, "{at}: the cloud has {after:#}");
            return refuse(&mut project, table, &table.base, words, &at).await;
        }
        Shows::Nothing(_) | Shows::Refused(_) => assert_eq!(after, before, "{at}"),
    }
    let again = apply(&mut project, table, &table.base, &format!("{at}, and back")).await;
    match &field.shows {
        Shows::Another => assert_ne!(again[field.name], after[field.name], "{at}, and back: the cloud has {again:#}"),
        _ => assert_eq!(again[field.name], before[field.name], "{at}, and back: the cloud has {again:#}"),
    }
}

#[test]
fn every_field_of_every_kind_has_an_entry() {
    let tables = tables();
    for kind in providers().kinds().iter() {
        let name = &kind.info().name;
        let of_kind = tables.iter().filter(|table| table.kind == name).count();
        assert_eq!(of_kind, 1, "{name} has {of_kind} tables");
    }
    for table in tables {
        let fields: BTreeSet<&str> = table.base.as_object().unwrap().keys().map(String::as_str).collect();
        let entries: BTreeSet<&str> = table.fields.iter().map(|field| field.name).collect();
        assert_eq!(entries, fields, "{}: the entries are not the fields", table.kind);
        for field in table.fields {
            let silent = matches!(field.shows, Shows::Nothing(why) if why.is_empty());
            assert!(!silent, "{}: {} needs a reason", table.kind, field.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_field_arrives_or_is_refused() {
    let mut checks = tokio::task::JoinSet::new();
    let more = [autoscaling::stepped(), sagemaker::offline_feature_group(), sns::unconfirmed_subscription()];
    for table in tables().into_iter().chain(more).map(std::sync::Arc::new) {
        for index in 0..table.fields.len() {
            let table = std::sync::Arc::clone(&table);
            checks.spawn(async move { check(&table, &table.fields[index]).await });
        }
    }
    let mut failures = Vec::new();
    while let Some(checked) = checks.join_next().await {
        failures.extend(checked.err());
    }
    assert!(failures.is_empty(), "{} changes did not arrive: see above", failures.len());
}
