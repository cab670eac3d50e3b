//! Projects whose stacks are declared by a program of their own: this very test program plays it.

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("inputs_of_a_program_are_checked", inputs_of_a_program_are_checked),
    ("a_program_declares_the_stacks", a_program_declares_the_stacks),
    ("recorded_stacks_need_no_program", recorded_stacks_need_no_program),
    ("an_apply_runs_the_program_as_often_as_a_plan", an_apply_runs_the_program_as_often_as_a_plan),
    ("warnings_of_a_program_are_printed_once", warnings_of_a_program_are_printed_once),
    ("programs_that_fail_are_reported", programs_that_fail_are_reported),
];

/// Creates a project with this `ebb.toml`; PROGRAM stands for the program.
fn project(ebb: &str) -> Project {
    let project = Project::new();
    let program = std::env::current_exe().expect("this program has a path");
    project.write("ebb.toml", &ebb.replace("PROGRAM", &program.display().to_string()));
    project
}

const PROGRAM: &str = "[program]\ncommand = [\"PROGRAM\"]\n";

fn a_program_declares_the_stacks() {
    let mut project = project(PROGRAM);
    project.type_in("validate");
    project.type_in("apply shop --yes --quiet");
    project.type_in("plan shop --quiet");
    // Errors in settings keep file, line and column.
    project.write("environments/local.toml", &LOCAL.replace("\"one\"", "\"many\""));
    project.type_in("plan shop");
    project.write("environments/local.toml", &LOCAL.replace("nat =", "natt ="));
    project.type_in("plan shop");
    project.write("environments/local.toml", &LOCAL.replace("10.20.0.0/16", "10.20.0.0/30"));
    project.type_in("plan shop");
    project.compare("a_program_declares_the_stacks");
    let schema = text(&project.run("environment schema").stdout);
    assert!(schema.contains("\"shop\""), "{schema}");
}

fn recorded_stacks_need_no_program() {
    let project = project(PROGRAM);
    assert!(project.run("apply shop --yes").status.success());
    // No program, no compiler, and settings that nobody could read: the record is enough.
    project.write("ebb.toml", "[program]\ncommand = [\"/nowhere/program\"]\n");
    project.write("environments/local.toml", &LOCAL.replace("nat =", "unreadable ="));
    for line in ["pause shop --yes", "status", "resume shop --yes", "output shop", "history shop", "destroy shop --yes"]
    {
        let output = project.run(line);
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    }
}

/// Counts the runs of the program that a command needs.
#[cfg(unix)]
fn runs_of(line: &str) -> usize {
    let project = project("[program]\ncommand = [\"/bin/sh\", \"-c\", \"echo run >> runs; exec PROGRAM\"]\n");
    let output = project.run(line);
    assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    project.read("runs").lines().count()
}

#[cfg(unix)]
fn an_apply_runs_the_program_as_often_as_a_plan() {
    let (plan, apply) = (runs_of("plan shop"), runs_of("apply shop --yes"));
    assert_eq!((plan, apply), (3, 2), "described once, and declared once for each account that is asked for");
}

#[cfg(unix)]
fn warnings_of_a_program_are_printed_once() {
    let script = "echo 'warning: unused' >&2; echo '  |' >&2; echo run >> runs; wc -l < runs >&2; exec PROGRAM";
    let project = project(&format!("[program]\ncommand = [\"/bin/sh\", \"-c\", \"{script}\"]\n"));
    let said = text(&project.run("plan shop").stderr);
    assert_eq!(said.matches("warning: unused\n  |\n").count(), 1, "{said}");
    assert!(["1\n", "2\n", "3\n"].iter().all(|run| said.contains(run)), "what differs is printed: {said}");
}

#[cfg(not(unix))]
fn warnings_of_a_program_are_printed_once() {}

#[cfg(not(unix))]
fn an_apply_runs_the_program_as_often_as_a_plan() {}

fn programs_that_fail_are_reported() {
    for (ebb, expected) in [
        ("[program]\ncommand = [\"/nowhere/program\"]\n", "cannot run `/nowhere/program`"),
        ("[program]\ncommand = [\"false\"]\n", "failed (exit status: 1)"),
        ("[program]\ncommand = [\"echo\", \"hello\"]\n", "`hello`, which is not JSON"),
        ("[program]\ncomand = [\"x\"]\n", "ebb.toml:2:1: unknown key: `comand` in [program]; did you mean `command`?"),
        ("[program]\ncommand = []\n", "ebb.toml:2:11"),
    ] {
        let project = project(ebb);
        let mut command = project.command("plan shop");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let output = command.env("PATH", path).output().expect("ebb starts");
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains(expected) && said.contains("hint:"), "{ebb}: {said}");
    }
}

/// A program in another language has no library that checks what it declares.
fn inputs_of_a_program_are_checked() {
    let reply = |kind: &str, inputs: &str| {
        let project = project("[program]\ncommand = [\"cat\", \"reply.json\"]\n");
        let scope = "{\"environment\": \"local\", \"stack\": \"shop\", \"region\": \"eu-west-1\", \"account\": \"\"}";
        let resources = format!("{{\"{kind}.one\": {{\"inputs\": {inputs}, \"depends_on\": []}}}}");
        let stack = "{\"name\": \"shop\", \"about\": \"a shop\", \"schema\": {}}";
        project.write(
            "reply.json",
            &format!(
                "{{\"format\": 1, \"version\": \"1.0\", \"stacks\": [{stack}], \"declarations\": {{\"scope\": {scope}, \
                 \"resources\": {resources}, \"outputs\": []}}}}"
            ),
        );
        let mut command = project.command("validate shop");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let output = command.env("PATH", path).output().expect("ebb starts");
        (output.status.success(), text(&output.stderr).replace("\n", " "))
    };
    let vpc = |more: &str| {
        format!("{{\"cidr\": \"10.0.0.0/16\", \"dns_support\": true, \"dns_hostnames\": true, \"tags\": {{}}{more}}}")
    };
    let (valid, said) = reply("ec2_vpc", &vpc(""));
    assert!(valid, "{said}");
    for (kind, inputs, expected) in [
        ("ec2_vpc", vpc(", \"dns_hostname\": true"), "ec2_vpc.one: dns_hostname: there is no such field"),
        ("ec2_vpc", vpc("").replace("/16", "/8"), "ec2_vpc.one: cidr: "),
        ("ec2_vpc", "{}".to_owned(), "ec2_vpc.one: inputs do not have the form of their kind: missing field"),
        (
            "AWS_DynamoDB_Table",
            "{\"TableNam\": \"a\"}".to_owned(),
            "AWS_DynamoDB_Table.one: TableNam: there is no such property; did you mean `TableName`?",
        ),
    ] {
        let (valid, said) = reply(kind, &inputs);
        assert!(!valid && said.contains(expected), "{expected}: {said}");
    }
}
