//! Whole sessions.

use serde_json::Value;

use crate::project::{Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_whole_life", a_whole_life),
    ("a_machine_reads_along", a_machine_reads_along),
    ("a_plan_file_is_carried_out_once", a_plan_file_is_carried_out_once),
    ("several_stacks_are_told_apart", several_stacks_are_told_apart),
    ("a_new_project_is_scaffolded_and_valid", a_new_project_is_scaffolded_and_valid),
    ("what_is_cut_off_is_carried_on", what_is_cut_off_is_carried_on),
    ("a_drawing_shows_what_sleeps", a_drawing_shows_what_sleeps),
];

fn a_whole_life() {
    let mut project = Project::new();
    for line in [
        "validate shop",
        "plan shop",
        "apply shop --yes --quiet",
        "plan shop --detailed-exitcode",
        "plan shop --target paused --detailed-exitcode",
        "pause shop --yes --quiet",
        "status shop",
        "output shop",
        "output shop --format dotenv",
        "resume shop --yes --quiet",
        "plan shop",
        "output shop VPC_ID",
        "destroy shop --yes --quiet",
        "status shop",
    ] {
        project.type_in(line);
    }
    project.compare("a_whole_life");
}

fn a_machine_reads_along() {
    let project = Project::new();
    let plan = one(&project.run("plan shop --json").stdout);
    assert_eq!((plan["format"].as_u64(), plan["target"].as_str()), (Some(1), Some("running")));
    let planned = plan["operations"].as_array().expect("operations");
    assert_eq!(plan["summary"]["create"].as_u64().map(|n| n as usize), Some(planned.len()));

    let events = lines(&project.run("apply shop --yes --json").stdout);
    let done = events.iter().filter(|event| event["event"] == "operation_done").count();
    assert_eq!(done, planned.len());
    let last = events.last().expect("events");
    assert_eq!((last["event"].as_str(), last["success"].as_bool()), (Some("finished"), Some(true)));

    assert!(project.run("pause shop --yes --json").status.success());
    let status = one(&project.run("status shop --json").stdout);
    assert_eq!((status["stack"].as_str(), status["target"].as_str()), (Some("shop"), Some("paused")));
    let gateway = status["resources"].as_array().expect("resources").iter().find(|r| r["kind"] == "ec2_nat_gateway");
    let gateway = gateway.expect("the gateway is recorded");
    assert_eq!((gateway["status"].as_str(), gateway["persistence"].as_str()), (Some("asleep"), Some("ephemeral")));
    assert!(gateway["id"].is_null());
    let outputs = one(&project.run("output shop --json").stdout);
    assert_eq!(
        (outputs["NAT_ADDRESS"]["asleep"].as_bool(), outputs["VPC_ID"]["asleep"].as_bool()),
        (Some(true), Some(false))
    );
    let all = one(&project.run("status --json").stdout);
    assert_eq!(all["stacks"].as_array().map(Vec::len), Some(4));
}

fn a_plan_file_is_carried_out_once() {
    let mut project = Project::new();
    assert!(project.run("plan shop --quiet --out made.plan").status.success());
    for line in ["apply made.plan --yes --quiet", "apply made.plan --yes --quiet", "state list --stack shop"] {
        project.type_in(line);
    }
    project.compare("a_plan_file_is_carried_out_once");
}

fn several_stacks_are_told_apart() {
    let mut project = Project::new();
    for line in ["plan", "status", "status shpo", "plan --target sleeping"] {
        project.type_in(line);
    }
    project.compare("several_stacks_are_told_apart");
}

fn a_new_project_is_scaffolded_and_valid() {
    let project = Project::new();
    let made = project.run("init new --name shop");
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(project.read("new/src/main.rs").contains("Definition::new(\"shop\""));
    // The scaffold's settings are those of the stack `shop` here, so its environments can be checked.
    let valid = project.run("-C new validate shop");
    assert!(valid.status.success(), "{}", text(&valid.stderr));
    let again = project.run("init new --name shop");
    assert!(!again.status.success() && text(&again.stderr).contains("is there already"));
}

fn what_is_cut_off_is_carried_on() {
    let project = Project::new();
    let killed =
        project.command("apply shop --yes").env("EBB_CLOUD_FAULTS", "kill-after=9").output().expect("ebb starts");
    assert!(!killed.status.success());
    assert!(text(&project.run("status shop").stdout).contains("open run: `ebb apply` of ada@host"));
    let carried_on = project.run("apply shop --yes");
    assert!(carried_on.status.success(), "{}", text(&carried_on.stderr));
    assert!(text(&carried_on.stderr).contains("was cut off; looking up what it did"));
    assert!(text(&project.run("plan shop").stdout).contains("Plan: no changes, 12 unchanged."));
}

fn a_drawing_shows_what_sleeps() {
    let project = Project::new();
    let dot = text(&project.run("graph shop --format dot --target paused").stdout);
    let line =
        |address: &str| dot.lines().find(|line| line.contains(&format!("\"{address}\" ["))).expect("a node").to_owned();
    assert!(line("ec2_nat_gateway.main-nat-a").contains("dashed"));
    assert!(line("ec2_vpc.main").contains("cylinder"));
    assert!(line("ec2_vpc_endpoint.main-s3").contains("shape=box, style=\"filled\""));
    let svg = text(&project.run("graph shop").stdout);
    assert!(svg.starts_with("<svg") && svg.contains("ec2_vpc.main"));
    assert!(text(&project.run("graph shop --format mermaid").stdout).contains("flowchart"));
}

fn one(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{error}: {}", text(bytes)))
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    text(bytes).lines().map(|line| serde_json::from_str(line).expect("JSON on each line")).collect()
}
