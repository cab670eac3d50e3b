//! Roll-outs in virtual time: fourteen days between two variants of an endpoint, seen by an observer that reads only the cloud.

use std::future::Future;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use aws_sdk_cloudwatch::types::StateValue;
use ebbtide::aws::apigateway::{self, ApiResource, Canary, Deployment, Integration, Method, RestApi};
use ebbtide::aws::cloudwatch::{Alarm, Comparison, Metric, Statistic, Watch};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::sagemaker::{Container, Endpoint, EndpointConfig, Instances, Model, Variant};
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::rollout::{Phase, Rollout};
use ebbtide::schedule::Cause;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::virtual_time::TokioClock;
use ebbtide_cloud::{Cloud, Durations, Settings};
use ebbtide_engine::apply::Shutdown;
use ebbtide_engine::control::notify::Notifier;
use ebbtide_engine::control::rolling_out::{Carrier, Parts, RollingOut, addresses};
use ebbtide_engine::control::{Controller, Outcome, StackReport};
use ebbtide_engine::environment::{self, Environment};
use ebbtide_engine::providers::providers;
use ebbtide_engine::sdk::{Aws, PropagationDelay};
use ebbtide_engine::state::LockOwner;
use jiff::Timestamp;

use crate::fixture::{Project, scope};

const DAY: u64 = 24;

const SEED: &str = "[stacks.net.rollout]\nto = \"new\"\nsteps = [ { percent = 10, after = \"0d\" }, \
     { percent = 25, after = \"3d\" }, { percent = 50, after = \"7d\" }, { percent = 75, after = \"10d\" }, \
     { percent = 100, after = \"14d\" } ]\ngates = [\"accuracy\", \"latency\"]\n\
     rollback = [ { alarm = \"drop\", for = \"24h\" } ]\napprove = [100]\n";

/// Declares the stage of a REST API with a canary, with alarms.
fn with_canary(description: &str) -> Declarations {
    let mut stack = Stack::new(scope(), Default::default());
    let api = stack.add("documents", RestApi::new());
    let part = stack.add("documents", ApiResource::below_root(&api.id, &api.root, "documents"));
    let get = Method::new(&api.id, &part.id, "GET", Integration::mock(200)).responding("200");
    let get = stack.add("get", get);
    let deployment = stack.add("documents", Deployment::of(&api.id).with(&api.revision).with(&get.revision));
    let road = |to: &str| [("road".to_owned(), to.into())].into();
    let canary = Canary { variables: road("new"), ..Canary::of(0.0) };
    let stage = apigateway::Stage::new(&api.id, "live", &deployment.id);
    let description = Some(description.to_owned());
    stack.add("live", apigateway::Stage { variables: road("old"), canary: Some(canary), description, ..stage });
    add_alarms(&mut stack);
    stack.finish().unwrap()
}

fn add_alarms(stack: &mut Stack) {
    for name in ["accuracy", "latency", "drop"] {
        let metric = Metric::of_variant("ModelLatency", "llm", "new", Statistic::Average);
        stack.add(name, Alarm::new(Watch::Metric(metric), Comparison::Greater, 100.0));
    }
}

/// Declares an endpoint of two variants, with alarms.
fn two_sided() -> Declarations {
    let mut stack = Stack::new(scope(), Default::default());
    let role = stack.add("llm", Role::new(Policy::trust("sagemaker.amazonaws.com")));
    let variant = |stack: &mut Stack, name: &str, weight: f32| {
        let model = stack.add(name, Model::new(&role.arn, Container::new(format!("1.dkr.ecr/vllm:{name}"), None)));
        Variant { weight, ..Variant::on_instances(name, &model.name, Instances::new("ml.m5.large", 1)) }
    };
    let variants = vec![variant(&mut stack, "old", 1.0), variant(&mut stack, "new", 0.0)];
    let config =
        stack.add("llm", EndpointConfig { variants: variants.clone(), ..EndpointConfig::new(variants[0].clone()) });
    stack.add("llm", Endpoint::new("llm", &config.name));
    add_alarms(&mut stack);
    stack.finish().unwrap()
}

/// A running stack with a roll-out, in a cloud of virtual time.
struct Stage {
    project: Project,
    cloud: Cloud,
    aws: Arc<Aws>,
    clock: TokioClock,
    environment: Environment,
}

