//! State in a bucket, state that moves, state that is encrypted.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("state_in_a_bucket_is_locked_and_unlocked", state_in_a_bucket_is_locked_and_unlocked),
    ("state_moves_with_all_its_history", state_moves_with_all_its_history),
    ("all_stacks_of_an_environment_move", all_stacks_of_an_environment_move),
    ("a_passphrase_is_changed_and_removed", a_passphrase_is_changed_and_removed),
    ("a_plan_file_is_encrypted_as_the_state_is", a_plan_file_is_encrypted_as_the_state_is),
    ("mistakes_in_settings_of_state", mistakes_in_settings_of_state),
];

const BUCKET: &str = "\n[state]\nbackend = \"s3\"\nbucket = \"acme-state\"\nprefix = \"ebb\"\n";
const PASSPHRASE: &str = "\n[state.encryption]\nprovider = \"passphrase\"\n";

fn settle(project: &Project, settings: &str) {
    project.write("environments/local.toml", &format!("{LOCAL}{settings}"));
}

fn state_in_a_bucket_is_locked_and_unlocked() {
    let mut project = Project::with(&format!("{LOCAL}{BUCKET}"));
    for line in [
        "apply shop --yes",
        "state init --yes",
        "state init --yes",
        "state unlock --stack shop",
        "apply shop --yes --quiet",
    ] {
        project.type_in(line);
    }
    let mut first = project.command("pause shop --yes");
    first.env("EBB_CLOUD_FAULTS", "latency=700ms").stdout(Stdio::piped()).stderr(Stdio::piped());
    let first = first.spawn().unwrap();
    let begun = Instant::now();
    while !text(&project.run("state unlock --stack shop").stderr).contains("is held by") {
        assert!(begun.elapsed() < Duration::from_secs(20), "the first command never locked the stack");
    }
    for line in ["resume shop --yes", "state unlock --stack shop", "state unlock --stack shop --yes"] {
        project.type_in(line);
    }
    let said = first.wait_with_output().unwrap();
    assert_eq!(said.status.code(), Some(1), "a command that lost the lock fails");
    assert!(text(&said.stderr).contains("lost the right to write"), "{}", text(&said.stderr));
    assert!(project.run("pause shop --yes").status.success());
    assert!(text(&project.run("plan shop --target paused").stdout).contains("Plan: no changes"));
    project.compare("state_in_a_bucket");
}

fn state_moves_with_all_its_history() {
    let mut project = Project::new();
    for line in [
        "state move --to s3://acme-state/ebb --stack shop --yes",
        "apply shop --yes --quiet",
        "state move --to s3://acme-state/ebb --stack shop --yes",
        "state init s3://acme-state --yes --quiet",
        "state move --to s3://acme-state/ebb --stack shop --yes",
        "plan shop",
    ] {
        project.type_in(line);
    }
    settle(&project, BUCKET);
    for line in ["plan shop --quiet", "history shop", "state move --to state --stack shop --yes", "plan shop --quiet"] {
        project.type_in(line);
    }
    settle(&project, "");
    project.type_in("plan shop --quiet");
    project.compare("state_moves");
}

fn a_passphrase_is_changed_and_removed() {
    let (one, other) = ("correct horse battery staple", "another horse battery staple");
    let project = Project::new();
    assert!(project.run("apply shop --yes --quiet").status.success());
    settle(&project, PASSPHRASE);
    let run = |line: &str, now: &str, before: &str| {
        let variables = [("EBB_STATE_PASSPHRASE", now), ("EBB_STATE_PASSPHRASE_PREVIOUS", before)];
        let output =
            project.command(line).envs(variables.iter().filter(|(_, text)| !text.is_empty()).copied()).output();
        let output = output.unwrap();
        (output.status.success(), format!("{}{}", text(&output.stdout), text(&output.stderr)))
    };
    let refused = |line: &str, now: &str, expected: &str| {
        let (success, said) = run(line, now, "");
        assert!(!success && said.contains(expected), "{line}: {said}");
    };
    refused("status shop", "", "EBB_STATE_PASSPHRASE is not set");
    refused("status shop", "short", "fewer than 16 characters");
    assert!(run("pause shop --yes --quiet", one, "").0);
    let sealed = |file: &str| std::fs::read(project.path(file)).unwrap().starts_with(b"{\"sealed\":");
    assert!(sealed("state/local/shop.json") && !sealed("state/local/shop.history/00000001.json"));
    refused("status shop", other, "is another passphrase");
    refused("plan shop", other, "is another passphrase");

    settle(&project, &format!("{PASSPHRASE}[state.encryption.previous]\nprovider = \"passphrase\"\n"));
    let (success, said) = run("state rekey --stack shop --yes", other, one);
    assert!(success && said.contains("are encrypted with the current key"), "{said}");
    settle(&project, PASSPHRASE);
    for serial in 1..=3 {
        assert!(sealed(&format!("state/local/shop.history/{serial:08}.json")), "serial {serial}");
        assert!(run(&format!("state show --serial {serial} --stack shop"), other, "").0);
    }
    refused("state show --serial 3 --stack shop", one, "is another passphrase");

    settle(
        &project,
        "\n[state.encryption]\nprovider = \"none\"\n[state.encryption.previous]\nprovider = \"passphrase\"\n",
    );
    assert!(run("state rekey --stack shop --yes", "", other).0);
    settle(&project, "");
    assert!(run("history shop", "", "").0 && !sealed("state/local/shop.json"));
}

