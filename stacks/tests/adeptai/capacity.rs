//! Waiting for capacity: endpoints that fail after their creation because AWS has no instances.

use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::outside::Server;
use crate::project::{Project, text};

const ENDPOINTS: u64 = 5;
const ENDPOINT: &str = "adeptai-local-query-enhancer-v1";

/// A paused stack.
fn paused() -> Project {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    project.ebb("pause adeptai --yes");
    project
}

/// Runs a command in a cloud that lacks capacity.
fn lacking(project: &Project, faults: &str, line: &str) -> Output {
    project.command(line).env("EBB_CLOUD_FAULTS", faults).output().unwrap()
}

fn events(output: &Output) -> Vec<Value> {
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

#[test]
fn a_resume_waits_for_capacity_and_brings_back_all_that_was_paused() {
    let project = paused();
    // Every endpoint fails twice.
    let faults = format!("no-capacity={}", 2 * ENDPOINTS);
    let resumed = lacking(&project, &faults, "resume adeptai --yes --json --wait 20s");
    assert_eq!(resumed.status.code(), Some(0), "{}", text(&resumed.stderr));
    let events = events(&resumed);
    let waits = named(&events, "waiting_for_capacity");
    assert_eq!(waits.len(), 2, "{waits:#?}");
    assert_eq!(waits[0]["addresses"].as_array().unwrap().len() as u64, ENDPOINTS);
    assert!(waits[1]["after_ms"].as_u64().unwrap() >= 1000 && waits[1]["until"].is_string(), "{waits:#?}");
    let finished = events.last().unwrap();
    assert_eq!((&finished["event"], &finished["success"]), (&"finished".into(), &true.into()), "{finished:#}");
    assert!(finished["waited_ms"].as_u64().unwrap() >= 2000, "{finished:#}");
    assert!(finished["took_ms"].as_u64() > finished["waited_ms"].as_u64(), "{finished:#}");
    assert!(finished["summary"]["create"].as_u64().unwrap() > 0, "of the runs before too: {finished:#}");
    assert_eq!(named(&events, "finished").len(), 1, "a run that is followed by another is no end");
    assert_eq!(project.count("sagemaker_endpoint", "running") as u64, ENDPOINTS);
    assert_eq!(project.count("autoscaling_target", "running") as u64, ENDPOINTS);
    project.assert_no_changes("running");
}

#[test]
fn instances_added_by_hand_come_back_after_failures() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    let server = Server::start(&project);
    server.scale_by_hand(ENDPOINT, 4);
    project.ebb("pause adeptai --yes");
    let resumed = lacking(&project, "no-capacity=7", "resume adeptai --yes --wait 20s");
    assert_eq!(resumed.status.code(), Some(0), "{}", text(&resumed.stderr));
    assert_eq!(server.instances(ENDPOINT), 4);
    assert_eq!(server.scheduled_actions(), ["by-hand"]);
    project.assert_no_changes("running");
}

#[test]
fn an_update_that_aws_undoes_for_lack_of_instances_is_tried_again() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    project.settle("[stacks.adeptai.endpoints.query_enhancer]\ninstance_type = \"ml.g5.2xlarge\"\n");
    let applied = lacking(&project, "no-capacity=1", "apply adeptai --yes");
    assert_eq!(applied.status.code(), Some(1));
    let said = text(&applied.stderr);
    assert!(said.contains("did not keep it (Unable to provision"), "{said}");
    assert!(said.contains("`ebb apply adeptai --wait 2h`"), "{said}");
    assert_eq!(Server::start(&project).describe(ENDPOINT)["EndpointStatus"], "InService");
    let applied = lacking(&project, "no-capacity=2", "apply adeptai --yes --wait 20s");
    assert_eq!(applied.status.code(), Some(0), "{}", text(&applied.stderr));
    assert_eq!(text(&applied.stderr).matches("trying again in").count(), 2, "{}", text(&applied.stderr));
    project.assert_no_changes("running");
}

#[test]
fn a_resume_that_does_not_wait_says_how_to() {
    let project = paused();
    let resumed = lacking(&project, "no-capacity=2", "resume adeptai --yes");
    assert_eq!(resumed.status.code(), Some(1));
    let said = text(&resumed.stderr);
    assert!(said.contains("InsufficientInstanceCapacity"), "{said}");
    assert!(said.contains("error: 2 operations failed for lack of capacity"), "{said}");
    assert!(said.contains("`ebb resume adeptai --wait 2h`, which tries again until there is capacity"), "{said}");
    project.ebb("resume adeptai --yes");
    project.assert_no_changes("running");
}