impl Stage {
    /// Brings the stack up, with all gates OK.
    async fn new(settings: &str) -> Self {
        Self::of(two_sided(), settings).await
    }

    /// Brings a stack up, with all gates OK.
    async fn of(declarations: Declarations, settings: &str) -> Self {
        let project = Project::new(declarations);
        let clock = TokioClock::starting_at("2027-03-01T00:00:00Z".parse().unwrap());
        let durations = Some(Durations::of_aws());
        let cloud = Settings { durations, ..Settings::default() };
        let cloud = Cloud::open_with_clock(&project.path().join("cloud"), cloud, clock).unwrap();
        assert!(project.run_at(&cloud, Target::Running, &move || clock.now()).await.success);
        std::fs::create_dir_all(project.path().join("environments")).unwrap();
        let text = format!("[aws]\nregion = \"eu-west-1\"\nembedded = true\n\n{settings}");
        std::fs::write(project.path().join("environments/test.toml"), text).unwrap();
        let found = environment::Project::find(project.path()).unwrap();
        let (environment, _) = Environment::load(&found, "test", &|_| Ok(None)).unwrap();
        let environment = environment.rehearsed_in(cloud.clone(), &project.path().join("state"));
        let aws = Project::aws(&cloud);
        let stage = Self { project, cloud, aws, clock, environment };
        for (name, state) in [("accuracy", StateValue::Ok), ("latency", StateValue::Ok)] {
            stage.alarm(name, state).await;
        }
        stage
    }

    /// Brings the stack up, and starts its roll-out.
    async fn started(settings: &str) -> Self {
        let stage = Self::new(settings).await;
        stage.start().await;
        stage
    }

    async fn document(&self) -> StateDocument {
        self.project.document().await
    }

    async fn rollout(&self) -> Rollout {
        self.document().await.rollout.unwrap()
    }

    /// Starts the roll-out, as the command does.
    async fn start(&self) {
        let document = self.document().await;
        let (settings, rules) = self.environment.rollout("net").unwrap();
        let providers = providers();
        let of = Parts::from(&document).carrier(providers.kinds(), rules).unwrap();
        let now = self.clock.now();
        let generation = document.resources[&of].generation;
        let rollout = Rollout {
            alarms: addresses(&document, rules),
            ..Rollout::new(of, generation, settings.clone(), "ada@host", now)
        };
        let state = self.project.state();
        let rolling = RollingOut { state: &state, kinds: providers.kinds(), owner: self.owner() };
        assert!(rolling.start(rollout).await.unwrap().is_some());
    }

    fn owner(&self) -> LockOwner {
        LockOwner::of_this_process("ada@host".to_owned(), "rollout", self.clock.now())
    }

    /// Approves a step.
    async fn approve(&self, percent: u8) {
        let (state, providers) = (self.project.state(), providers());
        let rolling = RollingOut { state: &state, kinds: providers.kinds(), owner: self.owner() };
        rolling.note(format!("{percent} % approved"), |rollout, _| rollout.approved.insert(percent)).await;
    }

    /// Takes all traffic back, as the command does.
    async fn back(&self) {
        let (state, providers, document) = (self.project.state(), providers(), self.document().await);
        let access = ebbtide_engine::apply::Access {
            aws: self.aws.clone(),
            providers: providers.clone(),
            propagation: PropagationDelay::NONE,
        };
        let rollout = document.rollout.as_ref().unwrap();
        let carrier = Carrier::of(&access, &document, &rollout.of, rollout.to.as_deref()).unwrap();
        let rolling = RollingOut { state: &state, kinds: providers.kinds(), owner: self.owner() };
        rolling.back(&carrier, "by hand").await;
    }

    fn controller(&self) -> Arc<Controller> {
        let clock = self.clock;
        Arc::new(Controller {
            notifier: Notifier::of(&self.environment).unwrap(),
            environment: self.environment.clone(),
            providers: providers(),
            clock: Arc::new(move || clock.now()),
            shutdown: Shutdown::default(),
            who: "test@host".into(),
            on_event: Arc::new(|_, _| {}),
            on_notice: Arc::new(|_| {}),
        })
    }

    /// Looks once. Each look is made by a new controller: nothing is remembered.
    async fn tick(&self) -> StackReport {
        let report = self.controller().tick(false).await.unwrap();
        report.stacks.into_iter().next().unwrap()
    }

