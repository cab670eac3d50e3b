//! Resources that cannot be read, as where a call is denied.

use std::collections::BTreeMap;
use std::sync::Arc;

use ebbtide::plan::Target;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::service::Fault;
use ebbtide_engine::apply::{Event, Failure};

use crate::fixture::{Project, network, paused};

/// Denies calls.
struct Denies(&'static [&'static str]);

impl CallHook for Denies {
    fn before(&self, call: &Call) -> FaultAction {
        if !self.0.contains(&call.operation.as_str()) {
            return FaultAction::Act;
        }
        let (code, message) =
            ("UnauthorizedOperation".into(), "You are not authorized to perform this operation.".into());
        FaultAction::Refuse(Fault { status: 403, code, message })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_does_not_read_what_it_keeps() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    let cloud = project.cloud();
    cloud.faults().install(Arc::new(Denies(&["DescribeVpcs", "DescribeSubnets", "DescribeSecurityGroups"])));
    let ran = project.run_on(&cloud, Target::Paused).await;
    assert!(ran.result.is_ok_and(|finished| finished.success), "{:#?}", ran.events);
    assert_eq!(project.exists().await, paused());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_fails_alone_and_the_rest_is_paused() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    let cloud = project.cloud();
    cloud.faults().install(Arc::new(Denies(&["DescribeVpcEndpoints"])));
    let ran = project.run_on(&cloud, Target::Paused).await;
    let finished = ran.result.unwrap();
    assert!(!finished.success && !finished.unread.is_empty(), "{finished:?}");
    assert!(finished.unread.iter().all(|address| address.kind() == "ec2_vpc_endpoint"), "{finished:?}");
    let reported = |event: &Event| matches!(event, Event::Unreadable { error, .. } if error.contains("not authorized"));
    assert!(ran.events.iter().any(reported), "{:#?}", ran.events);
    let exists = project.exists().await;
    assert_eq!((exists.get("nat gateway"), exists.get("address")), (None, None), "{exists:?}");

    cloud.faults().clear();
    project.run(Target::Paused).await;
    assert_eq!(project.exists().await, paused());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_is_refused_with_all_that_cannot_be_read() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    let cloud = project.cloud();
    cloud.faults().install(Arc::new(Denies(&["DescribeVpcEndpoints"])));
    match project.run_on(&cloud, Target::Running).await.result {
        Err(Failure::Unreadable(failures)) => {
            let kinds: Vec<&str> = failures.iter().map(|(address, _)| address.kind()).collect();
            assert_eq!(kinds, ["ec2_vpc_endpoint"; 2]);
        }
        other => panic!("{other:?}"),
    }
    project.run(Target::Destroyed).await;
    assert_eq!(project.exists().await, BTreeMap::new());
}
