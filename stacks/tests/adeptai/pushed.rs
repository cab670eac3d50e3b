//! Capacities that AWS sets by itself, by scheduled actions of a schedule with `push`. The cloud is moved in time, so that the
//! actions run while no command does.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use ebbtide_cloud::{Cloud, Durations, Settings};
use jiff::{SignedDuration, Timestamp};

use crate::project::{Project, text};

const RESOURCE: &str = "endpoint/adeptai-local-query-enhancer-v1/variant/AllTraffic";

const WINDOW: (i32, i32) = (3, 9);

/// Returns the settings of a window on every day, from and to so many hours from now.
fn window(push: bool, from: i64, to: i64) -> String {
    let time = |hours: i64| (Timestamp::now() + SignedDuration::from_hours(hours)).strftime("%H:%M").to_string();
    format!(
        "[schedule]\ntimezone = \"UTC\"\ndefault = \"running\"\npush = {push}\n[[schedule.windows]]\nname = \"busy\"\n\
         from = \"{}\"\nto = \"{}\"\ncapacity = {{ query-enhancer = {{ min = {}, max = {} }} }}\n",
        time(from),
        time(to),
        WINDOW.0,
        WINDOW.1
    )
}

/// Calls Application Auto Scaling in the project's cloud, so many hours from now.
fn call<T>(project: &Project, hours: i64, calls: impl AsyncFnOnce(Client) -> T) -> T {
    let clock = move || (Timestamp::now() + SignedDuration::from_hours(hours)).as_millisecond();
    call_in(project, Settings::default(), clock, calls)
}

/// Calls Application Auto Scaling in the project's cloud with another clock.
fn call_in<T>(
    project: &Project,
    settings: Settings,
    clock: impl Fn() -> i64 + Send + Sync + 'static,
    calls: impl AsyncFnOnce(Client) -> T,
) -> T {
    with_sdk(project, settings, clock, async |config| calls(Client::new(&config)).await)
}

/// Calls the project's cloud with another clock.
fn with_sdk<T>(
    project: &Project,
    settings: Settings,
    clock: impl Fn() -> i64 + Send + Sync + 'static,
    calls: impl AsyncFnOnce(aws_config::SdkConfig) -> T,
) -> T {
    let folder = project.folder().join("state/local/cloud");
    let cloud = Cloud::open_with_clock(&folder, settings, clock).unwrap();
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-west-1"))
        .http_client(cloud.http_client())
        .credentials_provider(SharedCredentialsProvider::new(cloud.credentials()))
        .build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(calls(config))
}

/// Returns the status of the endpoint so many hours from now.
fn status(project: &Project, hours: i64) -> String {
    let clock = move || (Timestamp::now() + SignedDuration::from_hours(hours)).as_millisecond();
    with_sdk(project, Settings::default(), clock, async |config| {
        let name = RESOURCE.split('/').nth(1).unwrap();
        let endpoint = aws_sdk_sagemaker::Client::new(&config).describe_endpoint().endpoint_name(name);
        endpoint.send().await.unwrap().endpoint_status().unwrap().to_string()
    })
}

/// Returns the bounds of the endpoint and the names of its scheduled actions, as AWS has them so many hours from now.
fn scaling(project: &Project, hours: i64) -> (Option<(i32, i32)>, Vec<String>) {
    call(project, hours, async |client| {
        let targets = client.describe_scalable_targets().service_namespace(ServiceNamespace::Sagemaker);
        let targets = targets.resource_ids(RESOURCE).send().await.unwrap();
        let bounds = targets.scalable_targets().first().map(|target| (target.min_capacity(), target.max_capacity()));
        let actions = client.describe_scheduled_actions().service_namespace(ServiceNamespace::Sagemaker);
        let actions = actions.resource_id(RESOURCE).send().await.unwrap();
        let names = actions.scheduled_actions().iter().map(|action| action.scheduled_action_name().to_owned());
        (bounds, names.collect())
    })
}

async fn set_bounds(client: Client, (min, max): (i32, i32)) {
    let register = client.register_scalable_target().service_namespace(ServiceNamespace::Sagemaker);
    let register = register.scalable_dimension(ScalableDimension::SageMakerVariantDesiredInstanceCount);
    register.resource_id(RESOURCE).min_capacity(min).max_capacity(max).send().await.unwrap();
}

