//! A small stack in a cloud of its own, looked after by the loop in virtual time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_sagemaker::types::DesiredWeightAndCapacity;
use ebbtide::aws::autoscaling::{PredefinedMetric, ScalableTarget, ScalingPolicy, TargetTracking};
use ebbtide::aws::cloudwatch::{Alarm, Comparison, Metric, Statistic, Watch};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::sagemaker::{Container, Endpoint, EndpointConfig, Instances, Model, Variant};
use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide::components::{Nat, Network};
use ebbtide::cost::ledger::{Entry, Event, Span};
use ebbtide::cost::{Book, Pricing};
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::virtual_time::TokioClock;
use ebbtide_cloud::{Cloud, Durations, Settings};
use ebbtide_engine::apply::{Shutdown, spending};
use ebbtide_engine::control::notify::{Notice, NoticeEvent, Notifier};
use ebbtide_engine::control::{Controller, Outcome, StackReport};
use ebbtide_engine::environment::{self, Environment};
use ebbtide_engine::providers::providers;
use jiff::Timestamp;

use super::books::Books;
use super::kill::Kill;
use crate::fixture::{Project, scope};

/// Some hours on each of three days, one of them with more instances. Their number is not close to a whole one: a gateway that a
/// killed process may have deleted costs an hour more or less only if the doubt lasts over the beginning of an hour.
const ENVIRONMENT: &str = r#"
[aws]
region = "eu-west-1"
embedded = true

[schedule]
timezone = "UTC"
default = "paused"

[[schedule.windows]]
name = "monday"
days = "mon"
from = "13:00"
to = "16:20"
target = "running"

[[schedule.windows]]
name = "wednesday"
days = "wed"
from = "13:00"
to = "16:20"
target = "running"

[[schedule.windows]]
name = "friday"
days = "fri"
from = "13:00"
to = "16:20"
target = "running"
capacity = { chat = { min = 2, max = 4 } }
"#;

/// Breaks the connection of every call.
#[derive(Debug)]
struct Broken;

impl CallHook for Broken {
    fn before(&self, _call: &Call) -> FaultAction {
        FaultAction::Drop
    }
}

pub struct Plant {
    project: Project,
    cloud: Cloud,
    clock: TokioClock,
    environment: Environment,
    began: Timestamp,
    notices: Arc<Mutex<Vec<Notice>>>,
    killed: AtomicU64,
    scaled: AtomicU64,
    transitions: AtomicU64,
}

fn declared() -> Declarations {
    let mut stack = Stack::new(scope(), Default::default());
    let network = Network {
        nat: Nat::One,
        interface_endpoints: vec!["sagemaker.runtime".into()],
        ..Network::new("10.0.0.0/16".parse().unwrap())
    };
    network.declare(&mut stack, "main");
    let role = stack.add("llm", Role::new(Policy::trust("sagemaker.amazonaws.com")));
    let model = stack.add("llm", Model::new(&role.arn, Container::new("1.dkr.ecr/vllm:1", None)));
    let instances = Instances { volume_gb: Some(30), ..Instances::new("ml.m5.xlarge", 1) };
    let config = stack.add("chat", EndpointConfig::new(Variant::on_instances("v", &model.name, instances)));
    let chat = stack.add("chat", Endpoint::new("chat", &config.name));
    let target = stack.add("chat", ScalableTarget::variant(&chat.name, "v", (1, 4)));
    let metric = PredefinedMetric::SageMakerVariantInvocationsPerInstance;
    stack.add("chat", ScalingPolicy::tracking(&target.resource, TargetTracking::predefined(metric, 70.0)));
    let errors = Metric::of_variant("Invocation5XXErrors", "chat", "v", Statistic::Sum);
    stack.add("errors", Alarm::new(Watch::Metric(errors), Comparison::Greater, 1.0));
    stack.add("token", Secret::new(SecretSource::generated(32)));
    stack.finish().unwrap()
}

impl Plant {
    /// Applies the stack in a cloud with durations of its own.
    pub async fn new(began: &str) -> Self {
        Self::of(declared(), ENVIRONMENT, began).await
    }

    /// Applies a stack in a cloud with durations of its own, under an environment.
    pub async fn of(declarations: Declarations, environment: &str, began: &str) -> Self {
        let project = Project::new(declarations);
        let path = project.path();
        fs_err::create_dir_all(path.join("environments")).unwrap();
        fs_err::write(path.join("environments/test.toml"), environment).unwrap();
        let found = environment::Project::find(path).unwrap();
        let (environment, _) = Environment::load(&found, "test", &|_| Ok(None)).unwrap();
        let began = began.parse().unwrap();
        let clock = TokioClock::starting_at(began);
        // Shorter than those of AWS, so that runs look less often.
        let durations =
            Durations { endpoint_create: Duration::from_secs(60), ..Durations::all(Duration::from_secs(20)) };
        let settings = Settings { durations: Some(durations), ..Settings::default() };
        let cloud = Cloud::open_with_clock(&path.join("cloud"), settings, clock).unwrap();
        let environment = environment.rehearsed_in(cloud.clone(), &path.join("state"));
        let [killed, scaled, transitions] = [0; 3].map(AtomicU64::new);
        let plant =
            Self { project, cloud, clock, environment, began, notices: Arc::default(), killed, scaled, transitions };
        plant.apply().await;
        plant
    }

