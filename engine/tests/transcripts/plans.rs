//! Plans as a person sees them.

use std::process::Output;

use serde_json::Value;

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_plan_fits_the_columns_of_the_terminal", a_plan_fits_the_columns_of_the_terminal),
    ("a_plan_keeps_a_paused_stack_paused", a_plan_keeps_a_paused_stack_paused),
    ("a_paused_stack_says_what_changed_in_code", a_paused_stack_says_what_changed_in_code),
    ("a_pause_counts_as_sleep_everywhere", a_pause_counts_as_sleep_everywhere),
    ("values_that_are_known_are_shown", values_that_are_known_are_shown),
    ("a_plan_file_and_a_serial_are_shown", a_plan_file_and_a_serial_are_shown),
];

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn json(project: &Project, line: &str) -> Value {
    let output = project.run(&format!("{line} --json"));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{line}: {error}: {}", text(&output.stderr)))
}

fn a_plan_fits_the_columns_of_the_terminal() {
    let mut project = Project::new();
    for columns in [80, 140] {
        project.type_in_columns("plan shop", columns);
        project.type_in_columns("plan shop --full", columns);
    }
    project.write("environments/local.toml", &format!("{LOCAL}\n[stacks.vault]\nendpoint = true\n"));
    assert!(project.run("apply vault --yes --quiet").status.success());
    for columns in [80, 140] {
        project.type_in_columns("plan vault --target paused", columns);
        project.type_in_columns("plan vault --target destroyed", columns);
    }
    project.compare("a_plan_fits_the_columns_of_the_terminal");
}

fn a_plan_keeps_a_paused_stack_paused() {
    let mut project = Project::new();
    assert!(project.run("apply shop --yes --quiet").status.success());
    assert!(project.run("pause shop --yes --quiet").status.success());
    for line in [
        "plan shop --detailed-exitcode",
        "plan shop --target running --detailed-exitcode",
        "plan shop --run ec2_vpc.main",
    ] {
        project.type_in(line);
    }
    // A plan that is saved keeps the stack paused as well.
    assert!(project.run("plan shop --out kept.plan --quiet").status.success());
    assert!(project.run("apply kept.plan --yes --quiet").status.success());
    assert_eq!(json(&project, "status shop")["target"], "paused");
    assert!(project.run("resume shop --yes --quiet").status.success());
    assert_eq!(code(&project.run("plan shop --detailed-exitcode")), Some(0));
    // What is destroyed is planned to run.
    assert!(project.run("destroy shop --yes --quiet").status.success());
    assert_eq!(json(&project, "plan shop")["target"], "running");
    project.compare("a_plan_keeps_a_paused_stack_paused");
}

fn a_paused_stack_says_what_changed_in_code() {
    let mut project = Project::new();
    assert!(project.run("apply shop --yes --quiet").status.success());
    assert!(project.run("pause shop --yes --quiet").status.success());
    project.write("environments/local.toml", &LOCAL.replace("nat = \"one\"\n", ""));
    project.type_in_columns("plan shop", 100);
    project.type_in("plan shop --target paused --detailed-exitcode");
    let plan = project.run("plan shop --detailed-exitcode --json");
    assert_eq!(code(&plan), Some(2), "{}", text(&plan.stderr));
    let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
    assert_eq!(plan["operations"].as_array().map(Vec::len), Some(0), "{plan}");
    let unapplied = plan["unapplied"]["operations"].as_array().unwrap();
    assert!(unapplied.iter().any(|one| one["address"] == "ec2_nat_gateway.main-nat-a" && one["operation"] == "forget"));
    // A resume does none of it, and an apply all.
    assert!(project.run("resume shop --yes --quiet").status.success());
    assert_eq!(code(&project.run("plan shop --detailed-exitcode")), Some(2));
    assert!(project.run("pause shop --yes --quiet").status.success());
    assert!(project.run("apply shop --yes --quiet").status.success());
    assert!(project.run("pause shop --yes --quiet").status.success());
    let plan = project.run("plan shop --detailed-exitcode");
    assert_eq!(code(&plan), Some(0), "{}", text(&plan.stdout));
    project.compare("a_paused_stack_says_what_changed_in_code");
}

fn a_pause_counts_as_sleep_everywhere() {
    let project = Project::new();
    assert!(project.run("apply shop --yes --quiet").status.success());
    let planned = json(&project, "plan shop --target paused");
    assert_eq!((planned["summary"]["sleep"].as_u64(), planned["summary"]["delete"].as_u64()), (Some(2), Some(0)));
    let paused = project.run("pause shop --yes --json");
    let events: Vec<Value> =
        text(&paused.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON on each line")).collect();
    let asleep = events.iter().filter(|event| event["event"] == "operation_done" && event["operation"] == "sleep");
    assert_eq!(asleep.count(), 2, "{events:?}");
    assert!(events.iter().all(|event| event["operation"] != "delete"), "{events:?}");
    let summary = &events.last().expect("events")["summary"];
    assert_eq!((summary["sleep"].as_u64(), summary["delete"].as_u64()), (Some(2), Some(0)), "{summary}");
    assert!(text(&project.run("history shop").stdout).contains("2 put to sleep"));

    assert!(project.run("resume shop --yes --quiet").status.success());
    let said = text(&project.run("pause shop --yes").stderr);
    assert!(said.contains("put to sleep ec2_nat_gateway.main-nat-a in") && !said.contains("delet"), "{said}");
}

fn values_that_are_known_are_shown() {
    let project = Project::new();
    assert!(project.run("apply shop --yes --quiet").status.success());
    assert!(project.run("pause shop --yes --quiet").status.success());
    let shown = text(&project.run("plan shop --target running --full").stdout);
    let subnet = shown.lines().find(|line| line.trim_start().starts_with("subnet ")).unwrap_or_default().to_owned();
    assert!(subnet.contains("\"subnet-"), "the subnet exists: {shown}");
    // The address is only known once it was created again.
    assert!(shown.contains("(known after apply: ec2_elastic_ip.main-nat-a.allocation_id)"), "{shown}");
}

fn a_plan_file_and_a_serial_are_shown() {
    let mut project = Project::new();
    assert!(project.run("plan vault --out made.plan --quiet").status.success());
    for line in [
        "show made.plan",
        "show made.plan --full --quiet",
        "show made.plan --format markdown",
        "apply made.plan --yes --quiet",
        "show made.plan --quiet",
        "show 2 vault",
        "state forget s3_bucket.models --stack vault --yes --quiet",
        "show 3 vault",
        "show 9 vault",
        "show none.plan",
        "show made.plan shop",
    ] {
        project.type_in(line);
    }
    let shown = json(&project, "show 2 vault");
    assert_eq!((shown["command"].as_str(), shown["outcome"].as_str()), (Some("apply"), Some("done")), "{shown}");
    assert_eq!(shown["plan"]["summary"]["create"], 1, "{shown}");
    assert_eq!(json(&project, "show made.plan")["operations"][0]["component"], "models");
    project.compare("a_plan_file_and_a_serial_are_shown");
}
