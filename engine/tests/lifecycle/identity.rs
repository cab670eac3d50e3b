//! Two checkouts of one project, and resources that earlier versions recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use ebbtide::plan::Target;
use ebbtide::resource::LINEAGE_TAG;
use ebbtide_cloud::Cloud;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::service::Fault;
use ebbtide_engine::apply::{Event, Failure};
use serde_json::{Value, json};

use crate::fixture::{Project, network, running};

fn doubled(counts: &BTreeMap<&'static str, usize>) -> BTreeMap<&'static str, usize> {
    counts.iter().map(|(kind, count)| (*kind, count * 2)).collect()
}

/// Returns the lineages in the tags of all VPCs and of all elastic IPs.
async fn lineages(cloud: &Cloud) -> Vec<Option<String>> {
    let aws = Project::aws(cloud);
    let value = |tags: &[Tag]| {
        tags.iter().find(|tag| tag.key() == Some(LINEAGE_TAG)).and_then(|tag| tag.value()).map(str::to_owned)
    };
    let vpcs = aws.ec2().describe_vpcs().send().await.unwrap();
    let addresses = aws.ec2().describe_addresses().send().await.unwrap();
    let own = vpcs.vpcs().iter().filter(|vpc| vpc.is_default() != Some(true));
    own.map(|vpc| value(vpc.tags())).chain(addresses.addresses().iter().map(|one| value(one.tags()))).collect()
}

/// Rewrites the document as format 3 had it.
fn as_format_3(project: &Project, change: impl FnOnce(&mut Value)) {
    let path = project.path().join("state/test/net.json");
    let mut document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    document["format"] = 3.into();
    change(&mut document);
    std::fs::write(&path, document.to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_checkouts_in_one_account_own_what_each_of_them_created() {
    let ours = Project::new(network("10.0.0.0/16"));
    ours.run(Target::Running).await;
    let theirs = ours.another_checkout();
    theirs.run(Target::Running).await;
    assert_eq!(ours.exists().await, doubled(&running()), "nothing is adopted");
    assert_ne!(ours.document().await.lineage, theirs.document().await.lineage);

    theirs.run(Target::Destroyed).await;
    assert_eq!(ours.exists().await, running(), "nothing of the other checkout is deleted");
    assert!(ours.plan(Target::Running).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_version_created_gets_the_lineage_with_the_next_apply() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    let lineage = project.document().await.lineage;
    let aws = Project::aws(&project.cloud());
    let key = || Tag::builder().key(LINEAGE_TAG).build();
    for record in project.document().await.resources.values() {
        let id = record.id.clone().unwrap();
        // Routes have no tags.
        let _ = aws.ec2().delete_tags().resources(id).tags(key()).send().await;
    }
    as_format_3(&project, |_| ());
    let without = lineages(&project.cloud()).await;
    assert!(!without.is_empty() && without.iter().all(Option::is_none));

    assert!(project.plan(Target::Running).await.is_empty(), "no resource changes");
    project.run(Target::Running).await;
    let written = lineages(&project.cloud()).await;
    assert!(written.iter().all(|found| found.as_ref() == Some(&lineage)), "{written:?}");
    let document = project.document().await;
    assert!(document.resources.values().all(|record| !record.retag));
    project.run(Target::Running).await;
    assert_eq!(project.document().await, document, "once is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_an_earlier_version_left_open_is_found_by_its_tags() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    project.run(Target::Destroyed).await;
    let plan = project.plan(Target::Running).await;
    let of_vpc = plan.operations.iter().find(|operation| operation.address.kind() == "ec2_vpc").unwrap();
    let tags = [
        ("ebb:environment", "test"),
        ("ebb:stack", "net"),
        ("ebb:address", "ec2_vpc.main"),
        ("ebb:generation", &of_vpc.generation.to_string()),
    ];
    let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build());
    let specification = TagSpecification::builder().resource_type(ResourceType::Vpc).set_tags(Some(tags.to_vec()));
    let aws = Project::aws(&project.cloud());
    let created = aws.ec2().create_vpc().cidr_block("10.0.0.0/16").tag_specifications(specification.build());
    let id = created.send().await.unwrap().vpc().unwrap().vpc_id().unwrap().to_owned();
    as_format_3(&project, |document| {
        document["run"] = json!({
            "id": "r", "command": "apply", "by": "test@host", "started": "2026-01-01T00:00:00Z", "plan": plan,
        });
    });

    project.run(Target::Running).await;
    assert_eq!(project.exists().await, running(), "no second VPC is created");
    let document = project.document().await;
    let vpc = &document.resources[&"ec2_vpc.main".parse().unwrap()];
    assert_eq!((vpc.id.as_ref(), vpc.retag), (Some(&id), false));
    assert!(lineages(&project.cloud()).await.iter().all(|found| found.as_ref() == Some(&document.lineage)));
}

struct RefusesTheLook;

impl CallHook for RefusesTheLook {
    fn before(&self, call: &Call) -> FaultAction {
        if call.operation != "GetResources" {
            return FaultAction::Act;
        }
        let message = "User is not authorized to perform: tag:GetResources".to_owned();
        FaultAction::Refuse(Fault { status: 400, code: "AccessDeniedException".into(), message })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_state_sees_what_another_one_records_as_far_as_it_may_look() {
    let ours = Project::new(network("10.0.0.0/16"));
    ours.run(Target::Running).await;
    let theirs = ours.another_checkout();
    let (looked, events) = theirs.look_elsewhere(&theirs.cloud()).await;
    let failure = looked.unwrap_err();
    assert!(matches!(&failure, Failure::Elsewhere { found, .. } if found.len() == 14), "{failure}");
    assert!(events.is_empty());

    let cloud = theirs.cloud();
    cloud.faults().install(Arc::new(RefusesTheLook));
    let (looked, events) = theirs.look_elsewhere(&cloud).await;
    looked.unwrap();
    assert!(matches!(events.as_slice(), [Event::ElsewhereUnknown { error }] if error.contains("tag:GetResources")));

    // Its own resources are no obstacle, not even those that AWS still shows after a destroy.
    ours.run(Target::Destroyed).await;
    let (looked, _) = ours.look_elsewhere(&ours.cloud()).await;
    looked.unwrap();
}