    async fn apply(&self) {
        let clock = self.clock;
        let finished = self.project.run_at(&self.cloud, Target::Running, &move || clock.now()).await;
        assert!(finished.success);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    pub async fn document(&self) -> StateDocument {
        self.project.document().await
    }

    /// Returns the notifications so far.
    pub fn notices(&self) -> Vec<Notice> {
        self.notices.lock().unwrap().clone()
    }

    pub async fn is_running(&self) -> bool {
        self.project.document().await.target == Target::Running
    }

    /// Looks once, as a process that remembers nothing. Returns when the next transition is due.
    pub async fn tick(&self) -> Option<Timestamp> {
        let report = self.look(false).await;
        if report.outcome == Outcome::Acted {
            self.transitions.fetch_add(1, Ordering::SeqCst);
        }
        report.decision.as_ref().and_then(|decision| decision.until)
    }

    /// Looks once, as a process that remembers nothing.
    pub async fn look(&self, dry_run: bool) -> StackReport {
        let (clock, notices) = (self.clock, Arc::clone(&self.notices));
        let controller = Controller {
            notifier: Notifier::of(&self.environment).unwrap(),
            environment: self.environment.clone(),
            providers: providers(),
            clock: Arc::new(move || clock.now()),
            shutdown: Shutdown::default(),
            who: "test@host".into(),
            on_event: Arc::new(|_, _| {}),
            on_notice: Arc::new(move |event| {
                if let NoticeEvent::Said(notice) = event {
                    notices.lock().unwrap().push(notice.clone());
                }
            }),
        };
        Arc::new(controller).tick(dry_run).await.unwrap().stacks.remove(0)
    }

    /// Returns the number of calls of an operation so far, or of all.
    pub fn calls(&self, operation: &str) -> u64 {
        let counts = self.cloud.faults().counts();
        counts.iter().filter(|((_, of), _)| operation == "*" || of == operation).map(|(_, count)| count).sum()
    }

    /// Returns the numbers of instances that the ledger has of an endpoint, with their times.
    pub async fn counted(&self, endpoint: &str) -> Vec<(Timestamp, f64)> {
        let address = endpoint.parse().unwrap();
        let entries = self.project.state().ledger().await.unwrap().into_iter().flat_map(|segment| segment.entries);
        let of = |entry: Entry| match entry.event {
            Event::Counts(counts) => counts.get(&address).map(|variants| (entry.at, variants["v"])),
            Event::Bills(_) | Event::Once(_) | Event::Doubt(_) => None,
        };
        entries.filter_map(of).collect()
    }

    /// Looks once, and is killed at a call if there are so many.
    pub async fn killed(&self, kill: Arc<Kill>) {
        self.cloud.faults().install(kill.clone());
        tokio::select! {
            _ = self.tick() => {}
            () = kill.over() => drop(self.killed.fetch_add(1, Ordering::SeqCst)),
        }
        self.cloud.faults().clear();
        // What had reached AWS is finished there.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    /// Changes the number of instances by one as auto scaling does, if the endpoint is in service.
    pub async fn scale(&self, up: bool) {
        let aws = Project::aws(&self.cloud);
        let Ok(endpoint) = aws.sagemaker().describe_endpoint().endpoint_name("chat").send().await else { return };
        let before = endpoint.production_variants()[0].current_instance_count().unwrap();
        let count = if up { before + 1 } else { before - 1 }.clamp(1, 4);
        let change = DesiredWeightAndCapacity::builder().variant_name("v").desired_instance_count(count).build();
        let update = aws.sagemaker().update_endpoint_weights_and_capacities().endpoint_name("chat");
        if count != before && update.desired_weights_and_capacities(change).send().await.is_ok() {
            self.scaled.fetch_add(1, Ordering::SeqCst);
        }
    }

    pub fn breaks(&self) {
        self.cloud.faults().install(Arc::new(Broken));
    }

    pub fn mends(&self) {
        self.cloud.faults().clear();
    }

    /// Returns what the ledger says of the time so far, and what the meter says.
    pub async fn books(&self) -> Books {
        self.books_of(self.began, self.now()).await
    }

    /// Returns what the ledger says of a time, and what the meter says.
    pub async fn books_of(&self, from: Timestamp, to: Timestamp) -> Books {
        let (book, kinds, now) = (Book::embedded(), providers(), self.now());
        let pricing = Pricing::new(&book, "eu-west-1");
        let (state, span) = (self.project.state(), Span { from, to });
        let spending = spending(&state, kinds.kinds(), &pricing, span, now).await.unwrap().unwrap();
        Books::new(&spending.accrued, &self.cloud.metered(from, to).await.unwrap(), &book)
    }

    /// Returns how often something happened.
    pub fn happened(&self) -> BTreeMap<String, u64> {
        let all = [("killed", &self.killed), ("scaled", &self.scaled), ("transitions", &self.transitions)];
        all.into_iter().map(|(name, count)| (name.to_owned(), count.load(Ordering::SeqCst))).collect()
    }
}