fn set_bounds_by_hand(project: &Project, bounds: (i32, i32)) {
    call(project, 0, async |client| set_bounds(client, bounds).await);
}

fn tick(project: &Project) -> String {
    let report = project.json("tick");
    report["stacks"][0]["outcome"].as_str().unwrap_or_else(|| panic!("{report:#}")).to_owned()
}

#[test]
fn actions_of_a_schedule_set_capacities_without_a_command() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    let (declared, none) = scaling(&project, 0);
    assert!(none.is_empty() && declared.is_some_and(|declared| declared != WINDOW), "{declared:?}");

    // The window is open: AWS would act at its end only.
    project.settle(&window(true, -3, 3));
    let plan = project.json("plan adeptai");
    let operations = plan["operations"].as_array().unwrap().iter();
    let scheduled = operations.filter(|one| one["address"].as_str().unwrap().contains("query-enhancer-schedule-"));
    assert_eq!(scheduled.count(), 2, "{plan:#}");
    project.ebb("apply adeptai --yes");
    let (bounds, actions) = scaling(&project, 0);
    assert_eq!((bounds, actions.len()), (Some(WINDOW), 2), "{actions:?}");
    project.assert_no_changes("running");
    assert_eq!(tick(&project), "nothing");

    // Nobody runs a command, and the actions run.
    for (hours, bounds) in [(4, declared), (22, Some(WINDOW)), (28, declared), (46, Some(WINDOW))] {
        assert_eq!(scaling(&project, hours).0, bounds, "in {hours} hours");
    }
    project.assert_no_changes("running");
    assert_eq!(tick(&project), "nothing", "what AWS sets is no work");
    project.ebb("apply adeptai --yes");

    // A change by hand is drift. An apply restores what holds now, not what is declared.
    for apply in ["apply adeptai --yes", "apply restored.plan --yes"] {
        set_bounds_by_hand(&project, (7, 8));
        project.ebb("plan adeptai --out restored.plan");
        project.ebb(apply);
        assert_eq!(scaling(&project, 0).0, Some(WINDOW), "{apply}");
    }
    project.assert_no_changes("running");
    assert_eq!(tick(&project), "nothing");
    assert_eq!(scaling(&project, 28 + 24).0, declared, "the actions go on");
    assert_eq!(scaling(&project, 46 + 24).0, Some(WINDOW), "the actions go on");
    project.assert_no_changes("running");

    // A pause takes the actions away, and a resume brings them back, with the bounds of now.
    project.ebb("pause adeptai --yes");
    assert_eq!(scaling(&project, 0), (None, Vec::new()));
    project.ebb("resume adeptai --yes");
    assert_eq!(scaling(&project, 0), (Some(WINDOW), actions.clone()));
    project.assert_no_changes("running");

    // A window that moves is over by now. A tick carries that out from the record.
    project.settle(&window(true, -3, -1));
    assert_eq!(tick(&project), "acted");
    let (bounds, moved) = scaling(&project, 0);
    assert_eq!((bounds, moved.len()), (declared, 2));
    assert_ne!(moved, actions);
    assert_eq!(tick(&project), "nothing");
    project.assert_no_changes("running");
}

/// Sets bounds at an instant of the cloud's clock, for which the endpoint needs other instances. That update takes as long as in AWS.
fn start_an_update(project: &Project, at: Timestamp, bounds: (i32, i32)) {
    let settings = Settings { durations: Some(Durations::of_aws()), ..Settings::default() };
    call_in(project, settings, move || at.as_millisecond(), async |client| set_bounds(client, bounds).await);
}

