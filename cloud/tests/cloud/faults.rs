//! Faults: each action, as the SDK sees it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_iam::Client;
use ebbtide_cloud::FaultInjector;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::service::Fault;

use crate::support::{Fixture, code};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// A hook that returns one action for every call, and records the calls.
#[derive(Default)]
struct Fixed {
    action: FaultAction,
    seen: Mutex<Vec<String>>,
}

impl Fixed {
    fn new(action: FaultAction) -> Arc<Self> {
        Arc::new(Self { action, seen: Mutex::default() })
    }

    fn note(&self, point: &str, call: &Call) {
        self.seen
            .lock()
            .unwrap()
            .push(format!("{point} {} {}.{} {}", call.number, call.service, call.operation, call.region));
    }
}

impl CallHook for Fixed {
    fn before(&self, call: &Call) -> FaultAction {
        self.note("before", call);
        self.action.clone()
    }

    fn acted(&self, call: &Call, status: u16) {
        self.note(&format!("acted {status}"), call);
    }

    fn answered(&self, call: &Call, status: u16) {
        self.note(&format!("answered {status}"), call);
    }
}

/// Returns a client that tries once.
fn once(fixture: &Fixture) -> Client {
    let config = fixture.sdk().to_builder().retry_config(RetryConfig::disabled()).build();
    Client::new(&config)
}

async fn create(iam: &Client) -> Result<(), String> {
    let made = iam.create_role().role_name("r").assume_role_policy_document(TRUST).send().await;
    made.map(|_| ()).map_err(|error| format!("{error:?}"))
}

async fn exists(fixture: &Fixture) -> bool {
    fixture.cloud.faults().clear();
    once(fixture).get_role().role_name("r").send().await.is_ok()
}

#[tokio::test]
async fn calls_are_seen_and_counted() {
    let fixture = Fixture::new();
    let hook = Fixed::new(FaultAction::Act);
    fixture.cloud.faults().install(hook.clone());
    create(&once(&fixture)).await.unwrap();
    let expected = [
        "before 1 iam.CreateRole us-east-1",
        "acted 200 1 iam.CreateRole us-east-1",
        "answered 200 1 iam.CreateRole us-east-1",
    ];
    assert_eq!(*hook.seen.lock().unwrap(), expected);
    assert_eq!(fixture.cloud.faults().counts()[&("iam".to_owned(), "CreateRole".to_owned())], 1);
}

#[tokio::test]
async fn a_refused_call_does_not_act() {
    let fixture = Fixture::new();
    let fault = Fault { status: 503, code: "ServiceUnavailable".into(), message: "busy".into() };
    fixture.cloud.faults().install(Fixed::new(FaultAction::Refuse(fault)));
    let refused = once(&fixture).get_role().role_name("r").send().await;
    assert_eq!(code(refused), "ServiceUnavailable");
    create(&once(&fixture)).await.unwrap_err();
    assert!(!exists(&fixture).await);
}

#[tokio::test]
async fn refusals_speak_each_protocol_and_throttling_is_retried() {
    let fixture = Fixture::new();
    let fault = Fault { status: 400, code: "ThrottlingException".into(), message: "slow down".into() };
    fixture.cloud.faults().install(Fixed::new(FaultAction::Refuse(fault)));
    let config = fixture.sdk().to_builder().retry_config(RetryConfig::disabled()).build();
    let s3 = aws_sdk_s3::Client::new(&config).list_objects_v2().bucket("b").send().await;
    assert_eq!(code(s3), "ThrottlingException");
    let logs = aws_sdk_cloudwatchlogs::Client::new(&config).describe_log_groups().send().await;
    assert_eq!(code(logs), "ThrottlingException");
    let ec2 = aws_sdk_ec2::Client::new(&config).describe_vpcs().send().await;
    assert_eq!(code(ec2), "ThrottlingException");
    let alarms = aws_sdk_cloudwatch::Client::new(&config).describe_alarms().send().await;
    assert_eq!(code(alarms), "ThrottlingException");
    let before = fixture.cloud.faults().calls();
    let patient = aws_sdk_iam::Client::new(&fixture.sdk()).list_roles().send().await;
    assert_eq!(code(patient), "ThrottlingException");
    assert_eq!(fixture.cloud.faults().calls(), before + 3);
}

