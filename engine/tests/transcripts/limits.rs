//! `--wait` for a stack that another command holds, `--timeout` and `--parallel`.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_command_waits_for_another_one_that_holds_the_stack", a_command_waits_for_another_one_that_holds_the_stack),
    ("a_command_ends_in_time_and_the_next_one_carries_on", a_command_ends_in_time_and_the_next_one_carries_on),
    ("no_more_operations_run_at_once_than_asked_for", no_more_operations_run_at_once_than_asked_for),
    ("habits_of_other_tools_are_met_with_what_does", habits_of_other_tools_are_met_with_what_does),
];

/// A cloud in which a NAT gateway takes `seconds` to come up.
fn slow(seconds: u32) -> Project {
    Project::with(&LOCAL.replace("transition_ms = 20", &format!("transition_ms = {}", seconds * 1000)))
}

fn a_command_waits_for_another_one_that_holds_the_stack() {
    let project = slow(4);
    let mut command = project.command("apply shop --yes --json");
    let mut apply = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("ebb starts");
    let mut events = BufReader::new(apply.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(events.by_ref().any(|line| line.contains("operation_started")));
    let refused = project.run("pause shop --yes");
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    let waited = project.run("pause shop --yes --wait 2m");
    let said = text(&waited.stderr);
    assert!(waited.status.success(), "{said}");
    assert!(said.contains("waiting: `ebb apply` of ada@host holds the stack since"), "{said}");
    assert!(events.last().unwrap().contains("\"success\":true"));
    assert!(apply.wait().unwrap().success());
    let status: Value = serde_json::from_slice(&project.run("status shop --json").stdout).unwrap();
    assert_eq!(status["target"], "paused");

    // The wait ends, too.
    let mut command = project.command("resume shop --yes --json");
    let mut resume = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("ebb starts");
    let mut events = BufReader::new(resume.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(events.by_ref().any(|line| line.contains("operation_started")));
    let over = project.run("pause shop --yes --wait 1s");
    assert_eq!(over.status.code(), Some(1));
    assert!(text(&over.stderr).contains("is being changed by ada@host"), "{}", text(&over.stderr));
    assert!(events.last().unwrap().contains("\"success\":true"));
    assert!(resume.wait().unwrap().success());
}

fn a_command_ends_in_time_and_the_next_one_carries_on() {
    let project = slow(15);
    let begun = Instant::now();
    let cut = project.run("apply shop --yes --timeout 2s");
    assert!(begun.elapsed() < Duration::from_secs(14), "{:?}", begun.elapsed());
    let said = text(&cut.stderr);
    assert_eq!(cut.status.code(), Some(1), "{said}");
    assert!(said.contains("time limit: nothing new is started"), "{said}");
    assert!(
        said.contains("error: the time limit of `--timeout` is over") && said.contains("run `ebb apply shop` again"),
        "{said}"
    );
    // What was in flight goes on in AWS, and is found.
    project.write("environments/local.toml", LOCAL);
    let again = project.run("apply shop --yes");
    assert!(again.status.success(), "{}", text(&again.stderr));
    assert!(text(&project.run("plan shop").stdout).contains("no changes"));
}

fn no_more_operations_run_at_once_than_asked_for() {
    let project = Project::new();
    for (line, most) in [("apply shop --yes --json --parallel 1", 1), ("destroy shop --yes --json --parallel 2", 2)] {
        let ran = project.run(line);
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        let (mut running, mut peak) = (0, 0);
        for line in text(&ran.stdout).lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            match event["event"].as_str() {
                Some("operation_started") => running += 1,
                Some("operation_done") => running -= 1,
                _ => {}
            }
            peak = peak.max(running);
        }
        assert_eq!(peak, most, "{line}");
    }
    let refused = project.run("apply shop --yes --parallel 0");
    assert_eq!(refused.status.code(), Some(64));
}

fn habits_of_other_tools_are_met_with_what_does() {
    let mut project = Project::new();
    for line in ["plan shop -out=x", "apply -auto-approve", "import vpc.main vpc-1", "plan --target ec2_vpc.main"] {
        project.type_in(line);
    }
    assert!(!project.path("ut=x").exists());
    assert!(project.run("up shop --auto-approve --quiet").status.success());
    assert!(project.run("down shop --auto-approve --quiet").status.success());
    project.compare("habits_of_other_tools");
}