    async fn alarm(&self, name: &str, state: StateValue) {
        let address = format!("cloudwatch_alarm.{name}").parse().unwrap();
        let id = self.document().await.resources[&address].id.clone().unwrap();
        let set = self.aws.cloudwatch().set_alarm_state().alarm_name(id).state_value(state);
        set.state_reason("a test").send().await.unwrap();
    }

    /// Returns the percentage that the new variant gets, from nothing but the cloud.
    async fn percent(&self) -> f32 {
        let endpoint = self.aws.sagemaker().describe_endpoint().endpoint_name("llm").send().await.unwrap();
        let weight = |name: &str| {
            let variants = endpoint.production_variants().iter();
            let variant = variants.into_iter().find(|variant| variant.variant_name() == Some(name)).unwrap();
            variant.desired_weight().or(variant.current_weight()).unwrap()
        };
        weight("new") / (weight("new") + weight("old")) * 100.0
    }

    /// Returns the percentage of the canary, from nothing but the cloud.
    async fn canary(&self) -> f64 {
        let id = self.document().await.resources[&"apigateway_stage.live".parse().unwrap()].id.clone().unwrap();
        let get = self.aws.cloudcontrol().get_resource().type_name("AWS::ApiGateway::Stage").identifier(id);
        let model = get.send().await.unwrap().resource_description.unwrap().properties.unwrap();
        let model: serde_json::Value = serde_json::from_str(&model).unwrap();
        model["CanarySetting"]["PercentTraffic"].as_f64().unwrap()
    }

    /// Returns the percentage of the new side, whichever it is.
    async fn live(&self) -> f64 {
        let stage = "apigateway_stage.live".parse().unwrap();
        match self.document().await.resources.contains_key(&stage) {
            true => self.canary().await,
            false => f64::from(self.percent().await),
        }
    }

    async fn hours(&self, hours: u64) {
        tokio::time::sleep(Duration::from_secs(hours * 3600)).await;
    }

    /// Looks every six hours for some days. Returns the days on which the new variant got another percentage.
    async fn days(&self, days: u64) -> Vec<(i64, f32)> {
        let begin: Timestamp = self.rollout().await.started;
        let (mut changes, mut last) = (Vec::new(), self.percent().await);
        for _ in 0..days * DAY / 6 {
            self.tick().await;
            let percent = self.percent().await;
            if (percent - last).abs() > 0.5 {
                changes.push((self.clock.now().duration_since(begin).as_hours() / 24, percent));
                last = percent;
            }
            self.hours(6).await;
        }
        changes
    }
}

#[tokio::test(start_paused = true)]
async fn a_calm_roll_out_takes_fourteen_days() {
    let stage = Stage::started(SEED).await;
    assert_eq!(stage.days(16).await, [(0, 10.0), (3, 25.0), (7, 50.0), (10, 75.0)], "100 % waits for a person");
    let report = stage.tick().await;
    assert_eq!(report.outcome, Outcome::Nothing);
    stage.approve(100).await;
    assert_eq!(stage.days(5).await, [(16, 100.0)]);
    let rollout = stage.rollout().await;
    assert!(matches!(rollout.phase, Phase::Done { .. }), "{rollout}");
    let log: Vec<_> = rollout.log.iter().map(|deed| deed.what.as_str()).collect();
    assert_eq!(log, ["started", "10 %", "25 %", "50 %", "75 %", "100 % approved", "100 %", "done"]);
    // An apply of the same code, and a pause with a resume, leave the traffic where it is.
    assert!(stage.project.plan_on(&stage.cloud, Target::Running).await.operations.is_empty());
    assert!(stage.project.run_on(&stage.cloud, Target::Paused).await.result.unwrap().success);
    assert!(stage.project.run_from(&stage.cloud, Target::Running, None).await.result.unwrap().success);
    assert!((stage.percent().await - 100.0).abs() < 0.1, "{}", stage.percent().await);
}

