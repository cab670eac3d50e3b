//! A project of one stack: its own embedded cloud, its own state, and an observer that reads only the cloud.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use aws_credential_types::provider::SharedCredentialsProvider;
use ebbtide::aws::ec2::Cidr;
use ebbtide::components::{Nat, Network};
use ebbtide::plan::{Plan, Target};
use ebbtide::planner::Components;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Scope};
use ebbtide::schedule::Bounds;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::{Cloud, Settings};
use ebbtide_engine::apply::{Access, Deployment, Event, Failure, Finished, Goal, Shutdown, Unfinished};
use ebbtide_engine::control::{Patience, Reached, reach};
use ebbtide_engine::providers::providers;
use ebbtide_engine::sdk::{Aws, PropagationDelay};
use ebbtide_engine::state::{Keys, LocalBackend, StateStore};
use jiff::Timestamp;
use tempfile::TempDir;

pub struct Project {
    folder: TempDir,
    pub declarations: Declarations,
    pub shutdown: Shutdown,
    pub propagation: PropagationDelay,
    /// Whether half a year has passed.
    pub later: bool,
    /// Whether the clock goes, an hour in a second.
    pub ticking: bool,
}

/// The events of one command, and its result.
pub struct Ran {
    pub result: Result<Finished, Failure>,
    pub events: Vec<Event>,
}

impl Ran {
    /// Returns the result of a command that must succeed.
    fn succeeded(self) -> Finished {
        let finished = self.result.unwrap_or_else(|failure| panic!("{failure}"));
        assert!(finished.success, "{}: {:#?}", finished.target, self.events);
        finished
    }
}

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// Returns the instant of a clock that goes an hour in a second.
pub fn ticking() -> Timestamp {
    static START: OnceLock<Instant> = OnceLock::new();
    now() + jiff::SignedDuration::try_from(START.get_or_init(Instant::now).elapsed() * 3600).unwrap()
}

fn half_a_year_later() -> Timestamp {
    "2026-07-01T00:00:00Z".parse().unwrap()
}

pub fn scope() -> Scope {
    Scope {
        environment: "test".into(),
        stack: "net".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
    }
}

/// Declares a network over two zones with NAT, a gateway endpoint and an interface endpoint: durable resources,
/// resources that bill, and a route table between them.
pub fn network(cidr: &str) -> Declarations {
    network_named("main", cidr)
}

/// Declares [`network`] under another name.
pub fn network_named(name: &str, cidr: &str) -> Declarations {
    let cidr: Cidr = cidr.parse().unwrap();
    let mut stack = Stack::new(scope(), [("Project".to_owned(), "test".to_owned())].into());
    let network =
        Network { nat: Nat::One, interface_endpoints: vec!["sagemaker.runtime".into()], ..Network::new(cidr) };
    let out = network.declare(&mut stack, name);
    stack.output("VPC", &out.vpc_id);
    stack.finish().unwrap()
}

impl Project {
    pub fn new(declarations: Declarations) -> Self {
        let propagation = PropagationDelay::NONE;
        Self {
            folder: tempfile::tempdir().unwrap(),
            declarations,
            shutdown: Shutdown::default(),
            propagation,
            later: false,
            ticking: false,
        }
    }

    /// Returns another checkout of the project, with a state of its own, in the same cloud.
    pub fn another_checkout(&self) -> Self {
        let other = Self::new(self.declarations.clone());
        std::os::unix::fs::symlink(self.path().join("cloud"), other.path().join("cloud")).unwrap();
        other
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Opens the cloud as a new process would.
    pub fn cloud(&self) -> Cloud {
        self.cloud_with(Settings::default())
    }

    /// Opens the cloud with settings of its own, as a new process would.
    pub fn cloud_with(&self, settings: Settings) -> Cloud {
        let settings = Settings { transition: Duration::from_millis(30), ..settings };
        Cloud::open(&self.path().join("cloud"), settings).unwrap()
    }

    pub fn aws(cloud: &Cloud) -> Arc<Aws> {
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("eu-west-1"))
            .http_client(cloud.http_client())
            .credentials_provider(SharedCredentialsProvider::new(cloud.credentials()))
            .time_source(cloud.time_source())
            .build();
        let clock = cloud.clone();
        let now = move || Timestamp::from_millisecond(clock.now_ms()).unwrap();
        Arc::new(Aws::new(config, false).with_clock(now))
    }