fn a_plan_file_is_encrypted_as_the_state_is() {
    let (one, other) = ("correct horse battery staple", "another horse battery staple");
    let project = Project::new();
    settle(&project, PASSPHRASE);
    let run = |line: &str, passphrase: &str| {
        let output = project.command(line).env("EBB_STATE_PASSPHRASE", passphrase).output().unwrap();
        (output.status.success(), format!("{}{}", text(&output.stdout), text(&output.stderr)))
    };
    // An encrypted plan file is replaced by another.
    for _ in 0..2 {
        assert!(run("plan shop --out made.plan --quiet", one).0);
    }
    let bytes = std::fs::read(project.path("made.plan")).unwrap();
    assert!(bytes.starts_with(b"{\"ebb_plan\":"), "{}", text(&bytes));
    assert!(!text(&bytes).contains("ec2_vpc") && !text(&bytes).contains("10.20"), "nothing of it is clear text");
    for line in ["show made.plan", "cost diff made.plan"] {
        let (success, said) = run(line, one);
        assert!(success && said.contains("ec2_nat_gateway"), "{line}: {said}");
    }
    for line in ["show made.plan", "apply made.plan --yes"] {
        let (success, said) = run(line, other);
        assert!(!success && said.contains("made.plan") && said.contains("is another passphrase"), "{line}: {said}");
    }
    let mut edited = bytes.clone();
    *edited.last_mut().unwrap() ^= 1;
    std::fs::write(project.path("edited.plan"), &edited).unwrap();
    let (success, said) = run("apply edited.plan --yes", one);
    assert!(!success && said.contains("edited.plan was changed after it was made"), "{said}");
    // A document of the state is no plan, whatever its key.
    let (success, said) = run("apply made.plan --yes --quiet", one);
    assert!(success, "{said}");
    let cover = bytes.split(|byte| *byte == b'\n').next().unwrap();
    let state = std::fs::read(project.path("state/local/shop.json")).unwrap();
    std::fs::write(project.path("swapped.plan"), [cover, b"\n", &state].concat()).unwrap();
    let (success, said) = run("show swapped.plan", one);
    assert!(!success && said.contains("swapped.plan was changed after it was made"), "{said}");
}

fn mistakes_in_settings_of_state() {
    let mut project = Project::new();
    for settings in [
        "\n[state]\nbackend = \"s3\"\n",
        "\n[state]\nbucket = \"acme-state\"\n",
        "\n[state]\nbackend = \"s3\"\nbucket = \"acme-state\"\nregion = \"eu-west-9\"\ndirectory = \"x\"\n",
        "\n[state.encryption]\nprovider = \"kms\"\n",
        "\n[state.encryption]\nprovider = \"passphrase\"\nkms_key = \"alias/state\"\n",
        "\n[state.encryption]\nprovider = \"pasphrase\"\n",
    ] {
        settle(&project, settings);
        project.type_in("validate shop");
    }
    project.compare("mistakes_in_settings_of_state");
}

fn all_stacks_of_an_environment_move() {
    let project = Project::new();
    for line in ["apply shop --yes --quiet", "apply vault --yes --quiet"] {
        assert!(project.run(line).status.success());
    }
    let one = project.read("state/local/shop.json");
    for (line, code, said) in [
        ("state move --to elsewhere --stack shop --yes", 1, "the state of vault is in the same place"),
        ("state move --to s3:/acme-state/x --yes", 64, "`s3:/acme-state/x` is no place for state"),
        ("state move --to S3://acme-state/x --yes", 64, "no place for state"),
        ("state move --to ./state --yes", 1, "already"),
    ] {
        let refused = project.run(line);
        assert_eq!(refused.status.code(), Some(code), "{line}: {}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains(said), "{line}: {}", text(&refused.stderr));
    }
    assert_eq!(project.read("state/local/shop.json"), one, "a refusal changes nothing");
    assert!(!project.path("s3:").exists() && !project.path("elsewhere").exists());

    // A run that is open in one stack stops the move of all.
    let killed = project.command("pause shop --yes").env("EBB_CLOUD_FAULTS", "kill-after=DeleteNatGateway").output();
    assert!(!killed.expect("ebb starts").status.success());
    let refused = project.run("state move --to elsewhere --yes");
    assert!(text(&refused.stderr).contains("a run of `ebb pause`"), "{}", text(&refused.stderr));
    assert!(!project.path("elsewhere").exists());
    assert!(project.run("pause shop --yes").status.success());

    let moved = project.run("state move --to elsewhere --yes");
    assert!(moved.status.success(), "{}", text(&moved.stderr));
    assert!(text(&moved.stdout).contains("[state]\ndirectory = \"elsewhere\""), "{}", text(&moved.stdout));
    let again = project.run("state move --to elsewhere --yes");
    assert!(text(&again.stdout).contains("was moved there before"), "{}", text(&again.stderr));
    settle(&project, "\n[state]\ndirectory = \"elsewhere\"\n");
    assert!(project.path("elsewhere/local/cloud").exists(), "the cloud is where the settings say");
    for line in ["plan shop --target paused", "plan vault"] {
        let planned = project.run(line);
        assert!(text(&planned.stdout).contains("Plan: no changes"), "{line}: {}", text(&planned.stderr));
    }
}
