//! The status of stacks: in words, as data, beside AWS, and while a command is at work.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::interrupts::send;
use crate::outside::Server;
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("an_interrupted_first_apply_is_incomplete", an_interrupted_first_apply_is_incomplete),
    ("a_status_tells_a_command_at_work_from_one_that_was_cut_off", at_work),
    ("a_status_is_grouped_and_says_what_holds_data", a_status_is_grouped_and_says_what_holds_data),
    ("a_status_asks_aws_what_differs", a_status_asks_aws_what_differs),
    ("a_status_is_watched_until_ctrl_c", a_status_is_watched_until_ctrl_c),
    ("a_status_fits_into_80_columns", a_status_fits_into_80_columns),
    ("progress_counts_operations_and_sums_up_what_was_not_begun", progress),
    ("a_history_counts_what_was_unchanged", a_history_counts_what_was_unchanged),
];

const ENDPOINT: &str = "[stacks.vault]\nendpoint = true\n";

fn json(project: &Project, line: &str) -> Value {
    let output = project.run(&format!("{line} --json"));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{line}: {error}: {}", text(&output.stderr)))
}

/// Starts an apply and ends it with a signal as soon as its first operation has begun.
fn interrupted_apply(project: &Project) {
    let mut command = project.command("apply shop --yes --json");
    command.env("EBB_CLOUD_FAULTS", "latency=100ms").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut apply = command.spawn().expect("ebb starts");
    let mut events = BufReader::new(apply.stdout.take().expect("its output")).lines();
    assert!(events.any(|line| line.expect("a line").contains("operation_started")));
    send("-INT", &apply);
    apply.wait().expect("it ends");
}

fn an_interrupted_first_apply_is_incomplete() {
    let project = Project::new();
    interrupted_apply(&project);
    let said = text(&project.run("status shop").stdout);
    assert!(said.starts_with("shop in local: incomplete (target: running)\n"), "{said}");
    assert!(said.contains("`ebb apply` by ada@host was interrupted") && said.contains("not started"), "{said}");
    assert!(said.contains("missing: ") && said.contains("next: `ebb apply shop` goes on"), "{said}");
    let status = json(&project, "status shop");
    assert_eq!((&status["condition"], &status["target"]), (&"incomplete".into(), &"running".into()));
    let missing = status["incomplete"]["missing"].as_array().expect("a list").len();
    assert_eq!(missing + status["resources"].as_array().expect("a list").len(), 12, "{status}");
    let all = text(&project.run("status").stdout);
    assert!(all.contains("shop in local: incomplete") && all.contains("vault in local: never applied"), "{all}");

    assert!(project.run("apply shop --yes").status.success());
    let status = json(&project, "status shop");
    assert_eq!((&status["condition"], &status["incomplete"]), (&"running".into(), &Value::Null));
}

fn at_work() {
    let project = Project::new();
    let mut command = project.command("apply shop --yes --json");
    command.env("EBB_CLOUD_FAULTS", "latency=300ms").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut apply = command.spawn().expect("ebb starts");
    let mut events = BufReader::new(apply.stdout.take().expect("its output")).lines();
    assert!(events.any(|line| line.expect("a line").contains("operation_started")));
    let status = json(&project, "status shop");
    assert_eq!((&status["condition"], &status["run"]["at_work"]), (&"changing".into(), &true.into()), "{status}");
    let said = text(&project.run("status shop").stdout);
    assert!(said.contains("has been at work since") && !said.contains("cut off"), "{said}");
    send("-KILL", &apply);
    apply.wait().expect("it ends");
    let said = text(&project.run("status shop").stdout);
    assert!(said.contains("incomplete (target: running)") && said.contains("was cut off: "), "{said}");
    assert_eq!(json(&project, "status shop")["run"]["at_work"], false);
    // A plan of nothing more to do ends the run that was cut off.
    assert!(project.run("destroy shop --yes").status.success());
    assert_eq!(json(&project, "status shop")["condition"], "destroyed");
}

fn a_status_is_grouped_and_says_what_holds_data() {
    let mut project = Project::with(&format!("{LOCAL}\n{ENDPOINT}"));
    assert!(project.run("apply vault --yes").status.success());
    let bucket = text(&project.run("output vault BUCKET").stdout).trim().to_owned();
    Server::start(&project).put(&bucket, "weights", "precious");
    for line in [
        "status vault",
        "pause vault --yes --quiet",
        "status vault",
        "status vault --wide",
        "status",
        "destroy vault --yes --quiet",
        "status vault",
    ] {
        project.type_in(line);
    }
    project.compare("a_status_is_grouped_and_says_what_holds_data");
    let status = json(&project, "status vault");
    let kept = &status["resources"][0];
    assert_eq!((&kept["holds_data"], &kept["component"]), (&true.into(), &"models".into()));
    assert!(kept["kept_because"].as_str().expect("a reason").contains("--include-data s3_bucket.models"), "{kept}");
}