#[test]
fn a_tick_that_lacks_instances_says_where_and_once_and_the_next_tries_again() {
    let project = Project::new();
    let settings = "[notify]\nstdout = true\n";
    project.settle(settings);
    project.ebb("apply adeptai --yes");
    project.ebb("pause adeptai --yes");
    project.ebb("hold adeptai --target running --for 2h --reason morning");
    let tick = || lacking(&project, &format!("no-capacity={ENDPOINTS}"), "tick");
    let (first, second) = (tick(), tick());
    for output in [&first, &second] {
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(said.contains("5 operations failed for lack of capacity in eu-west-1a and eu-west-1b"), "{said}");
        assert!(said.contains("SageMaker looks in every zone of the network at each try"), "{said}");
    }
    let notified = |output: &Output| text(&output.stdout).matches("could not be brought to running").count();
    assert_eq!((notified(&first), notified(&second)), (1, 0), "{}{}", text(&first.stdout), text(&second.stdout));
    project.ebb("tick");
    assert_eq!(project.count("sagemaker_endpoint", "running") as u64, ENDPOINTS);
    project.assert_no_changes("running");
}

#[test]
fn the_time_to_wait_ends() {
    let project = paused();
    let begun = Instant::now();
    let resumed = lacking(&project, "no-capacity=1000", "resume adeptai --yes --wait 3s");
    assert_eq!(resumed.status.code(), Some(1));
    assert!(begun.elapsed() >= Duration::from_secs(3), "{:?}", begun.elapsed());
    let said = text(&resumed.stderr);
    assert!(said.contains("no capacity for sagemaker_endpoint."), "{said}");
    assert!(said.contains("trying again in ") && said.contains(", until "), "{said}");
    assert!(said.contains("5 operations failed for lack of capacity"), "{said}");
    assert!(said.contains("after a wait of "), "{said}");
    assert!(said.contains("hint: run `ebb resume adeptai` again"), "{said}");
    project.ebb("resume adeptai --yes");
    project.assert_no_changes("running");
}

#[test]
fn another_failure_beside_it_ends_the_wait_at_once() {
    let project = Project::new();
    project.with_broken_models();
    let applied = lacking(&project, "no-capacity=2", "apply adeptai --yes --json --wait 10m");
    assert_eq!(applied.status.code(), Some(1), "{}", text(&applied.stderr));
    let events = events(&applied);
    assert!(named(&events, "waiting_for_capacity").is_empty(), "{events:#?}");
    let finished = events.last().unwrap();
    assert_eq!(finished["no_capacity"].as_array().map(Vec::len), Some(2), "{finished:#}");
    assert_eq!(finished["failed"], ENDPOINTS, "{finished:#}");
    assert!(finished.get("waited_ms").is_none(), "{finished:#}");

    // The same once the instances are there, after a wait: all fail for the other reason.
    let applied = lacking(&project, &format!("no-capacity={ENDPOINTS}"), "apply adeptai --yes --json --wait 10s");
    assert_eq!(applied.status.code(), Some(1));
    let events = self::events(&applied);
    assert_eq!(named(&events, "waiting_for_capacity").len(), 1, "{:#}", events.last().unwrap());
    assert!(text(&applied.stderr).contains("after a wait of "), "{}", text(&applied.stderr));
}

#[test]
fn a_saved_plan_does_not_wait() {
    let project = Project::new();
    project.ebb("plan adeptai --out plan.json");
    let refused = project.command("apply plan.json --yes --wait 1h").output().unwrap();
    assert_eq!(refused.status.code(), Some(64));
    assert!(text(&refused.stderr).contains("`ebb apply adeptai --wait …`"), "{}", text(&refused.stderr));
    let refused = project.command("apply adeptai --yes --wait soon").output().unwrap();
    assert_eq!(refused.status.code(), Some(64));
    assert!(text(&refused.stderr).contains("such as 30m, 2h"), "{}", text(&refused.stderr));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_wait_and_leaves_the_stack_unlocked() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let project = paused();
    let mut command = project.command("resume adeptai --yes --json --wait 1h");
    command.env("EBB_CLOUD_FAULTS", "no-capacity=1000").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut resume = command.spawn().unwrap();
    let mut lines = BufReader::new(resume.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.by_ref().any(|line| line.contains("waiting_for_capacity")));
    let begun = Instant::now();
    let sent = std::process::Command::new("kill").args(["-INT", &resume.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let last: Value = serde_json::from_str(&lines.last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["success"]), (&"finished".into(), &false.into()), "{last:#}");
    assert_eq!(resume.wait().unwrap().code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let mut said = String::new();
    resume.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("interrupted while it waited for capacity"), "{said}");
    let again = project.command("resume adeptai --yes").output().unwrap();
    assert!(again.status.success() && !text(&again.stderr).contains("was cut off"), "{}", text(&again.stderr));
    project.assert_no_changes("running");
}
