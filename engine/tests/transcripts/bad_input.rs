//! Mistakes on the command line, in environments and in stacks: each is reported with its place and a way out.

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("empty_variables_count_as_none", empty_variables_count_as_none),
    ("faults_that_cannot_be_read_are_refused", faults_that_cannot_be_read_are_refused),
    ("mistakes_in_an_environment", mistakes_in_an_environment),
    ("mistakes_in_a_stack", mistakes_in_a_stack),
    ("unknown_names", unknown_names),
    ("without_a_terminal_a_change_needs_yes", without_a_terminal_a_change_needs_yes),
    ("no_credentials", no_credentials),
    ("another_account", another_account),
    ("an_error_as_json", an_error_as_json),
    ("control_characters_in_texts_are_refused_and_not_shown", control_characters_in_texts_are_refused_and_not_shown),
    ("a_pause_and_a_resume_need_a_record", a_pause_and_a_resume_need_a_record),
];

/// Runs a command that must fail with this exit code, and returns its standard error.
pub fn refused(project: &Project, line: &str, code: i32) -> String {
    let output = project.run(line);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{line}: {said}");
    assert!(said.contains("error: "), "{line}: {said}");
    said
}

fn mistakes_in_an_environment() {
    let mut project = Project::new();
    let cases = [
        LOCAL.replace("region = ", "regoin = "),
        LOCAL.replace("eu-west-1", "eu-wets-1"),
        LOCAL.replace("[stacks.shop]", "[stacks.shpo]"),
        LOCAL.replace("nat = \"one\"", "nat = \"two\""),
        LOCAL.replace("cidr = \"10.20.0.0/16\"", "cidr = \"10.20.0.0/33\""),
        LOCAL.replace("cidr =", "cdir ="),
        LOCAL.replace("nat = \"one\"", "nat = "),
        LOCAL.replace("embedded = true", "embedded = true\nendpoint_url = \"http://localhost:4566\""),
        "[aws]\nregion = \"eu-west-1\"\nembedded = true\n".to_owned(),
    ];
    for case in cases {
        project.write("environments/local.toml", &case);
        project.type_in("plan shop");
    }
    project.compare("mistakes_in_an_environment");
}

fn mistakes_in_a_stack() {
    let mut project = Project::new();
    for mistake in ["duplicate_address", "cycle", "overlap", "vpc_too_large", "unknown_reference", "bucket_name"] {
        project.write("environments/local.toml", &format!("{LOCAL}\n[stacks.wrong]\nmistake = \"{mistake}\"\n"));
        project.type_in("plan wrong");
    }
    project.compare("mistakes_in_a_stack");
}

fn unknown_names() {
    let mut project = Project::new();
    assert!(project.run("apply shop --yes").status.success());
    for line in [
        "plan shpo",
        "apply shpo --yes",
        "plan shop --env locl",
        "state show ec2_vpc.mian --stack shop",
        "output shop VPC",
        "destroy shop --yes --include-data s3_bucket.models",
        "destroy shop --yes --include-data nonsense",
        "destory shop",
    ] {
        project.type_in(line);
    }
    project.compare("unknown_names");
    assert!(project.run("status shop").status.success());
    let nowhere = refused(&project, "-C / status", 1);
    assert!(nowhere.contains("no `environments` directory") && nowhere.contains("ebb init"), "{nowhere}");
}

fn without_a_terminal_a_change_needs_yes() {
    let project = Project::new();
    for command in ["apply", "pause", "resume", "destroy"] {
        let said = refused(&project, &format!("{command} shop"), 1);
        assert!(said.contains("--yes"), "{said}");
    }
    assert!(!project.path("state").exists(), "nothing was touched");
}

fn no_credentials() {
    let project = Project::with(&LOCAL.replace("embedded = true\ntransition_ms = 20\n", ""));
    let said = refused(&project, "plan shop", 1);
    assert!(said.contains("hint: sign in"), "{said}");
    assert!(!project.path("state").exists(), "nothing was touched");
}

