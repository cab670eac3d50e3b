//! Signals before and during execution, and questions on a terminal.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("the_end_of_a_terminal_finishes_what_is_in_flight", the_end_of_a_terminal_finishes_what_is_in_flight),
    ("a_command_that_survives_its_terminal_goes_on", a_command_that_survives_its_terminal_goes_on),
    ("ctrl_c_before_execution_releases_the_lease", ctrl_c_before_execution_releases_the_lease),
    ("ctrl_c_at_the_question_says_that_nothing_was_changed", ctrl_c_at_the_question_says_that_nothing_was_changed),
    ("the_end_of_input_at_the_question_begins_a_line", the_end_of_input_at_the_question_begins_a_line),
    ("a_quiet_command_that_asks_shows_its_plan", a_quiet_command_that_asks_shows_its_plan),
];

pub fn send(signal: &str, process: &Child) {
    let sent = Command::new("kill").args([signal, &process.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
}

/// Returns the lines of a command's events up to the start of its first operation, and then the others.
fn started(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let mut events = BufReader::new(child.stdout.take().expect("its output")).lines().map(|line| line.expect("a line"));
    assert!(events.by_ref().any(|line| line.contains("operation_started")));
    events
}

fn the_end_of_a_terminal_finishes_what_is_in_flight() {
    let project = Project::new();
    let mut command = project.command("apply shop --yes --json");
    command.env("EBB_CLOUD_FAULTS", "latency=100ms").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut apply = command.spawn().expect("ebb starts");
    let events = started(&mut apply);
    send("-HUP", &apply);
    let last = events.last().expect("more events");
    assert!(last.contains("\"event\":\"finished\"") && last.contains("\"success\":false"), "{last}");
    assert_eq!(apply.wait().expect("it ends").code(), Some(130));
    let again = text(&project.run("apply shop --yes").stderr);
    assert!(!again.contains("was cut off"), "{again}");
}

fn a_command_that_survives_its_terminal_goes_on() {
    let project = Project::new();
    let ebb = project.command("");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" apply shop --yes --json"]).arg(ebb.get_program());
    command.env_clear().current_dir(project.path(""));
    command.envs(ebb.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("EBB_CLOUD_FAULTS", "latency=50ms").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut apply = command.spawn().expect("a shell starts");
    let events = started(&mut apply);
    send("-HUP", &apply);
    let last = events.last().expect("more events");
    assert!(last.contains("\"event\":\"finished\"") && last.contains("\"success\":true"), "{last}");
}

fn ctrl_c_before_execution_releases_the_lease() {
    let project =
        Project::with(&format!("{LOCAL}\n[state]\nbackend = \"s3\"\nbucket = \"acme-state\"\nprefix = \"ebb\"\n"));
    for line in ["state init --yes", "apply shop --yes --quiet"] {
        assert!(project.run(line).status.success());
    }
    let mut command = project.command("pause shop --yes --json");
    command.env("EBB_CLOUD_FAULTS", "latency=400ms").stdout(Stdio::piped()).stderr(Stdio::piped());
    let pause = command.spawn().expect("ebb starts");
    let begun = Instant::now();
    while !text(&project.run("state unlock --stack shop").stderr).contains("is held by") {
        assert!(begun.elapsed() < Duration::from_secs(20), "the command never locked the stack");
    }
    send("-INT", &pause);
    let ended = pause.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(130), "{}", text(&ended.stderr));
    let last = text(&ended.stdout).lines().last().expect("an event").to_owned();
    assert!(last.contains("\"event\":\"error\"") && last.contains("\"kind\":\"interrupted\""), "{last}");
    let next = project.run("pause shop --yes");
    assert!(next.status.success(), "{}", text(&next.stderr));
}

/// Starts a command line on a terminal of its own.
#[cfg(target_os = "linux")]
fn on_a_terminal(project: &Project, line: &str) -> Child {
    let ebb = project.command("");
    let mut command = Command::new("script");
    command.args(["-qec", &format!("{} {line}", ebb.get_program().display()), "/dev/null"]);
    command.env_clear().current_dir(project.path("")).env("PATH", "/usr/bin:/bin").env("TERM", "dumb");
    command.envs(ebb.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("util-linux has `script`")
}

/// Types into a terminal after a question came, and returns everything that the terminal showed.
#[cfg(target_os = "linux")]
fn answered(mut terminal: Child, typed: &[u8]) -> (String, Option<i32>) {
    use std::io::{Read as _, Write as _};
    let (mut input, mut output) = (terminal.stdin.take().expect("input"), terminal.stdout.take().expect("output"));
    let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
    while !text(&shown).contains("Only `yes` proceeds:") {
        let read = output.read(&mut buffer).expect("it is read");
        assert!(read > 0, "no question: {}", text(&shown));
        shown.extend(&buffer[..read]);
    }
    input.write_all(typed).expect("it is typed");
    output.read_to_end(&mut shown).expect("it is read");
    (text(&shown), terminal.wait().expect("it ends").code())
}

#[cfg(target_os = "linux")]
fn ctrl_c_at_the_question_says_that_nothing_was_changed() {
    let project = Project::new();
    let (shown, code) = answered(on_a_terminal(&project, "apply shop"), b"\x03");
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("interrupted before anything was executed; nothing was changed"), "{shown}");
    assert!(!project.path("state/local/shop.json").exists());
}

#[cfg(target_os = "linux")]
fn the_end_of_input_at_the_question_begins_a_line() {
    let project = Project::new();
    let (shown, code) = answered(on_a_terminal(&project, "apply shop"), b"\x04");
    assert_eq!(code, Some(1), "{shown}");
    let error = shown.lines().find(|line| line.contains("was not confirmed; nothing was changed")).expect("an error");
    assert!(!error.contains("Only `yes` proceeds"), "{error}");
    // The counts and the dollars stand right above the question.
    let (plan, _) = shown.split_once("Apply this plan").expect("a question");
    let last: Vec<&str> = plan.trim_end().lines().rev().take(4).collect();
    assert!(last.iter().any(|line| line.contains("Plan: 12 to create")), "{last:?}");
}

#[cfg(target_os = "linux")]
fn a_quiet_command_that_asks_shows_its_plan() {
    let project = Project::new();
    assert!(project.run("apply shop --yes --quiet").status.success());
    let (shown, code) = answered(on_a_terminal(&project, "destroy shop --quiet"), b"yes\n");
    assert_eq!(code, Some(0), "{shown}");
    let (plan, _) = shown.split_once("Only `yes` proceeds:").expect("a question");
    assert!(plan.contains("to delete") && plan.contains("ec2_vpc.main"), "{plan}");
}

#[cfg(not(target_os = "linux"))]
fn ctrl_c_at_the_question_says_that_nothing_was_changed() {}

#[cfg(not(target_os = "linux"))]
fn the_end_of_input_at_the_question_begins_a_line() {}

#[cfg(not(target_os = "linux"))]
fn a_quiet_command_that_asks_shows_its_plan() {}