fn a_status_asks_aws_what_differs() {
    let project = Project::with(&format!("{LOCAL}\n{ENDPOINT}"));
    for line in ["apply shop --yes", "apply vault --yes"] {
        assert!(project.run(line).status.success());
    }
    let serial = json(&project, "status shop")["serial"].clone();
    let said = text(&project.run("status shop --live").stdout);
    assert!(said.contains("as in AWS, ") && !said.contains("not as in AWS"), "{said}");
    let vault = json(&project, "status vault --live");
    let variant = &vault["endpoints"][0]["variants"][0];
    assert_eq!((&variant["instances"], &variant["instance_type"]), (&1.0.into(), &"ml.g5.xlarge".into()));
    assert_eq!(variant["counted"], vault["live"]["at"], "{vault}");
    assert!(vault["endpoints"][0]["since"].is_string(), "{vault}");

    let found = json(&project, "state list --stack shop");
    let endpoint = found["ec2_vpc_endpoint.main-s3"].as_str().expect("an id").to_owned();
    Server::start(&project).ec2(&format!("DeleteVpcEndpoints&VpcEndpointId.1={endpoint}"));
    let said = text(&project.run("status shop --live").stdout);
    assert!(said.contains("not as in AWS") && said.contains("ec2_vpc_endpoint.main-s3: missing"), "{said}");
    let live = &json(&project, "status shop --live")["live"];
    assert_eq!(live["differences"][0]["missing"], true, "{live}");
    assert_eq!(json(&project, "status shop")["serial"], serial, "asking changes nothing");
}

fn a_status_is_watched_until_ctrl_c() {
    let project = Project::new();
    assert!(project.run("apply shop --yes").status.success());
    let mut watch: Child = project.command("status shop --watch").stdout(Stdio::piped()).spawn().expect("ebb starts");
    let mut shown = BufReader::new(watch.stdout.take().expect("its output"));
    let mut line = String::new();
    shown.read_line(&mut line).expect("a line");
    assert_eq!(line, "shop in local: running\n");
    assert!(project.run("pause shop --yes").status.success());
    let begun = Instant::now();
    while !line.starts_with("shop in local: paused") {
        assert!(begun.elapsed() < Duration::from_secs(20), "the change was never shown");
        line.clear();
        shown.read_line(&mut line).expect("a line");
    }
    send("-INT", &watch);
    let mut rest = String::new();
    shown.read_to_string(&mut rest).expect("its end");
    assert_eq!(watch.wait().expect("it ends").code(), Some(0));
    assert!(!rest.contains("\u{1b}["), "no terminal, no cursor: {rest}");
    assert_eq!(project.run("status shop --watch --live").status.code(), Some(64));
}

fn a_status_fits_into_80_columns() {
    let project = Project::with(&format!("{LOCAL}\n{ENDPOINT}"));
    for line in ["apply shop --yes", "apply vault --yes"] {
        assert!(project.run(line).status.success());
    }
    for line in ["status", "status shop", "status vault", "status vault --live"] {
        let said = text(&project.run(line).stdout);
        let longest = said.lines().max_by_key(|line| line.chars().count()).expect("lines");
        assert!(longest.chars().count() <= 80, "{line}: {longest}");
    }
}

fn progress() {
    let project = Project::new();
    let mut command = project.command("apply shop --yes");
    command.env("EBB_CLOUD_FAULTS", "latency=100ms").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut apply = command.spawn().expect("ebb starts");
    let mut lines = BufReader::new(apply.stderr.take().expect("its output")).lines().map(|line| line.expect("a line"));
    let first = lines.find(|line| line.starts_with('[')).expect("an operation is done");
    assert!(first.starts_with("[1 of 12] created "), "{first}");
    send("-INT", &apply);
    let rest: Vec<String> = lines.collect();
    apply.wait().expect("it ends");
    let skipped: Vec<&String> = rest.iter().filter(|line| line.starts_with("not started:")).collect();
    assert_eq!(skipped.len(), 1, "{rest:#?}");
    assert!(skipped[0].contains("operations, since the run was interrupted: ec2_"), "{skipped:?}");
    assert!(!rest.iter().any(|line| line.starts_with("creating ")), "one line for an operation: {rest:#?}");

    let events = text(&project.run("apply shop --yes --json").stdout);
    let events: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let progress: Vec<&Value> = events.iter().filter(|event| event["event"] == "progress").collect();
    let (first, last) = (progress.first().expect("progress"), progress.last().expect("progress"));
    assert!(first["done"] == 0 && first["left_ms"].as_u64() > Some(0) && first["waits_for"].is_string(), "{first}");
    let started = events.iter().find(|event| event["event"] == "started").expect("a start");
    assert!(last["total"] == started["operations"] && last["done"].as_u64() > Some(0), "{last}");
}

fn a_history_counts_what_was_unchanged() {
    let project = Project::new();
    assert!(project.run("apply shop --yes").status.success());
    let ended = text(&project.run("pause shop --yes --json").stdout);
    let ended: Value = serde_json::from_str(ended.lines().last().expect("an end")).expect("JSON");
    let run = json(&project, "history shop")["runs"][0].clone();
    assert_eq!(run["summary"]["unchanged"], ended["summary"]["unchanged"]);
    assert_eq!(run["summary"]["unchanged"], 8);
    assert_eq!(project.run("history shop --limit 0").status.code(), Some(64));
    assert!(text(&project.run("history shop").stdout).starts_with("SERIAL  STARTED"));
}
