//! Stacks that are looked after without a person: holds, ticks, and mistakes in their settings.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bad_input::refused;
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_hold_is_carried_out_by_the_next_tick", a_hold_is_carried_out_by_the_next_tick),
    ("a_hold_that_cannot_be_is_refused", a_hold_that_cannot_be_is_refused),
    ("a_tick_finishes_a_pause_and_only_settles_an_apply", a_tick_finishes_a_pause_and_only_settles_an_apply),
    ("a_stack_that_fails_or_is_locked_stops_no_other", a_stack_that_fails_or_is_locked_stops_no_other),
    ("a_dry_run_changes_nothing", a_dry_run_changes_nothing),
    ("mistakes_in_settings_of_unattended_runs", mistakes_in_settings_of_unattended_runs),
];

pub fn applied(settings: &str) -> Project {
    let project = Project::with(&format!("{settings}{LOCAL}"));
    for stack in ["shop", "vault"] {
        let output = project.run(&format!("apply {stack} --yes --quiet"));
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    project
}

pub fn hold(project: &Project, stack: &str, target: &str) {
    let output = project.run(&format!("hold {stack} --target {target} --for 2h --reason test"));
    assert!(output.status.success(), "{}", text(&output.stderr));
}

pub fn json(project: &Project, line: &str) -> Value {
    let output = project.run(&format!("{line} --json"));
    let said = text(&output.stdout);
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{line}: {error}: {said}{}", text(&output.stderr)))
}

pub fn target(project: &Project, stack: &str) -> Value {
    json(project, &format!("status {stack}"))["target"].clone()
}

fn a_hold_is_carried_out_by_the_next_tick() {
    let mut project = applied("");
    for line in [
        "tick",
        "hold shop --target paused --for 2h --reason weekend",
        "status shop --quiet",
        "tick --dry-run --detailed-exitcode",
        "tick --quiet --detailed-exitcode",
        "tick --detailed-exitcode",
        "history shop --limit 1",
        "resume shop --yes --quiet",
        "tick --quiet",
        "hold shop --clear",
        "hold shop --clear",
        "tick",
        "state history --stack shop --limit 3",
    ] {
        project.type_in(line);
    }
    project.compare("a_hold_is_carried_out");
}

fn a_hold_that_cannot_be_is_refused() {
    let project = applied("[control]\nmax_hold = \"1d\"\n");
    for (line, code, expected) in [
        ("hold shop --target paused --until 2020-01-01T00:00:00Z --reason x", 64, "is past"),
        ("hold shop --target paused --until 2020-01-01T00:00 --reason x", 64, "is past"),
        ("hold shop --target paused --for 2d --reason x", 1, "too long"),
        ("hold shop --target paused --for soon --reason x", 64, "no duration"),
        ("hold shop --target paused --until tomorrow --reason x", 64, "no time"),
        ("hold shop --target paused --for 1h --until 2030-01-01T00:00:00Z --reason x", 64, "cannot be used with"),
        ("hold shop --target destroyed --for 1h --reason x", 64, "ebb destroy shop"),
        ("hold shop --target paused --reason x", 64, "--until"),
        ("hold shop --target paused --for 1h", 64, "--reason"),
        ("hold shop --for 1h --reason x", 64, "--target"),
        ("hold shap --target paused --for 1h --reason x", 1, "did you mean `shop`?"),
        ("hold safe --target paused --for 1h --reason x", 1, "ebb apply safe"),
    ] {
        let said = refused(&project, line, code);
        assert!(said.contains(expected), "{line}: {said}");
    }
    assert!(json(&project, "status shop").get("hold").is_none(), "nothing was recorded");
    assert!(project.run("destroy vault --yes --quiet --include-data all").status.success());
    let said = refused(&project, "hold vault --target running --for 1h --reason x", 1);
    assert!(said.contains("is destroyed"), "{said}");
}

/// Runs a command that is killed while its plan is carried out.
fn cut_off(project: &Project, line: &str) {
    for calls in 5..80 {
        let mut command = project.command(line);
        let output = command.env("EBB_CLOUD_FAULTS", format!("kill-after={calls}")).output().unwrap();
        assert!(!output.status.success(), "{line} makes fewer than {calls} calls");
        if json(project, "status shop")["run"].is_object() {
            return;
        }
    }
    panic!("{line} was never cut off in a run");
}

fn a_tick_finishes_a_pause_and_only_settles_an_apply() {
    let project = applied("");
    cut_off(&project, "pause shop --yes");
    let tick = json(&project, "tick");
    assert_eq!(tick["stacks"][0]["outcome"], "acted", "{tick:#}");
    assert!(text(&project.run("plan shop --target paused").stdout).contains("no changes"));
    cut_off(&project, "apply shop --yes");
    let tick = json(&project, "tick");
    assert_eq!(tick["stacks"][0]["outcome"], "settled", "{tick:#}");
    assert!(json(&project, "status shop")["run"].is_null());
    assert_eq!(json(&project, "tick")["stacks"][0]["outcome"], "nothing", "an apply is finished by another apply");
}

fn a_stack_that_fails_or_is_locked_stops_no_other() {
    let project = applied("");
    hold(&project, "vault", "paused");
    hold(&project, "shop", "paused");
    let whole = project.read("state/local/shop.json");
    project.write("state/local/shop.json", &whole[..whole.len() / 2]);
    let output = project.run("tick");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("is damaged"), "{}", text(&output.stdout));
    assert_eq!(target(&project, "vault"), "paused");
    project.write("state/local/shop.json", &whole);
    let mut pause = project.command("pause shop --yes --quiet");
    let mut pause = pause.env("EBB_CLOUD_FAULTS", "latency=300ms").spawn().unwrap();
    let start = Instant::now();
    while !json(&project, "status shop")["run"].is_object() {
        assert!(start.elapsed() < Duration::from_secs(20), "the other command never began its run");
    }
    let busy = json(&project, "tick");
    assert_eq!(busy["stacks"][0]["outcome"], "busy", "{busy:#}");
    assert!(busy["stacks"][0]["message"].as_str().unwrap().contains("ebb pause"), "{busy:#}");
    assert!(pause.wait().unwrap().success(), "the tick did not disturb the other command");
}