#[tokio::test]
async fn a_dropped_connection_leaves_no_effect() {
    let fixture = Fixture::new();
    fixture.cloud.faults().install(Fixed::new(FaultAction::Drop));
    let error = create(&once(&fixture)).await.unwrap_err();
    assert!(error.contains("DispatchFailure"), "{error}");
    assert!(!exists(&fixture).await);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_effect() {
    let fixture = Fixture::new();
    fixture.cloud.faults().install(Fixed::new(FaultAction::ActAndDrop));
    let error = create(&once(&fixture)).await.unwrap_err();
    assert!(error.contains("DispatchFailure"), "{error}");
    assert!(exists(&fixture).await);
}

#[tokio::test]
async fn a_hanging_call_ends_with_the_clients_time_out() {
    let fixture = Fixture::new();
    fixture.cloud.faults().install(Fixed::new(FaultAction::Hang));
    for limits in [
        TimeoutConfig::builder().read_timeout(Duration::from_millis(50)),
        TimeoutConfig::builder().operation_timeout(Duration::from_millis(50)),
    ] {
        let config = fixture.sdk().to_builder().timeout_config(limits.build());
        let iam = Client::new(&config.retry_config(RetryConfig::disabled()).build());
        let error = create(&iam).await.unwrap_err();
        assert!(error.to_lowercase().contains("timeout"), "{error}");
    }
    assert!(!exists(&fixture).await);
}

#[tokio::test]
async fn latency_waits_outside_the_lock() {
    let fixture = Fixture::new();
    fixture.cloud.faults().install(FaultInjector::from_spec("latency=200ms").unwrap());
    let began = Instant::now();
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let iam = once(&fixture);
        readers.spawn(async move { iam.list_roles().send().await.unwrap() });
    }
    readers.join_all().await;
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(200) && took < Duration::from_millis(1500), "{took:?}");
}

#[tokio::test]
async fn a_spec_breaks_the_call_of_its_number() {
    let fixture = Fixture::new();
    fixture.cloud.faults().install(FaultInjector::from_spec("drop-before=2").unwrap());
    let iam = once(&fixture);
    iam.list_roles().send().await.unwrap();
    iam.list_roles().send().await.unwrap_err();
    iam.list_roles().send().await.unwrap();
    let error = FaultInjector::from_spec("explode").err().unwrap();
    assert!(error.to_string().contains("explode"));
}

/// Returns the traces of a process that dies in its second call: whether the role was made, and whether the process
/// knew.
fn killed(spec: &str) -> (bool, bool) {
    let fixture = Fixture::new();
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "faults::dies_at_a_call", "--ignored"])
        .env("FAULTS_FOLDER", fixture.folder.path())
        .env("FAULTS_SPEC", spec)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(6), "{spec}: {status}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    (runtime.block_on(exists(&fixture)), fixture.folder.path().join("answered").exists())
}

#[tokio::test]
#[ignore = "the process that the test below starts and lets die"]
async fn dies_at_a_call() {
    let folder = std::path::PathBuf::from(std::env::var_os("FAULTS_FOLDER").unwrap());
    let cloud = ebbtide_cloud::Cloud::open(&folder, ebbtide_cloud::Settings::default()).unwrap();
    cloud.faults().install(FaultInjector::from_spec(&std::env::var("FAULTS_SPEC").unwrap()).unwrap());
    let iam = Client::new(&crate::support::sdk(&cloud, "us-east-1"));
    iam.list_roles().send().await.unwrap();
    create(&iam).await.unwrap();
    std::fs::write(folder.join("answered"), "").unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
}

#[test]
fn a_killed_process_leaves_exactly_the_effects_of_its_calls() {
    assert_eq!(killed("kill-before=2"), (false, false));
    assert_eq!(killed("kill-after=2"), (true, false));
    assert_eq!(killed("kill-answered=2"), (true, true));
}
