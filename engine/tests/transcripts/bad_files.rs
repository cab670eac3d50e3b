//! Damaged, edited and unfitting state and plan files are reported and left alone.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::bad_input::refused;
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;
use ebbtide::plan::PLAN_FORMAT;
use ebbtide::record::STATE_FORMAT;
use serde_json::Value;

pub const TESTS: &[Test] = &[
    ("state_that_is_damaged_newer_or_foreign", state_that_is_damaged_newer_or_foreign),
    (
        "a_record_of_a_newer_kind_is_left_alone_until_it_is_forgotten",
        a_record_of_a_newer_kind_is_left_alone_until_it_is_forgotten,
    ),
    ("a_serial_with_a_newer_kind_is_not_brought_back", a_serial_with_a_newer_kind_is_not_brought_back),
    ("a_plan_file_that_does_not_apply", a_plan_file_that_does_not_apply),
    ("two_commands_at_once", two_commands_at_once),
    ("a_state_directory_that_cannot_be_written", a_state_directory_that_cannot_be_written),
];

const STATE: &str = "state/local/shop.json";

fn applied() -> Project {
    let project = Project::new();
    let output = project.run("apply shop --yes");
    assert!(output.status.success(), "{}", text(&output.stderr));
    project
}

fn state_that_is_damaged_newer_or_foreign() {
    let project = applied();
    let whole = project.read(STATE);
    let cases = [
        (whole[..whole.len() / 2].to_owned(), "is damaged"),
        (whole.replacen(&format!("\"format\":{STATE_FORMAT}"), "\"format\":99", 1), "state format 99"),
        (whole.replacen("\"stack\":\"shop\"", "\"stack\":\"other\"", 1), "is the state of other"),
    ];
    for (state, expected) in cases {
        project.write(STATE, &state);
        for command in ["plan shop", "apply shop --yes", "status shop", "destroy shop --yes"] {
            let said = refused(&project, command, 1);
            assert!(said.contains(expected) && said.contains("shop.json"), "{command}: {said}");
        }
        assert_eq!(project.read(STATE), state, "it was left alone");
    }
}

fn a_record_of_a_newer_kind_is_left_alone_until_it_is_forgotten() {
    let project = applied();
    let mut state: Value = serde_json::from_str(&project.read(STATE)).expect("it is JSON");
    let gateway = "ec2_nat_gateway.main-nat-a";
    assert!(state["resources"][gateway].is_object(), "{:?}", state["resources"].as_object().map(|all| all.keys()));
    state["resources"][gateway]["version"] = 7.into();
    project.write(STATE, &state.to_string());
    let newer = "recorded by a newer version of the kind: 7, and this program knows version 1";
    for command in ["plan shop", "apply shop --yes"] {
        let said = refused(&project, command, 1);
        let (way_out, named) = (format!("`ebb state forget {gateway}`"), format!("{gateway}: cannot read: {newer}"));
        assert!(said.contains(&named) && said.contains(&way_out), "{command}: {said}");
    }
    for command in [
        "status shop",
        "history shop",
        "state list --stack shop",
        &format!("state show {gateway} --stack shop"),
        "output shop",
    ] {
        let output = project.run(command);
        assert!(output.status.success(), "{command}: {}", text(&output.stderr));
    }
    for command in ["pause shop --yes", "destroy shop --yes", "destroy shop --yes"] {
        let output = project.run(command);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{command}: {said}");
        assert!(said.contains(gateway) && said.contains(newer), "{command}: {said}");
    }
    let left: Value = serde_json::from_str(&project.read(STATE)).expect("it is JSON");
    let left: Vec<&str> = left["resources"].as_object().expect("resources").keys().map(String::as_str).collect();
    assert!(left.contains(&gateway) && !left.contains(&"ec2_vpc_endpoint.main-s3"), "{left:?}");
    assert!(project.run(&format!("state forget {gateway} --stack shop --yes")).status.success());
    assert!(project.run("plan shop").status.success(), "the record can be planned from again");
}

