//! Waiting for capacity, as a control loop does it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use ebbtide::plan::Target;
use ebbtide_cloud::Cloud;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::service::Fault;
use ebbtide_engine::apply::Event;
use ebbtide_engine::control::{Ended, Patience};

use crate::fixture::{Project, network, running};

/// Refuses the first calls of an operation.
struct Refuses {
    operation: &'static str,
    code: &'static str,
    times: AtomicU32,
}

impl CallHook for Refuses {
    fn before(&self, call: &Call) -> FaultAction {
        let one_less = |left: u32| left.checked_sub(1);
        if call.operation != self.operation
            || self.times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_err()
        {
            return FaultAction::Act;
        }
        FaultAction::Refuse(Fault { status: 400, code: self.code.into(), message: "Not enough addresses.".into() })
    }
}

fn refusing(project: &Project, code: &'static str, times: u32) -> Cloud {
    let cloud = project.cloud();
    let times = AtomicU32::new(times);
    cloud.faults().install(Arc::new(Refuses { operation: "AllocateAddress", code, times }));
    cloud
}

fn patience(seconds: u64) -> Patience {
    Patience { wait: Duration::from_secs(seconds), within_first_plan: false }
}

fn is_wait(event: &&Event) -> bool {
    matches!(event, Event::WaitingForCapacity { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_for_lack_of_capacity_is_made_again_by_a_later_run() {
    let project = Project::new(network("10.0.0.0/16"));
    let cloud = refusing(&project, "InsufficientAddressCapacity", 2);
    let events = Mutex::new(Vec::new());
    let reached = project.reach(&cloud, patience(20), &|event| events.lock().unwrap().push(event)).await.unwrap();
    let events = events.into_inner().unwrap();
    assert!(reached.finished.success && matches!(reached.ended, Ended::Finished), "{reached:#?}");
    assert_eq!(events.iter().filter(is_wait).count(), 2, "{events:#?}");
    assert!(reached.finished.waited_ms >= 2000 && reached.finished.took_ms >= reached.finished.waited_ms);
    assert_eq!(project.exists().await, running());
    assert!(project.document().await.run.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_of_another_kind_is_not_waited_for() {
    let project = Project::new(network("10.0.0.0/16"));
    let cloud = refusing(&project, "AddressLimitExceeded", 1);
    let begun = Instant::now();
    let reached = project.reach(&cloud, patience(3600), &|_| {}).await.unwrap();
    assert!(!reached.finished.success && matches!(reached.ended, Ended::Finished), "{reached:#?}");
    assert_eq!((reached.finished.failed, reached.finished.no_capacity.len()), (1, 0));
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_plan_is_not_exceeded_after_a_wait() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    project.run(Target::Paused).await;
    let cloud = refusing(&project, "InsufficientAddressCapacity", 1);
    let other = project.cloud();
    // A gateway endpoint, which a pause leaves alone, is deleted outside during the wait.
    let delete = || async {
        let aws = Project::aws(&other);
        let endpoints = aws.ec2().describe_vpc_endpoints().send().await.unwrap();
        let gateway = endpoints
            .vpc_endpoints()
            .iter()
            .find(|one| one.vpc_endpoint_type() == Some(&aws_sdk_ec2::types::VpcEndpointType::Gateway));
        let id = gateway.and_then(|gateway| gateway.vpc_endpoint_id()).expect("it exists while paused");
        aws.ec2().delete_vpc_endpoints().vpc_endpoint_ids(id).send().await.unwrap();
    };
    let on_event = |event: Event| {
        if is_wait(&&event) {
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(delete()));
        }
    };
    let confirmed = Patience { within_first_plan: true, ..patience(20) };
    let reached = project.reach(&cloud, confirmed, &on_event).await.unwrap();
    let Ended::Changed(beyond) = &reached.ended else { panic!("{reached:#?}") };
    assert!(beyond.iter().all(|address| address.kind() == "ec2_vpc_endpoint") && beyond.len() == 1, "{beyond:?}");
    assert!(!reached.finished.success);
    project.run(Target::Running).await;
    assert_eq!(project.exists().await, running());
}