    pub fn state(&self) -> StateStore {
        let backend = LocalBackend::new(&self.path().join("state"), "test", "net");
        StateStore::new(Box::new(backend), "test", "net", Keys::default())
    }

    pub async fn document(&self) -> StateDocument {
        self.state().read().await.unwrap().expect("there is state").0
    }

    fn deployment<'a>(
        &self,
        state: &'a StateStore,
        cloud: &Cloud,
        on_event: &'a (dyn Fn(Event) + Sync),
    ) -> Deployment<'a> {
        let access = Access { aws: Self::aws(cloud), providers: providers(), propagation: self.propagation };
        Deployment {
            state,
            access,
            account: "123456789012".into(),
            clock: match (self.ticking, self.later) {
                (true, _) => &ticking,
                (false, true) => &half_a_year_later,
                (false, false) => &now,
            },
            on_event,
            shutdown: self.shutdown.clone(),
            parallel: None,
            who: "test@host".into(),
            why: None,
        }
    }

    /// Runs a command to its end, on a cloud whose calls may be watched.
    pub async fn run_on(&self, cloud: &Cloud, target: Target) -> Ran {
        self.run_from(cloud, target, Some(&self.declarations)).await
    }

    /// Runs a command on a cloud, from declarations or from the record.
    pub async fn run_from(&self, cloud: &Cloud, target: Target, declarations: Option<&Declarations>) -> Ran {
        let events = Mutex::new(Vec::new());
        let state = self.state();
        let on_event = |event| events.lock().unwrap().push(event);
        let deployment = self.deployment(&state, cloud, &on_event);
        let run = async {
            let mut locked = deployment.lock("apply", &scope()).await?;
            let goal = Goal {
                scope: &scope(),
                target,
                declarations,
                include_data: &BTreeSet::new(),
                pushed: None,
                components: Components::default(),
            };
            let planned = locked.plan(goal).await?;
            let finished = locked.execute(&planned.plan).await;
            locked.release().await;
            finished
        };
        let result = run.await;
        Ran { result, events: events.into_inner().unwrap() }
    }

    /// Applies the declared stack with a clock of its own.
    pub async fn run_at(&self, cloud: &Cloud, target: Target, clock: &(dyn Fn() -> Timestamp + Sync)) -> Finished {
        let state = self.state();
        let deployment = Deployment { clock, ..self.deployment(&state, cloud, &|_| {}) };
        self.apply(&deployment, target).await
    }

    /// Runs a command that must succeed, while a listener hears its events.
    pub async fn run_heard(&self, target: Target, on_event: &(dyn Fn(Event) + Sync)) {
        let (state, cloud) = (self.state(), self.cloud());
        let deployment = self.deployment(&state, &cloud, on_event);
        let finished = self.apply(&deployment, target).await;
        assert!(finished.success, "{finished:#?}");
    }

    async fn apply(&self, deployment: &Deployment<'_>, target: Target) -> Finished {
        let scope = scope();
        let mut locked = deployment.lock("apply", &scope).await.unwrap();
        let (declarations, include_data) = (Some(&self.declarations), &BTreeSet::new());
        let goal =
            Goal { scope: &scope, target, declarations, include_data, pushed: None, components: Components::default() };
        let plan = locked.plan(goal).await.unwrap().plan;
        let finished = locked.execute(&plan).await.unwrap();
        locked.release().await;
        finished
    }

    /// Brings the stack up as a control loop does, with patience. Events go to a listener.
    pub async fn reach(
        &self,
        cloud: &Cloud,
        patience: Patience,
        on_event: &(dyn Fn(Event) + Sync),
    ) -> Result<Reached, Failure> {
        let (state, scope) = (self.state(), scope());
        let deployment = self.deployment(&state, cloud, on_event);
        let mut locked = deployment.lock("apply", &scope).await?;
        let (declarations, include_data) = (Some(&self.declarations), &BTreeSet::new());
        let goal = Goal {
            scope: &scope,
            target: Target::Running,
            declarations,
            include_data,
            pushed: None,
            components: Components::default(),
        };
        let plan = locked.plan(goal).await?.plan;
        let reached = reach(&mut locked, goal, &plan, Some(patience)).await;
        locked.release().await;
        reached
    }

    /// Records resources under other addresses. Returns for how many resources the tags could not be written.
    pub async fn rename(&self, cloud: &Cloud, moves: &BTreeMap<Address, Address>) -> Result<usize, Failure> {
        let state = self.state();
        let deployment = self.deployment(&state, cloud, &|_| {});
        let mut locked = deployment.lock("state rename", &scope()).await?;
        let renamed = locked.rename(moves).await;
        locked.release().await;
        renamed
    }

    /// Looks for resources that another state records, as a first apply does. Returns the events too.
    pub async fn look_elsewhere(&self, cloud: &Cloud) -> (Result<(), Failure>, Vec<Event>) {
        let events = Mutex::new(Vec::new());
        let state = self.state();
        let on_event = |event| events.lock().unwrap().push(event);
        let deployment = self.deployment(&state, cloud, &on_event);
        let locked = deployment.lock("apply", &scope()).await.unwrap();
        let looked = deployment.check_elsewhere(locked.document(), &scope()).await;
        locked.release().await;
        (looked, events.into_inner().unwrap())
    }

    /// Runs a command that must succeed.
    pub async fn run(&self, target: Target) -> Finished {
        self.run_on(&self.cloud(), target).await.succeeded()
    }

    /// Brings back what was paused, as it is recorded.
    pub async fn resume(&self) -> Finished {
        self.run_from(&self.cloud(), Target::Running, None).await.succeeded()
    }

    /// Returns the work that the deletions of a plan toward a target would lose, by the clock of the cloud.
    pub async fn unfinished(&self, cloud: &Cloud, target: Target) -> Unfinished {
        let state = self.state();
        let deployment = self.deployment(&state, cloud, &|_| {});
        let include_data = BTreeSet::new();
        let goal = Goal {
            scope: &scope(),
            target,
            declarations: Some(&self.declarations),
            include_data: &include_data,
            pushed: None,
            components: Components::default(),
        };
        let planned = deployment.plan(goal).await.unwrap();
        planned.unfinished(&deployment.access, Timestamp::now()).await.unwrap()
    }

    /// Brings the recorded stack to these bounds of capacity, as a schedule does.
    pub async fn run_with_capacity(&self, capacity: &BTreeMap<Address, Bounds>) -> Finished {
        let (state, cloud, scope) = (self.state(), self.cloud(), scope());
        let deployment = self.deployment(&state, &cloud, &|_| {});
        let mut locked = deployment.lock("tick", &scope).await.unwrap();
        let goal = Goal {
            scope: &scope,
            target: Target::Running,
            declarations: None,
            include_data: &BTreeSet::new(),
            pushed: None,
            components: Components::default(),
        };
        let plan = locked.plan_with_capacity(goal, capacity).await.unwrap().plan;
        let finished = locked.execute(&plan).await.unwrap();
        locked.release().await;
        assert!(finished.success, "{plan:#?}");
        finished
    }

    /// Plans toward a target without locking the stack.
    pub async fn plan(&self, target: Target) -> Plan {
        self.plan_on(&self.cloud(), target).await
    }

    /// Plans on a cloud whose calls may be watched.
    pub async fn plan_on(&self, cloud: &Cloud, target: Target) -> Plan {
        let (state, scope) = (self.state(), scope());
        let deployment = self.deployment(&state, cloud, &|_| {});
        let (declarations, include_data) = (Some(&self.declarations), &BTreeSet::new());
        let goal =
            Goal { scope: &scope, target, declarations, include_data, pushed: None, components: Components::default() };
        deployment.plan(goal).await.unwrap().plan
    }

    /// Counts the resources in the cloud by their kind, from nothing but the cloud.
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

/// Returns the resources of [`network`] while it runs.
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

/// Returns the resources of [`network`] while it is paused: neither NAT gateway nor its address, nor the interface endpoint.
pub fn paused() -> BTreeMap<&'static str, usize> {
    let mut paused = running();
    paused.retain(|kind, _| *kind != "nat gateway" && *kind != "address");
    paused.insert("vpc endpoint", 1);
    paused
}