fn a_dry_run_changes_nothing() {
    let project = applied("[notify]\nstdout = true\n\n");
    hold(&project, "shop", "paused");
    let before = (project.read("state/local/shop.json"), project.read("state/local/vault.json"));
    let tick = json(&project, "tick --dry-run");
    assert_eq!((&tick["stacks"][0]["outcome"], &tick["dry_run"]), (&"would_act".into(), &true.into()), "{tick:#}");
    assert_eq!(project.run("tick --dry-run").status.code(), Some(0));
    assert_eq!(project.run("tick --dry-run --detailed-exitcode").status.code(), Some(2));
    assert_eq!((project.read("state/local/shop.json"), project.read("state/local/vault.json")), before);
    assert!(!project.path("state/.notes").exists());
}

fn mistakes_in_settings_of_unattended_runs() {
    let project = Project::new();
    for (settings, expected) in [
        ("[control]\nmax_hold = \"-1h\"\n", "local.toml:2:12: `-1h` is no duration"),
        ("[control]\ninterval = \"10ms\"\n", "local.toml:2:12: the shortest interval"),
        ("[control]\nintervall = \"1m\"\n", "intervall"),
        ("[notify]\nsns = \"alerts\"\n", "local.toml:2:7: `alerts` is not a topic's ARN"),
        ("[notify]\nwebhook = \"hooks.example/secret\"\n", "local.toml:2:11: this is not the URL of a webhook"),
        ("[notify]\nwebhook = \"https://a.example/\"\nwebhook_env = \"HOOK\"\n", "exclude each other"),
    ] {
        project.write("environments/local.toml", &format!("{settings}{LOCAL}"));
        let said = refused(&project, "tick", 1);
        assert!(said.contains(expected) && !said.contains("secret"), "{settings}: {said}");
    }
    project.write("environments/local.toml", &format!("[notify]\nwebhook_env = \"HOOK\"\n{LOCAL}"));
    let said = refused(&project, "tick", 1);
    assert!(said.contains("HOOK") && said.contains("not set"), "{said}");
}