#[tokio::test(start_paused = true)]
async fn a_gate_that_fails_before_any_step_holds_that_step_back() {
    let stage = Stage::started(SEED).await;
    stage.approve(100).await;
    stage.tick().await;
    for (now, next) in [(10.0, 25.0), (25.0, 50.0), (50.0, 75.0), (75.0, 100.0)] {
        for (name, state) in [("accuracy", StateValue::Alarm), ("latency", StateValue::InsufficientData)] {
            stage.hours(2 * DAY).await;
            stage.alarm(name, state).await;
            // However late it is, no step is taken.
            for _ in 0..3 {
                stage.hours(2 * DAY).await;
                stage.tick().await;
                assert!((stage.percent().await - now).abs() < 0.5, "{name} at {now} %: {}", stage.percent().await);
            }
            stage.alarm(name, StateValue::Ok).await;
        }
        // The time begins anew, and then there is one step.
        stage.hours(2 * DAY).await;
        stage.tick().await;
        assert!((stage.percent().await - now).abs() < 0.5, "the gate was OK for two days only");
        stage.hours(3 * DAY).await;
        stage.tick().await;
        assert!((stage.percent().await - next).abs() < 0.5, "{} instead of {next}", stage.percent().await);
    }
}

#[tokio::test(start_paused = true)]
async fn an_alarm_takes_all_traffic_back_at_any_step() {
    for days in [1, 4, 8, 12] {
        let stage = Stage::started(SEED).await;
        stage.days(days).await;
        let before = stage.percent().await;
        assert!(before >= 10.0);
        stage.alarm("drop", StateValue::Alarm).await;
        stage.hours(23).await;
        stage.tick().await;
        assert!((stage.percent().await - before).abs() < 0.5, "not for long enough");
        stage.hours(2).await;
        let report = stage.tick().await;
        assert_eq!(report.outcome, Outcome::Acted);
        assert!(report.message.as_deref().unwrap().contains("alarm drop is raised since"), "{:?}", report.message);
        assert!(stage.percent().await < 0.1, "{}", stage.percent().await);
        let document = stage.document().await;
        assert!(matches!(document.rollout.unwrap().phase, Phase::RolledBack { .. }));
        // It stays so, whatever alarms do.
        stage.alarm("drop", StateValue::Ok).await;
        assert_eq!(stage.days(5).await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_control_plane_that_was_away_for_two_days_takes_one_step() {
    let stage = Stage::started(SEED).await;
    stage.days(2).await;
    // Away over the step of the third day.
    stage.hours(2 * DAY).await;
    stage.tick().await;
    assert!((stage.percent().await - 25.0).abs() < 0.5);
    // And for so long that two steps would have come.
    stage.hours(9 * DAY).await;
    stage.tick().await;
    stage.tick().await;
    assert!((stage.percent().await - 50.0).abs() < 0.5, "{}", stage.percent().await);
    assert_eq!(stage.days(4).await, [(16, 75.0)], "the step after it waits for its three days");
}

#[tokio::test(start_paused = true)]
async fn a_rollback_by_hand_needs_no_lock_and_is_final() {
    let stage = Stage::started(SEED).await;
    stage.days(4).await;
    let state = stage.project.state();
    let lock = state.acquire(stage.owner()).await.unwrap();
    stage.back().await;
    assert!(stage.percent().await < 0.1, "the lock was waited for");
    assert_eq!(stage.rollout().await.phase, Phase::UnderWay, "it could not be recorded");
    lock.release().await;
    let report = stage.tick().await;
    assert!(matches!(stage.rollout().await.phase, Phase::RolledBack { .. }), "{:?}", report.message);
    assert_eq!(stage.days(20).await, []);
    // Another one begins at the first step.
    stage.start().await;
    assert_eq!(stage.days(4).await, [(0, 10.0), (3, 25.0)]);
}

#[tokio::test(start_paused = true)]
async fn nothing_pauses_a_stack_whose_roll_out_is_under_way() {
    let nights = "[schedule]\ntimezone = \"UTC\"\ndefault = \"paused\"\n[[schedule.windows]]\nname = \"noon\"\n\
         days = \"mon-fri\"\nfrom = \"11:00\"\nto = \"13:00\"\n\n";
    let stage = Stage::started(&format!("{nights}{SEED}")).await;
    stage.tick().await;
    let report = stage.tick().await;
    assert_eq!(report.decision.as_ref().unwrap().cause, Cause::Rollout);
    assert_eq!(stage.document().await.target, Target::Running);
    let refused = stage.project.run_on(&stage.cloud, Target::Paused).await.result.unwrap_err().to_string();
    assert!(refused.contains("a roll-out needs it"), "{refused}");
    // AWS changes no endpoint that is being updated.
    stage.hours(1).await;
    stage.back().await;
    let report = stage.tick().await;
    assert_eq!(
        (report.outcome, stage.document().await.target),
        (Outcome::Acted, Target::Paused),
        "{:?}",
        report.message
    );
}

#[tokio::test(start_paused = true)]
async fn the_canary_of_a_stage_is_rolled_out_and_no_apply_resets_it() {
    let mut stage = Stage::of(with_canary("first"), &SEED.replace("to = \"new\"\n", "")).await;
    stage.start().await;
    for percent in [10.0, 25.0] {
        let report = stage.tick().await;
        assert_eq!(report.outcome, Outcome::Acted, "{:?}", report.message);
        assert!((stage.canary().await - percent).abs() < 0.01, "{}", stage.canary().await);
        assert!(stage.project.plan_on(&stage.cloud, Target::Running).await.operations.is_empty());
        stage.hours(3 * DAY + 1).await;
    }
    // An apply that changes the stage leaves the share.
    stage.project.declarations = with_canary("second");
    assert!(stage.project.run_on(&stage.cloud, Target::Running).await.result.unwrap().success);
    assert!((stage.canary().await - 25.0).abs() < 0.01, "{}", stage.canary().await);
    assert!(stage.project.plan_on(&stage.cloud, Target::Running).await.operations.is_empty());
    let refused = stage.project.run_on(&stage.cloud, Target::Destroyed).await.result.unwrap_err().to_string();
    assert!(refused.contains("a roll-out needs it"), "{refused}");

    stage.alarm("drop", StateValue::Alarm).await;
    stage.hours(DAY + 1).await;
    stage.tick().await;
    assert!(stage.canary().await < 0.01, "{}", stage.canary().await);
    assert!(matches!(stage.rollout().await.phase, Phase::RolledBack { .. }));
    let plan = stage.project.plan_on(&stage.cloud, Target::Running).await;
    assert!(plan.operations.is_empty(), "{:?}", plan.operations);
}

/// Polls a future so often, and drops it then: the end of a process at any of its waits.
async fn cut_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    // On the heap: the futures of a look are large.
    let mut future = Box::pin(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// A hundred steps, one an hour.
fn by_the_hour(to: &str) -> String {
    let steps: Vec<String> =
        (1..=100).map(|percent| format!("{{ percent = {percent}, after = \"{percent}h\" }}")).collect();
    format!(
        "[stacks.net.rollout]\n{to}steps = [{}]\ngates = [\"accuracy\"]\nrollback = [{{ alarm = \"drop\", for = \"2h\" }}]\napprove = [100]\n",
        steps.join(", ")
    )
}

/// Cuts start, approval, every step, a rollback of a tick, and one by hand: each at every wait.
async fn cut_everything(stage: &Stage) {
    let pause = || tokio::time::sleep(Duration::from_secs(600));
    Box::pin(start_cut(stage)).await;
    for polls in 0.. {
        cut_after(polls, stage.approve(100)).await;
        pause().await;
        if stage.rollout().await.approved.contains(&100) {
            break;
        }
    }
    let (mut polls, mut whole) = (0, 0);
    for percent in 1..=100_u8 {
        stage.hours(1).await;
        let cut = cut_after(polls, stage.controller().tick(false)).await;
        whole += usize::from(cut.is_some());
        // Past the last wait, it begins again from the first one.
        polls = if cut.is_some() { 0 } else { polls + 1 };
        pause().await;
        let seen = stage.live().await;
        let percent = f64::from(percent);
        assert!(seen <= percent + 0.1 && seen >= percent - 1.1, "{seen} after {polls} polls");
        Box::pin(stage.tick()).await;
        let rollout = stage.rollout().await;
        assert_eq!((f64::from(rollout.percent), rollout.moving), (percent, None), "cut after {polls} polls");
        assert!((stage.live().await - percent).abs() < 0.1, "cut after {polls} polls");
        pause().await;
        assert!(Box::pin(stage.project.plan_on(&stage.cloud, Target::Running)).await.operations.is_empty());
    }
    assert!(whole > 0, "the cuts never came to an end");
    // The same for a rollback.
    stage.alarm("drop", StateValue::Alarm).await;
    stage.hours(3).await;
    for polls in 0.. {
        if cut_after(polls, stage.controller().tick(false)).await.is_some() {
            break;
        }
        pause().await;
    }
    Box::pin(stage.tick()).await;
    Box::pin(is_back(stage)).await;
    // And for one by hand, of another roll-out.
    stage.alarm("drop", StateValue::Ok).await;
    pause().await;
    Box::pin(start_cut(stage)).await;
    stage.hours(1).await;
    Box::pin(stage.tick()).await;
    pause().await;
    assert!((stage.live().await - 1.0).abs() < 0.1, "{}", stage.live().await);
    for polls in 0.. {
        let whole = cut_after(polls, stage.back()).await.is_some();
        pause().await;
        let called = stage.live().await < 0.1;
        Box::pin(stage.tick()).await;
        let phase = stage.rollout().await.phase;
        assert_eq!(called, matches!(phase, Phase::RolledBack { .. }), "cut after {polls} polls: {phase}");
        if called {
            break;
        }
        assert!(!whole, "a rollback without an effect");
    }
    Box::pin(is_back(stage)).await;
}

/// Starts a roll-out, cut at one wait after the other until it is recorded.
async fn start_cut(stage: &Stage) {
    for polls in 0.. {
        cut_after(polls, stage.start()).await;
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert!(stage.live().await < 0.1);
        assert!(Box::pin(stage.project.plan_on(&stage.cloud, Target::Running)).await.operations.is_empty());
        if stage.document().await.rollout.is_some_and(|rollout| rollout.is_under_way()) {
            break;
        }
    }
}

async fn is_back(stage: &Stage) {
    assert!(stage.live().await < 0.1, "{}", stage.live().await);
    assert!(matches!(stage.rollout().await.phase, Phase::RolledBack { .. }));
    // The call may be part of the last look: the endpoint is being updated then, and a plan waits for it.
    tokio::time::sleep(Duration::from_secs(600)).await;
    let plan = stage.project.plan_on(&stage.cloud, Target::Running).await;
    assert!(plan.operations.is_empty(), "{:?}", plan.operations);
}

#[tokio::test(start_paused = true)]
async fn a_look_that_is_cut_off_anywhere_takes_no_step_twice_and_loses_none() {
    let stage = Box::pin(Stage::new(&by_the_hour("to = \"new\"\n"))).await;
    Box::pin(cut_everything(&stage)).await;
}

#[tokio::test(start_paused = true)]
async fn the_canary_of_a_stage_survives_the_same_cuts() {
    let stage = Box::pin(Stage::of(with_canary("first"), &by_the_hour(""))).await;
    Box::pin(cut_everything(&stage)).await;
}

#[tokio::test(start_paused = true)]
async fn days_that_cost_more_than_twice_the_budget_take_all_traffic_back() {
    let cost = "rollback = [ { cost = \"200%\", for = \"7d\" } ]";
    let settings = SEED.replace("rollback = [ { alarm = \"drop\", for = \"24h\" } ]", cost);
    assert!(settings.contains(cost));
    // Two instances of ml.m5.large cost about six dollars a day, and the budget has less than two.
    let stage = Stage::started(&format!("{settings}\n[stacks.net.budget]\nmonthly = 50\n")).await;
    stage.days(7).await;
    assert_eq!(stage.rollout().await.phase, Phase::UnderWay, "seven whole days are not over");
    stage.days(2).await;
    let phase = stage.rollout().await.phase;
    let Phase::RolledBack { reason, .. } = phase else { panic!("{phase}") };
    assert!(reason.contains("the last 7 days cost") && reason.contains("more than 200 %"), "{reason}");
    assert!(stage.percent().await < 0.1);
    // Days that cost what the budget has are no reason.
    let stage = Stage::started(&format!("{settings}\n[stacks.net.budget]\nmonthly = 150\n")).await;
    stage.days(10).await;
    assert_eq!(stage.rollout().await.phase, Phase::UnderWay);
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_is_spent_holds_the_next_step() {
    let stage = Stage::started(&format!("{SEED}\n[stacks.net.budget]\nmonthly = 10\n")).await;
    assert_eq!(stage.days(6).await, [(0, 10.0)], "25 % was due on the third day");
    let report = stage.controller().tick(true).await.unwrap().stacks.into_iter().next().unwrap();
    let waits = report.rollout.unwrap().waits.unwrap_or_default();
    assert!(waits.contains("the budget of $10.00 is spent"), "{waits}");
}