fn another_account() {
    let project = Project::with(&LOCAL.replace("embedded = true", "embedded = true\naccount = \"999999999999\""));
    let said = refused(&project, "apply shop --yes", 1);
    for part in ["environments/local.toml:4:11", "999999999999", "123456789012", "hint: use the credentials"] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!project.path("state/local/shop.json").exists(), "nothing was changed");
}

fn an_error_as_json() {
    let project = Project::new();
    let output = project.run("plan shpo --json");
    let error: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!((error["event"].as_str(), error["kind"].as_str()), (Some("error"), Some("unknown_name")));
    assert_eq!(error["exit_code"].as_i64(), output.status.code().map(i64::from));
}

fn control_characters_in_texts_are_refused_and_not_shown() {
    let project = Project::new();
    assert!(project.run("apply shop --yes --quiet").status.success());
    let before = project.read("state/local/shop.json");
    let said_of = |line: &str, flag: &str, text_of: &str| {
        let mut command = project.command(line);
        command.args([flag, text_of]);
        let output = command.output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{line} {flag}: {said}");
        assert!(said.contains(flag) && !said.contains('\u{1b}') && !said.contains("fake"), "{line} {flag}: {said}");
        said
    };
    for (line, flag) in [
        ("hold shop --target paused --for 2h", "--reason"),
        ("apply shop --yes", "--over-budget"),
        ("apply shop --yes", "--reason"),
        ("pause shop --yes", "--reason"),
        ("resume shop --yes", "--reason"),
        ("destroy shop --yes", "--reason"),
        ("state rollback --serial 1 --stack shop --yes", "--reason"),
    ] {
        assert!(said_of(line, flag, "why\nfake line").contains("U+000A, a line break"), "{line}");
        assert!(
            said_of(line, flag, "why \u{1b}[2Kfake").contains("U+001B, the beginning of an escape sequence"),
            "{line}"
        );
    }
    assert!(said_of("apply shop --yes", "--over-budget", " ").contains("is empty"));
    let output = project.command("pause shop --yes").env("EBB_WHO", "ada\rfake").output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(said.contains("EBB_WHO: the text contains U+000D") && !said.contains("fake"), "{said}");
    assert_eq!(project.read("state/local/shop.json"), before, "nothing was recorded");
}

fn a_pause_and_a_resume_need_a_record() {
    let project = Project::new();
    let refuse = || {
        let said = refused(&project, "resume shop --yes", 1) + &refused(&project, "pause shop --yes", 1);
        assert_eq!(said.matches("nothing is recorded").count(), 2, "{said}");
        for part in ["nothing is recorded of shop in local", "hint: `ebb apply shop` creates it"] {
            assert!(said.contains(part), "{said}");
        }
    };
    refuse();
    assert!(!project.path("state/local/shop.json").exists(), "nothing was recorded");
    for line in ["apply shop --yes", "destroy shop --yes"] {
        assert!(project.run(line).status.success(), "{line}");
    }
    refuse();
}

fn empty_variables_count_as_none() {
    let project = Project::with(&format!("{LOCAL}\n[state.encryption]\nprovider = \"passphrase\"\n"));
    let run = |line: &str| {
        let mut command = project.command(line);
        for name in ["EBB_ENV", "EBB_WHO", "EBB_LOG", "EBB_OTLP_ENDPOINT", "EBB_CLOUD_FAULTS", "EBB_STATE_PASSPHRASE"] {
            command.env(name, "");
        }
        command.output().unwrap()
    };
    let validated = run("validate shop");
    assert!(validated.status.success(), "{}", text(&validated.stderr));
    let refused = text(&run("apply shop --yes").stderr);
    assert!(refused.contains("the environment variable EBB_STATE_PASSPHRASE is not set"), "{refused}");
    let named = text(&run("validate shop --env=").stderr);
    assert!(named.contains("there is no environment ``"), "an empty name on the command line is a mistake: {named}");
}

fn faults_that_cannot_be_read_are_refused() {
    let refused = Project::new().command("plan shop").env("EBB_CLOUD_FAULTS", "nonsense").output().unwrap();
    let said = text(&refused.stderr);
    assert!(said.contains("error: EBB_CLOUD_FAULTS: `nonsense` is not understood: write name=value"), "{said}");
}
