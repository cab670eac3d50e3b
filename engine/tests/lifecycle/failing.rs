//! Partial failure, throttling, Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use ebbtide::aws::ec2::{SecurityGroup, Subnet, Vpc, VpcEndpoint};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::logs::LogGroup;
use ebbtide::plan::Target;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::faults::{Call, CallHook, FaultAction, FaultInjector};
use ebbtide_cloud::service::Fault;
use ebbtide_engine::apply::{Event, Shutdown};
use ebbtide_engine::sdk::PropagationDelay;

use crate::fixture::{Project, network, running, scope};

struct Refuses(&'static str);

impl CallHook for Refuses {
    fn before(&self, call: &Call) -> FaultAction {
        if call.operation == self.0 {
            return FaultAction::Refuse(Fault {
                status: 403,
                code: "UnauthorizedOperation".into(),
                message: "You are not authorized to perform this operation.".into(),
            });
        }
        FaultAction::Act
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_that_do_not_depend_on_a_failure_continue_and_the_next_command_completes_the_rest() {
    let project = Project::new(network("10.0.0.0/16"));
    let cloud = project.cloud();
    cloud.faults().install(Arc::new(Refuses("AllocateAddress")));
    let ran = project.run_on(&cloud, Target::Running).await;
    let finished = ran.result.unwrap();
    assert!(!finished.success);
    assert_eq!(finished.failed, 1);
    let failure = ran.events.iter().find_map(|event| match event {
        Event::OperationFailed { address, call, error, hint, .. } => Some((address.to_string(), call, error, hint)),
        _ => None,
    });
    let (address, call, error, hint) = failure.expect("the failure is reported");
    assert!(address.starts_with("ec2_elastic_ip."), "{address}");
    assert_eq!(call.as_deref(), Some("ec2:AllocateAddress"));
    assert!(error.contains("not authorized") && hint.as_ref().is_some_and(|hint| hint.contains("ec2:AllocateAddress")));
    assert!(
        ran.events.iter().any(
            |event| matches!(event, Event::OperationSkipped { because, .. } if because.contains("ec2_elastic_ip"))
        )
    );
    let exists = project.exists().await;
    assert_eq!(exists.get("subnet"), Some(&4), "{exists:?}");
    assert_eq!(exists.get("vpc endpoint"), Some(&1), "the one that needs no route table: {exists:?}");
    assert!(project.document().await.run.is_none(), "everything that failed is known to have failed");
    project.run(Target::Running).await;
    assert_eq!(project.exists().await, running());
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_of_a_third_of_the_calls_only_takes_longer() {
    let project = Project::new(network("10.0.0.0/16"));
    let cloud = project.cloud();
    cloud.faults().install(FaultInjector::from_spec("fail=throttle:30%:seed=7").unwrap());
    let ran = project.run_on(&cloud, Target::Running).await;
    assert!(ran.result.is_ok_and(|finished| finished.success), "{:#?}", ran.events);
    assert_eq!(project.exists().await, running());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_cut_after_the_effect_make_nothing_twice() {
    let project = Project::new(network("10.0.0.0/16"));
    let cloud = project.cloud();
    cloud.faults().install(FaultInjector::from_spec("fail=cut:20%:seed=3").unwrap());
    let ran = project.run_on(&cloud, Target::Running).await;
    assert!(ran.result.is_ok_and(|finished| finished.success), "{:#?}", ran.events);
    assert_eq!(project.exists().await, running());
}

/// Presses Ctrl-C at a call.
struct Presses(&'static str, Shutdown);

impl CallHook for Presses {
    fn before(&self, call: &Call) -> FaultAction {
        if call.operation == self.0 {
            self.1.drain();
        }
        FaultAction::Act
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_finishes_operations_in_flight_and_starts_nothing_new() {
    let mut project = Project::new(network("10.0.0.0/16"));
    let cloud = project.cloud();
    cloud.faults().install(Arc::new(Presses("CreateVpc", project.shutdown.clone())));
    let ran = project.run_on(&cloud, Target::Running).await;
    let finished = ran.result.unwrap();
    assert!(!finished.success && finished.failed == 0 && finished.skipped > 0, "{finished:?}");
    assert!(ran.events.iter().any(|event| matches!(event, Event::Interrupted { .. })));
    let document = project.document().await;
    assert!(
        document.resources.keys().any(|address| address.kind() == "ec2_vpc"),
        "the operation in flight is recorded"
    );
    assert!(!document.resources.keys().any(|address| address.kind() == "ec2_subnet"), "nothing new was started");
    project.shutdown = Shutdown::default();
    project.run(Target::Running).await;
    assert_eq!(project.exists().await, running());
}

/// Declares a network with an endpoint of a service under an address. Only one endpoint can have private names.
fn endpoint(address: &str) -> Declarations {
    let mut stack = Stack::new(scope(), std::collections::BTreeMap::new());
    let vpc = stack.add("main", Vpc::new("10.0.0.0/16".parse().unwrap())).vpc_id;
    let subnet = stack.add("a", Subnet::private(&vpc, "10.0.0.0/24".parse().unwrap(), "eu-west-1a")).subnet_id;
    let group = stack.add("calls", SecurityGroup::new(&vpc, "calls")).security_group_id;
    stack.add(address, VpcEndpoint::interface(&vpc, "sagemaker.runtime", vec![subnet], vec![group]));
    stack.finish().unwrap()
}

/// Deletions of endpoints come late.
struct Late;

impl CallHook for Late {
    fn delay(&self, call: &Call) -> Duration {
        if call.operation == "DeleteVpcEndpoints" { Duration::from_millis(300) } else { Duration::ZERO }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_the_same_plan_frees_is_waited_for() {
    let mut project = Project::new(endpoint("old"));
    project.run(Target::Running).await;
    project.declarations = endpoint("new");
    let cloud = project.cloud();
    cloud.faults().install(Arc::new(Late));
    let ran = project.run_on(&cloud, Target::Running).await;
    assert!(ran.result.is_ok_and(|finished| finished.success), "{:#?}", ran.events);
    let waited = |event: &Event| match event {
        Event::OperationWaiting { status, .. } => status.contains("ec2_vpc_endpoint.old is deleted"),
        _ => false,
    };
    assert!(ran.events.iter().any(waited), "{:#?}", ran.events);
    assert!(project.plan(Target::Running).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_does_not_become_free_is_reported() {
    let mut project = Project::new(endpoint("old"));
    project.run(Target::Running).await;
    project.declarations = endpoint("new");
    let cloud = project.cloud();
    cloud.faults().install(Arc::new(Refuses("DeleteVpcEndpoints")));
    let ran = project.run_on(&cloud, Target::Running).await;
    let finished = ran.result.unwrap();
    assert_eq!((finished.failed, finished.skipped), (2, 0), "{:#?}", ran.events);
    let conflict =
        |event: &Event| matches!(event, Event::OperationFailed { error, .. } if error.contains("conflicting"));
    assert!(ran.events.iter().any(conflict), "{:#?}", ran.events);
    project.run(Target::Running).await;
    assert!(project.plan(Target::Running).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_moves_to_another_address_in_one_run() {
    let logs = |address: &str| {
        let mut stack = Stack::new(scope(), std::collections::BTreeMap::new());
        stack.add(address, LogGroup::new("/shop/requests", 7));
        stack.finish().unwrap()
    };
    let mut project = Project::new(logs("old"));
    project.run(Target::Running).await;
    project.declarations = logs("new");
    let finished = project.run(Target::Running).await;
    assert_eq!((finished.summary.create, finished.summary.delete), (1, 1));
    assert!(project.plan(Target::Running).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_another_owner_is_reported_without_waiting_for_deletions_of_other_names() {
    let logs = |address: &str, name: &str| {
        let mut stack = Stack::new(scope(), std::collections::BTreeMap::new());
        stack.add(address, LogGroup::new(name, 7));
        stack.finish().unwrap()
    };
    let mut project = Project::new(logs("old", "/shop/old"));
    project.run(Target::Running).await;
    let cloud = project.cloud();
    let theirs = Project::aws(&cloud).cloudwatchlogs().create_log_group().log_group_name("/theirs");
    theirs.send().await.unwrap();
    project.declarations = logs("new", "/theirs");
    let ran = project.run_on(&cloud, Target::Running).await;
    assert_eq!(ran.result.unwrap().failed, 1);
    let waited =
        |event: &Event| matches!(event, Event::OperationWaiting { status, .. } if status.contains("trying again"));
    assert!(!ran.events.iter().any(waited), "{:#?}", ran.events);
}

/// Refuses a call so many times.
struct RefusesAtFirst {
    operation: &'static str,
    fault: Fault,
    left: AtomicI32,
}

impl CallHook for RefusesAtFirst {
    fn before(&self, call: &Call) -> FaultAction {
        let refused = call.operation == self.operation && self.left.fetch_sub(1, Ordering::SeqCst) > 0;
        if refused { FaultAction::Refuse(self.fault.clone()) } else { FaultAction::Act }
    }
}

/// IAM is eventually consistent: a role may be unknown to the host that is asked next (IAM User Guide, "Troubleshoot IAM").
#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_resource_that_is_not_visible_yet_is_created_a_little_later() {
    let policy = Policy::new().allow(["logs:PutLogEvents"]).on_everything();
    let role = Role::new(Policy::trust("ec2.amazonaws.com")).policy("logs", policy);
    let mut stack = Stack::new(scope(), std::collections::BTreeMap::new());
    stack.add("worker", role);
    let mut project = Project::new(stack.finish().unwrap());
    project.propagation = PropagationDelay::within(Duration::from_secs(5));
    let cloud = project.cloud();
    let message = "The role with name worker cannot be found.".into();
    let fault = Fault { status: 404, code: "NoSuchEntity".into(), message };
    cloud.faults().install(Arc::new(RefusesAtFirst { operation: "PutRolePolicy", fault, left: 2.into() }));
    let ran = project.run_on(&cloud, Target::Running).await;
    assert!(ran.result.is_ok_and(|finished| finished.success), "{:#?}", ran.events);
    assert!(project.plan(Target::Running).await.is_empty());
}
