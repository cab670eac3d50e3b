//! Resources that are recorded under another address.

use std::collections::BTreeMap;
use std::sync::Arc;

use ebbtide::plan::Target;
use ebbtide::resource::Address;
use ebbtide_cloud::Cloud;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::service::Fault;

use crate::fixture::{Project, network, network_named, paused, running};

struct RefusesTags;

impl CallHook for RefusesTags {
    fn before(&self, call: &Call) -> FaultAction {
        if call.operation != "CreateTags" {
            return FaultAction::Act;
        }
        let message = "You are not authorized to perform this operation.".to_owned();
        FaultAction::Refuse(Fault { status: 403, code: "UnauthorizedOperation".into(), message })
    }
}

/// Returns the addresses in the tags of all subnets.
async fn tagged(cloud: &Cloud) -> Vec<String> {
    let subnets = Project::aws(cloud).ec2().describe_subnets().send().await.unwrap();
    let tags = subnets.subnets().iter().flat_map(|subnet| subnet.tags());
    let mut found: Vec<_> =
        tags.filter(|tag| tag.key() == Some("ebb:address")).filter_map(|tag| tag.value().map(str::to_owned)).collect();
    found.sort();
    found
}

async fn moves(project: &Project) -> BTreeMap<Address, Address> {
    let recorded = project.document().await.resources.into_keys();
    recorded.map(|old| (old.clone(), old.to_string().replace("main", "core").parse().unwrap())).collect()
}

const SUBNETS: [&str; 4] =
    ["ec2_subnet.core-private-a", "ec2_subnet.core-private-b", "ec2_subnet.core-public-a", "ec2_subnet.core-public-b"];

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_component_is_neither_replaced_nor_changed() {
    let mut project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    let ids = |document: &ebbtide::record::StateDocument| {
        let mut ids: Vec<_> = document.resources.values().map(|record| record.id.clone()).collect();
        ids.sort();
        ids
    };
    let before = project.document().await;
    assert_eq!(project.rename(&project.cloud(), &moves(&project).await).await.unwrap(), 0);
    assert_eq!(tagged(&project.cloud()).await, SUBNETS);

    project.declarations = network_named("core", "10.0.0.0/16");
    let after = project.document().await;
    assert_eq!(ids(&after), ids(&before));
    assert_eq!(after.lineage, before.lineage);
    let plan = project.plan(Target::Running).await;
    assert!(plan.is_empty() && plan.records.is_empty(), "{:#?} {:#?}", plan.operations, plan.records);
    project.run(Target::Paused).await;
    assert_eq!(project.exists().await, paused());
    project.resume().await;
    assert_eq!(project.exists().await, running());
    assert!(project.plan(Target::Running).await.is_empty());
    project.run(Target::Destroyed).await;
    assert_eq!(project.exists().await, BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_a_rename_could_not_write_are_written_by_a_repetition_or_the_next_apply() {
    for repeats in [true, false] {
        let mut project = Project::new(network("10.0.0.0/16"));
        project.run(Target::Running).await;
        let cloud = project.cloud();
        cloud.faults().install(Arc::new(RefusesTags));
        let failed = project.rename(&cloud, &moves(&project).await).await.unwrap();
        assert!(failed > 5, "{failed}");
        drop(cloud);
        project.declarations = network_named("core", "10.0.0.0/16");
        assert!(project.plan(Target::Running).await.is_empty(), "the record is renamed");
        assert_ne!(tagged(&project.cloud()).await, SUBNETS);
        if repeats {
            assert_eq!(project.rename(&project.cloud(), &BTreeMap::new()).await.unwrap(), 0);
        } else {
            project.run(Target::Running).await;
        }
        assert_eq!(tagged(&project.cloud()).await, SUBNETS);
        assert!(project.document().await.resources.values().all(|record| !record.retag));
    }
}
