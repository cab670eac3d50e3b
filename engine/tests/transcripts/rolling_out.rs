//! Roll-outs as a person steers them, and every mistake in their settings.

use crate::bad_input::refused;
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_roll_out_that_a_person_approves", a_roll_out_that_a_person_approves),
    ("mistakes_in_the_settings_of_a_roll_out", mistakes_in_the_settings_of_a_roll_out),
    ("names_that_a_stack_does_not_have", names_that_a_stack_does_not_have),
    ("a_roll_out_that_cannot_start", a_roll_out_that_cannot_start),
];

const APPROVED: &str = "to = \"new\"\nsteps = [{ percent = 50, after = \"0d\" }, { percent = 100, after = \"0d\" }]\n\
     approve = [50, 100]\n";

fn names_that_a_stack_does_not_have() {
    let mut project = Project::new();
    let cases = [
        APPROVED.to_owned(),
        format!("{APPROVED}gates = [\"acuracy\", \"patient\"]\nrollback = [{{ alarm = \"gone\", for = \"1h\" }}]\n"),
        format!("{APPROVED}of = \"sagemaker_endpoint.bulky\"\n"),
        format!("{APPROVED}of = \"sagemaker_model.old\"\n"),
        APPROVED.replace("\"new\"", "\"nwe\""),
        APPROVED.replace("to = \"new\"\n", ""),
    ];
    for case in cases {
        project.write("environments/local.toml", &environment(&case));
        project.type_in("validate vault");
    }
    // Without its second side.
    project.write("environments/local.toml", &environment(APPROVED).replace("sides = true", "sides = false"));
    project.type_in("validate vault");
    project.compare("names_that_a_stack_does_not_have");
}

/// Applies a stack whose endpoint has two variants, beside these settings of its roll-out.
fn project(rollout: &str) -> Project {
    let project = Project::with(&environment(rollout));
    let applied = project.run("apply vault --yes --quiet");
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    project
}

fn environment(rollout: &str) -> String {
    format!("{LOCAL}\n[stacks.vault]\nsides = true\n\n[stacks.vault.rollout]\n{rollout}")
}

fn a_roll_out_that_a_person_approves() {
    let mut project = project(APPROVED);
    for line in [
        "rollout status vault",
        "rollout start vault",
        "rollout start vault",
        "tick --quiet",
        "rollout status vault",
        "rollout approve vault",
        "rollout approve vault --percent 50",
        "tick --quiet",
        "tick --dry-run --quiet",
        "pause vault --yes",
        "rollout hold vault --reason fair",
        "rollout approve vault",
        "tick --quiet",
        "rollout hold vault --clear",
        "rollout back vault --reason complaints",
        "rollout status vault",
        "rollout approve vault",
        "rollout hold vault --reason again",
        "state history --stack vault --limit 9",
        "pause vault --yes --quiet",
        "rollout back vault",
    ] {
        project.type_in(line);
    }
    project.compare("a_roll_out_that_a_person_approves");
}

fn mistakes_in_the_settings_of_a_roll_out() {
    let mut project = Project::new();
    let cases = [
        APPROVED.replace("percent = 100", "percent = 40"),
        APPROVED.replace("percent = 100", "percent = 110"),
        APPROVED.replace("approve = [50, 100]", "approve = [60]"),
        APPROVED.replace("after = \"0d\" }]", "after = \"later\" }]"),
        APPROVED.replace("steps =", "stesp ="),
        format!("{APPROVED}rollback = [{{ alarm = \"drop\", cost = \"200%\", for = \"7d\" }}]\n"),
        format!("{APPROVED}rollback = [{{ cost = \"200%\", for = \"7d\" }}]\n"),
        format!("{APPROVED}rollback = [{{ cost = \"double\", for = \"7d\" }}]\n"),
        format!("{APPROVED}gates = [\"accuracy\", \"accuracy\"]\n"),
        format!("{APPROVED}of = \"the endpoint\"\n"),
    ];
    for case in cases {
        project.write("environments/local.toml", &environment(&case));
        project.type_in("rollout status vault");
    }
    project.compare("mistakes_in_the_settings_of_a_roll_out");
}

fn a_roll_out_that_cannot_start() {
    let project = project(APPROVED);
    let gates = |gates: &str| format!("{APPROVED}gates = [{gates}]\n");
    for (rollout, expected) in [
        (gates("\"acuracy\""), "did you mean `accuracy`?"),
        (gates("\"acuracy\""), "local.toml:17"),
        (gates("\"patient\""), "is OK without data"),
        (format!("{APPROVED}rollback = [{{ alarm = \"gone\", for = \"1h\" }}]\n"), "no alarm `gone`"),
        (APPROVED.replace("\"new\"", "\"nwe\""), "has no variant `nwe` (known: old, new)"),
        (APPROVED.replace("to = \"new\"\n", ""), "set `to` to one of old, new"),
        (format!("{APPROVED}of = \"sagemaker_endpoint.bulky\"\n"), "did you mean `sagemaker_endpoint.bulk`?"),
        (format!("{APPROVED}of = \"sagemaker_endpoint.bulky\"\n"), "there is no sagemaker_endpoint.bulky"),
        (format!("{APPROVED}of = \"sagemaker_model.old\"\n"), "splits no traffic"),
    ] {
        project.write("environments/local.toml", &environment(&rollout));
        let said = refused(&project, "rollout start vault", 1);
        assert!(said.contains(expected), "{expected}: {said}");
    }
    project.write("environments/local.toml", &format!("{LOCAL}\n[stacks.vault]\nsides = true\n"));
    let said = refused(&project, "rollout start vault", 1);
    assert!(said.contains("add [stacks.vault.rollout]"), "{said}");
    let said = refused(&project, "rollout start shop", 1);
    assert!(said.contains("nothing is recorded"), "{said}");
    for command in ["approve vault", "hold vault --reason x", "back vault", "status vault"] {
        let said = refused(&project, &format!("rollout {command}"), 1);
        assert!(said.contains("has no roll-out"), "{command}: {said}");
    }
    // A stack that sleeps has no traffic to split.
    project.write("environments/local.toml", &environment(APPROVED));
    assert!(project.run("pause vault --yes --quiet").status.success());
    let said = refused(&project, "rollout start vault", 1);
    assert!(said.contains("it is paused"), "{said}");
}