fn a_serial_with_a_newer_kind_is_not_brought_back() {
    let project = applied();
    let serial = |project: &Project| {
        let state: Value = serde_json::from_str(&project.read(STATE)).expect("it is JSON");
        state["serial"].as_u64().expect("a serial")
    };
    let first = serial(&project);
    assert!(project.run("pause shop --yes").status.success());
    let rollback = format!("state rollback --serial {first} --stack shop --yes");
    let folder = project.path("state/local/shop.history");
    let mut edited = 0;
    for entry in std::fs::read_dir(folder).expect("a history").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("it is read");
        let mut document: Value = serde_json::from_str(&text).expect("it is JSON");
        if document["serial"].as_u64() == Some(first) && document["resources"].is_object() {
            document["resources"]["ec2_vpc.main"]["version"] = 7.into();
            std::fs::write(entry.path(), document.to_string()).expect("it is written");
            edited += 1;
        }
    }
    assert_eq!(edited, 1);
    let said = refused(&project, &rollback, 1);
    let expected =
        format!("serial {first} cannot be brought back: ec2_vpc.main: recorded by a newer version of the kind: 7");
    assert!(said.contains(&expected) && said.contains("use the version of `ebb`"), "{said}");
}

fn a_plan_file_that_does_not_apply() {
    let project = applied();
    project.write("environments/other.toml", LOCAL);
    project.write("environments/local.toml", &LOCAL.replace("nat = \"one\"\n", ""));
    assert!(project.run("plan shop --out made.plan").status.success());
    let made = project.read("made.plan");

    let edited = made.replacen("\"unchanged\": ", "\"unchanged\": 1", 1);
    assert_ne!(edited, made);
    project.write("edited.plan", &edited);
    project.write("half.plan", &made[..made.len() / 2]);
    project.write("newer.plan", &made.replacen(&format!("\"format\": {PLAN_FORMAT}"), "\"format\": 99", 1));
    let cases = [
        ("apply edited.plan --yes", "was changed after it was made"),
        ("apply half.plan --yes", "is not a plan file"),
        ("apply newer.plan --yes", "plan format 99"),
        ("apply missing.plan --yes", "cannot read plan file"),
        ("apply made.plan --yes --env other", "made for environment local"),
    ];
    for (line, expected) in cases {
        let said = refused(&project, line, 1);
        assert!(said.contains(expected), "{line}: {said}");
    }

    refused(&project, "apply made.plan --yes --include-data all", 64);

    assert!(project.run("apply shop --yes").status.success());
    let said = refused(&project, "apply made.plan --yes", 1);
    assert!(said.contains("state serial"), "{said}");

    // Another lineage: the stack's state was deleted and created again.
    std::fs::remove_dir_all(project.path("state")).expect("state is removed");
    assert!(project.run("apply shop --yes").status.success());
    let said = refused(&project, "apply made.plan --yes", 1);
    assert!(said.contains("another lineage"), "{said}");
}

fn two_commands_at_once() {
    let project = Project::with(&LOCAL.replace("transition_ms = 20", "transition_ms = 3000"));
    let mut first =
        project.command("apply shop --yes").stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("ebb starts");
    let deadline = Instant::now() + Duration::from_secs(20);
    while !project.path(STATE).exists() {
        assert!(Instant::now() < deadline, "the first command never started");
        std::thread::sleep(Duration::from_millis(10));
    }
    let said = refused(&project, "pause shop --yes", 1);
    assert!(said.contains("is being changed by ada@host (`ebb apply`"), "{said}");
    assert!(first.wait().expect("it ends").success());
}

fn a_state_directory_that_cannot_be_written() {
    // A file in place of the directory also stops root, whom permissions do not.
    let project = Project::new();
    project.write("state", "in the way");
    let said = refused(&project, "apply shop --yes", 1);
    assert!(said.contains("state") && said.contains("writable"), "{said}");
    assert_eq!(project.read("state"), "in the way");
}
