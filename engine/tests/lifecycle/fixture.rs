//! A project of one stack: its own embedded cloud, its own state, and what an observer sees who reads only the cloud.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use ebbtide::aws::ec2::Cidr;
use ebbtide::components::{Nat, Network};
use ebbtide::plan::{Plan, Target};
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Scope};
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::{Cloud, Settings};
use ebbtide_engine::apply::{Deployment, Event, Failure, Finished, Shutdown};
use ebbtide_engine::sdk::{Aws, PropagationDelay};
use ebbtide_engine::state::{Keys, LocalBackend, StateStore};
use tempfile::TempDir;

pub struct Project {
    folder: TempDir,
    pub declarations: Declarations,
    pub interrupt: Shutdown,
}

/// What one command told, and how it ended.
pub struct Ran {
    pub result: Result<Finished, Failure>,
    pub events: Vec<Event>,
}

pub fn scope() -> Scope {
    Scope {
        environment: "test".into(),
        stack: "net".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
    }
}

/// A network over two zones with NAT, a gateway endpoint and an interface endpoint: things that hold, things that bill,
/// and a route table between them.
pub fn network(cidr: &str) -> Declarations {
    let cidr: Cidr = cidr.parse().unwrap();
    let mut stack = Stack::new(scope(), [("Project".to_owned(), "test".to_owned())].into());
    let network =
        Network { nat: Nat::One, interface_endpoints: vec!["sagemaker.runtime".into()], ..Network::new(cidr) };
    let out = network.declare(&mut stack, "main");
    stack.output("VPC", &out.vpc_id);
    stack.finish().unwrap()
}

impl Project {
    pub fn new(declarations: Declarations) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), declarations, interrupt: Shutdown::default() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The cloud as a new process would open it.
    pub fn cloud(&self) -> Cloud {
        let settings = Settings { transition: Duration::from_millis(30), ..Settings::default() };
        Cloud::open(&self.path().join("cloud"), settings).unwrap()
    }

    pub fn aws(cloud: &Cloud) -> Arc<Aws> {
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("eu-west-1"))
            .http_client(cloud.http_client())
            .credentials_provider(SharedCredentialsProvider::new(cloud.credentials()))
            .build();
        Arc::new(Aws::new(config, false))
    }

    pub fn state(&self) -> StateStore {
        let backend = LocalBackend::new(&self.path().join("state"), "test", "net");
        StateStore::new(Box::new(backend), "test", "net", Keys::default())
    }

    pub async fn snapshot(&self) -> StateDocument {
        self.state().read().await.unwrap().expect("there is state").0
    }

    /// Runs a command to its end, on a cloud whose calls may be watched.
    pub async fn run_on(&self, cloud: &Cloud, target: Target, include_data: &BTreeSet<Address>) -> Ran {
        let events = Mutex::new(Vec::new());
        let state = self.state();
        let deployment = Deployment {
            state: &state,
            aws: Self::aws(cloud),
            account: "123456789012".into(),
            clock: &|| "2026-01-01T00:00:00Z".parse().unwrap(),
            sink: &|event| events.lock().unwrap().push(event),
            interrupt: self.interrupt.clone(),
            who: "test@host".into(),
            why: None,
            propagation: PropagationDelay::within(std::time::Duration::ZERO),
        };
        let run = async {
            let mut work = deployment.begin("apply", &scope()).await?;
            let prepared = work.plan(Some(&self.declarations), &scope(), target, include_data).await?;
            let finished = work.execute(&prepared.plan).await;
            work.release().await;
            finished
        };
        let result = run.await;
        Ran { result, events: events.into_inner().unwrap() }
    }

    pub async fn run(&self, target: Target) -> Finished {
        let ran = self.run_on(&self.cloud(), target, &BTreeSet::new()).await;
        let finished = ran.result.unwrap_or_else(|failure| panic!("{target}: {failure}"));
        assert!(finished.success, "{target}: {:#?}", ran.events);
        finished
    }

    /// The plan toward a target, made without taking the stack.
    pub async fn plan(&self, target: Target) -> Plan {
        let state = self.state();
        let deployment = Deployment {
            state: &state,
            aws: Self::aws(&self.cloud()),
            account: "123456789012".into(),
            clock: &|| "2026-01-01T00:00:00Z".parse().unwrap(),
            sink: &|_| {},
            interrupt: Shutdown::default(),
            who: "test@host".into(),
            why: None,
            propagation: PropagationDelay::within(std::time::Duration::ZERO),
        };
        deployment.plan(Some(&self.declarations), &scope(), target, &BTreeSet::new()).await.unwrap().plan
    }

    /// How often each kind of thing exists in the cloud, seen by somebody who reads nothing but the cloud.
    pub async fn exists(&self) -> BTreeMap<&'static str, usize> {
        let aws = Self::aws(&self.cloud());
        let ec2 = aws.ec2();
        let own = |tags: &[aws_sdk_ec2::types::Tag]| tags.iter().any(|tag| tag.key() == Some("ebb:stack"));
        let mut exists = BTreeMap::new();
        let vpcs = ec2.describe_vpcs().send().await.unwrap();
        exists.insert("vpc", vpcs.vpcs().iter().filter(|vpc| own(vpc.tags())).count());
        exists.insert("subnet", ec2.describe_subnets().send().await.unwrap().subnets().len());
        let gateways = ec2.describe_internet_gateways().send().await.unwrap();
        exists.insert("internet gateway", gateways.internet_gateways().len());
        exists.insert("address", ec2.describe_addresses().send().await.unwrap().addresses().len());
        let nat = ec2.describe_nat_gateways().send().await.unwrap();
        let alive = |state: Option<&aws_sdk_ec2::types::NatGatewayState>| {
            state.is_some_and(|state| state.as_str() != "deleted" && state.as_str() != "failed")
        };
        exists.insert("nat gateway", nat.nat_gateways().iter().filter(|nat| alive(nat.state())).count());
        let tables = ec2.describe_route_tables().send().await.unwrap();
        exists.insert("route table", tables.route_tables().iter().filter(|table| own(table.tags())).count());
        let groups = ec2.describe_security_groups().send().await.unwrap();
        exists.insert("security group", groups.security_groups().iter().filter(|group| own(group.tags())).count());
        exists.insert("vpc endpoint", ec2.describe_vpc_endpoints().send().await.unwrap().vpc_endpoints().len());
        exists.retain(|_, count| *count > 0);
        exists
    }
}

/// What exists of [`network`] while it runs.
pub fn running() -> BTreeMap<&'static str, usize> {
    BTreeMap::from([
        ("vpc", 1),
        ("subnet", 4),
        ("internet gateway", 1),
        ("address", 1),
        ("nat gateway", 1),
        ("route table", 3),
        ("security group", 1),
        ("vpc endpoint", 2),
    ])
}

/// What exists of [`network`] while it is paused: neither NAT gateway nor its address, nor the interface endpoint.
pub fn paused() -> BTreeMap<&'static str, usize> {
    let mut paused = running();
    paused.retain(|kind, _| *kind != "nat gateway" && *kind != "address");
    paused.insert("vpc endpoint", 1);
    paused
}
