//! A plan of 120 recorded resources of one service while AWS throttles its first 160 calls, against an ideal pacer: one that
//! knows the limit, and makes the same number of calls as fast as is allowed from the start.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_credential_types::provider::SharedCredentialsProvider;
use ebbtide::aws::logs::LogGroup;
use ebbtide::plan::Target;
use ebbtide::planner::Components;
use ebbtide::resource::Scope;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::faults::FaultInjector;
use ebbtide_cloud::{Cloud, Settings};
use ebbtide_engine::apply::{Access, Deployment, Goal, Shutdown};
use ebbtide_engine::providers::providers;
use ebbtide_engine::sdk::{Aws, PropagationDelay};
use ebbtide_engine::state::{Keys, LocalBackend, StateStore};

use crate::report::Report;

const RESOURCES: usize = 120;
const THROTTLED: u64 = 160;
/// Calls that may be made at once, and then calls a second: the limits that the engine starts with.
const BURST: f64 = 100.0;
const PER_SECOND: f64 = 40.0;

pub fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (took, calls) = runtime.block_on(plan_while_throttled());
    let ideal = (calls as f64 - BURST) / PER_SECOND;
    report.note(
        &format!("a plan of {RESOURCES} resources, the first {THROTTLED} calls throttled"),
        &format!("{:.1} s, {calls} calls", took.as_secs_f64()),
    );
    report.note("an ideal pacer", &format!("{ideal:.1} s"));
    report.limit("a throttled plan against an ideal pacer", took.as_secs_f64() / ideal, 3.0, "×");
}

/// Returns how long the plan takes, and the number of calls of it.
async fn plan_while_throttled() -> (Duration, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let cloud = Cloud::open(&folder.path().join("cloud"), Settings::default()).expect("a cloud");
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-west-1"))
        .http_client(cloud.http_client())
        .credentials_provider(SharedCredentialsProvider::new(cloud.credentials()))
        .retry_config(aws_config::retry::RetryConfig::standard().with_max_attempts(8))
        .build();
    let aws = Arc::new(Aws::new(config, false));
    let state = || {
        let backend = LocalBackend::new(&folder.path().join("state"), "bench", "wide");
        StateStore::new(Box::new(backend), "bench", "wide", Keys::default())
    };
    let (scope, declarations, include_data) = (scope(), declarations(), BTreeSet::new());
    let goal = Goal {
        scope: &scope,
        target: Target::Running,
        declarations: Some(&declarations),
        include_data: &include_data,
        pushed: None,
        components: Components::default(),
    };
    let store = state();
    let access = Access { aws, providers: providers(), propagation: PropagationDelay::NONE };
    let deployment = Deployment {
        state: &store,
        access,
        account: scope.account.clone(),
        clock: &jiff::Timestamp::now,
        on_event: &|_| {},
        shutdown: Shutdown::default(),
        parallel: None,
        who: "bench".to_owned(),
        why: None,
    };
    let mut locked = deployment.lock("apply", &scope).await.expect("nothing else runs");
    let plan = locked.plan(goal).await.expect("a plan").plan;
    assert!(locked.execute(&plan).await.expect("it is applied").success);
    locked.release().await;
    let before = cloud.faults().calls();
    let spec = format!("latency=50ms fail=throttle:burst={}..{}", before + 1, before + THROTTLED);
    cloud.faults().install(FaultInjector::from_spec(&spec).expect("a spec"));
    let start = Instant::now();
    let plan = deployment.plan(goal).await.expect("a plan").plan;
    let took = start.elapsed();
    assert!(plan.is_empty(), "{:?}", plan.operations);
    (took, cloud.faults().calls() - before)
}

fn scope() -> Scope {
    let [environment, stack, region, account] = ["bench", "wide", "eu-west-1", "123456789012"].map(str::to_owned);
    Scope { environment, stack, region, account }
}

fn declarations() -> Declarations {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    for number in 0..RESOURCES {
        stack.add(&format!("group-{number}"), LogGroup::new(&format!("/wide/{number}"), 7));
    }
    stack.finish().expect("a stack")
}
