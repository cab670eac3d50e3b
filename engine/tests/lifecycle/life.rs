//! The life of a stack when nothing goes wrong.

use std::collections::BTreeMap;

use ebbtide::plan::Target;

use crate::fixture::{Project, network, paused, running};

#[tokio::test(flavor = "multi_thread")]
async fn a_network_comes_up_sleeps_wakes_and_goes() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    assert_eq!(project.exists().await, running());
    assert!(project.plan(Target::Running).await.is_empty(), "{:#?}", project.plan(Target::Running).await.operations);

    project.run(Target::Paused).await;
    assert_eq!(project.exists().await, paused());
    assert!(project.plan(Target::Paused).await.is_empty());

    project.resume().await;
    assert_eq!(project.exists().await, running());
    assert!(project.plan(Target::Running).await.is_empty());

    project.run(Target::Destroyed).await;
    assert_eq!(project.exists().await, BTreeMap::new());
    assert!(project.document().await.resources.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_and_a_resume_act_on_the_record_and_leave_changed_declarations_to_an_apply() {
    let mut project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    let declared = project.document().await.declarations();
    let pause = project.plan(Target::Paused).await;
    project.declarations = network("10.1.0.0/16");
    assert_eq!(project.plan(Target::Paused).await, pause);

    project.run(Target::Paused).await;
    assert_eq!(project.exists().await, paused());
    project.resume().await;
    assert_eq!(project.exists().await, running());
    assert_eq!(project.document().await.declarations(), declared);
    assert!(!project.plan(Target::Running).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_changes_nothing_writes_nothing() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    let before = project.document().await;
    project.run(Target::Running).await;
    assert_eq!(project.document().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_changes_replaces_the_network_and_leaves_nothing_behind() {
    let mut project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    project.declarations = network("10.1.0.0/16");
    project.run(Target::Running).await;
    assert_eq!(project.exists().await, running());
    assert!(project.plan(Target::Running).await.is_empty());
    project.run(Target::Destroyed).await;
    assert_eq!(project.exists().await, BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_was_deleted_outside_comes_back() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    let aws = Project::aws(&project.cloud());
    let endpoints = aws.ec2().describe_vpc_endpoints().send().await.unwrap();
    let ids = endpoints.vpc_endpoints().iter().filter_map(|endpoint| endpoint.vpc_endpoint_id()).map(str::to_owned);
    aws.ec2().delete_vpc_endpoints().set_vpc_endpoint_ids(Some(ids.collect())).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    assert!(!project.plan(Target::Running).await.is_empty());
    project.run(Target::Running).await;
    assert_eq!(project.exists().await, running());
}