#[test]
fn an_action_that_meets_an_update_changes_nothing_and_a_tick_makes_up_for_it() {
    let project = Project::new();
    project.settle(&window(true, -3, 3));
    project.ebb("apply adeptai --yes");
    // An update begins shortly before the window opens again, 21 hours from now, and takes minutes.
    let opens = Timestamp::now() + SignedDuration::from_hours(21);
    let lead = SignedDuration::from_secs(opens.as_second().rem_euclid(60) + 20);
    let by_hand = (WINDOW.0 + 2, WINDOW.1 - 1);
    start_an_update(&project, opens - lead, by_hand);
    assert_eq!(scaling(&project, 22).0, Some(by_hand), "AWS did not set the bounds of the window");
    // The update is over for the commands that follow, whose clock is behind.
    assert_eq!(status(&project, 22), "InService");
    assert_eq!(status(&project, 0), "InService");

    // By the clock of the tick the window is open since hours.
    let report = project.json("tick --dry-run");
    let message = report["stacks"][0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("capacity that AWS did not set: query-enhancer 3–9"), "{report:#}");
    assert_eq!(scaling(&project, 0).0, Some(by_hand), "a dry run changes nothing");
    assert_eq!(tick(&project), "acted");
    assert_eq!(scaling(&project, 0).0, Some(WINDOW));
    assert_eq!(tick(&project), "nothing");
    project.assert_no_changes("running");
}

#[test]
fn without_push_the_actions_go_and_ticks_set_the_capacity() {
    let project = Project::new();
    project.settle(&window(true, -3, 3));
    project.ebb("apply adeptai --yes");
    let declared = scaling(&project, 4).0;
    assert_eq!(scaling(&project, 22).0, Some(WINDOW));

    project.settle(&window(false, -3, 3));
    project.ebb("apply adeptai --yes");
    assert_eq!(scaling(&project, 0), (declared, Vec::new()), "declared bounds are restored");
    project.assert_no_changes("running");
    assert_eq!(tick(&project), "acted");
    assert_eq!(scaling(&project, 0).0, Some(WINDOW));
    assert_eq!(tick(&project), "nothing");

    // And back: what a tick has set stays in force.
    project.settle(&window(true, -3, 3));
    assert_eq!(tick(&project), "acted");
    let (bounds, actions) = scaling(&project, 0);
    assert_eq!((bounds, actions.len()), (Some(WINDOW), 2));
    project.assert_no_changes("running");
    assert_eq!(scaling(&project, 4).0, declared);
    assert_eq!(scaling(&project, 22).0, Some(WINDOW));
    project.assert_no_changes("running");
    assert_eq!(tick(&project), "nothing");

    // A tick removes them as an apply does. What holds in the window is set by the next one.
    project.settle(&window(false, -3, 3));
    assert_eq!(tick(&project), "acted");
    assert_eq!(scaling(&project, 0), (declared, Vec::new()));
    assert_eq!(tick(&project), "acted");
    assert_eq!(scaling(&project, 0).0, Some(WINDOW));
    assert_eq!(tick(&project), "nothing");
}

#[test]
fn a_command_that_is_killed_between_two_actions_is_finished_by_the_next() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    let declared = scaling(&project, 0).0;
    let killed = |fault: &str| {
        let mut command = project.command("apply adeptai --yes");
        assert!(!command.env("EBB_CLOUD_FAULTS", fault).output().unwrap().status.success(), "{fault}");
    };
    for at in ["before", "after"] {
        project.settle(&window(true, -3, 3));
        // The second time, it is killed at the next action.
        killed(&format!("kill-{at}=PutScheduledAction"));
        killed(&format!("kill-{at}=PutScheduledAction"));
        project.ebb("apply adeptai --yes");
        let (bounds, actions) = scaling(&project, 0);
        assert_eq!((bounds, actions.len()), (Some(WINDOW), 2), "killed {at} PutScheduledAction");
        project.assert_no_changes("running");

        project.settle("");
        killed(&format!("kill-{at}=DeleteScheduledAction"));
        killed(&format!("kill-{at}=DeleteScheduledAction"));
        project.ebb("apply adeptai --yes");
        assert_eq!(scaling(&project, 0), (declared, Vec::new()), "killed {at} DeleteScheduledAction");
        project.assert_no_changes("running");
    }
}

#[test]
fn two_sources_of_scheduled_actions_for_one_endpoint_are_refused() {
    let project = Project::new();
    let evening = "[stacks.adeptai]\n[stacks.adeptai.scheduled_capacity.evening]\n\
                   schedule = \"cron(0 18 ? * MON-FRI *)\"\nzone = \"UTC\"\nmin = 1\nmax = 1\n";
    project.settle(&format!("{evening}{}", window(true, -3, 3)));
    for line in ["validate adeptai", "apply adeptai --yes"] {
        let output = project.command(line).output().unwrap();
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains("query-enhancer-evening sets it too"), "{line}: {said}");
    }
}
