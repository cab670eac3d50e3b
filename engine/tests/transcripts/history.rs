//! Runs and serials: listed, shown and rolled back to.

use serde_json::Value;

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("history_lists_every_run", history_lists_every_run),
    (
        "a_run_without_operations_is_listed_if_it_sets_the_target",
        a_run_without_operations_is_listed_if_it_sets_the_target,
    ),
    ("the_history_is_as_long_as_the_settings_say", the_history_is_as_long_as_the_settings_say),
    ("a_rollback_restores_earlier_declarations", a_rollback_restores_earlier_declarations),
];

fn history_lists_every_run() {
    let mut project = Project::new();
    project.type_in("history shop");
    for line in ["apply shop --yes --quiet --reason opening", "pause shop --yes --quiet"] {
        assert!(project.run(line).status.success());
    }
    let killed =
        project.command("resume shop --yes").env("EBB_CLOUD_FAULTS", "kill-after=CreateNatGateway").output().unwrap();
    assert!(!killed.status.success());
    project.type_in("history shop");
    assert!(project.run("resume shop --yes --quiet").status.success());
    for line in
        ["history shop", "history shop --limit 1", "state history --stack shop", "state show --serial 77 --stack shop"]
    {
        project.type_in(line);
    }
    project.compare("history_lists_every_run");

    let history: Value = serde_json::from_slice(&project.run("history shop --json").stdout).unwrap();
    let outcomes: Vec<_> = history["runs"].as_array().unwrap().iter().map(|run| run["outcome"].as_str()).collect();
    assert_eq!(outcomes, [Some("done"), Some("cut_off"), Some("done"), Some("done")]);
    assert!(
        history["runs"][3]["took_ms"].is_u64()
            && history["runs"][3]["plan"].as_str().is_some_and(|hash| hash.len() == 64)
    );
}

fn a_rollback_restores_earlier_declarations() {
    let mut project = Project::new();
    let with_nat = LOCAL;
    let without = LOCAL.replace("nat = \"one\"\n", "");
    assert!(project.run("apply shop --yes --quiet").status.success());
    project.write("environments/local.toml", &without);
    assert!(project.run("apply shop --yes --quiet").status.success());
    let past = project.read("state/local/shop.history/00000002.json");

    project.type_in("state rollback --serial 2 --stack shop --yes --quiet");
    let planned = text(&project.run("plan shop").stdout);
    assert!(planned.contains("to delete"), "the code still declares something else: {planned}");
    project.write("environments/local.toml", with_nat);
    for line in [
        "plan shop --quiet",
        "state rollback --serial 1 --stack shop --yes --quiet",
        "state rollback --serial 40 --stack shop --yes",
    ] {
        project.type_in(line);
    }
    // A pause does not change the declarations of what it reduced or put to sleep.
    assert!(project.run("pause shop --yes --quiet").status.success());
    let paused: Value = serde_json::from_slice(&project.run("status shop --json").stdout).unwrap();
    let serial = paused["serial"].as_u64().unwrap();
    project.write("environments/local.toml", &without);
    assert!(project.run("resume shop --yes --quiet").status.success());
    assert!(project.run(&format!("state rollback --serial {serial} --stack shop --yes --quiet")).status.success());
    project.write("environments/local.toml", with_nat);
    project.type_in("plan shop --quiet");
    assert_eq!(project.read("state/local/shop.history/00000002.json"), past, "earlier serials do not change");
    project.compare("a_rollback_restores_earlier_declarations");
}

fn a_run_without_operations_is_listed_if_it_sets_the_target() {
    let project = Project::new();
    for line in
        ["apply vault --yes", "apply vault --yes", "pause vault --yes", "pause vault --yes", "resume vault --yes"]
    {
        assert!(project.run(line).status.success(), "{line}");
    }
    let history: Value = serde_json::from_slice(&project.run("history vault --json").stdout).unwrap();
    let runs: Vec<_> =
        history["runs"].as_array().unwrap().iter().map(|run| (&run["command"], &run["serial"])).collect();
    // A run with operations has two serials, one without has one, and one that changes nothing has none.
    assert_eq!(runs, [(&"resume".into(), &4.into()), (&"pause".into(), &3.into()), (&"apply".into(), &2.into())]);
}

fn the_history_is_as_long_as_the_settings_say() {
    let project = Project::with(&format!("{LOCAL}\n[state]\nkeep = 3\n"));
    for line in ["apply vault --yes", "pause vault --yes", "resume vault --yes", "pause vault --yes"] {
        assert!(project.run(line).status.success(), "{line}");
    }
    let history: Value = serde_json::from_slice(&project.run("state history --stack vault --json").stdout).unwrap();
    let serials: Vec<_> =
        history["serials"].as_array().unwrap().iter().map(|serial| serial["serial"].as_u64()).collect();
    assert_eq!(serials, [Some(5), Some(4), Some(3)]);
    let gone = text(&project.run("state rollback --serial 2 --stack vault --yes").stderr);
    assert!(gone.contains("there are serials from 3 to 5"), "{gone}");
    project.write("environments/local.toml", &format!("{LOCAL}\n[state]\nkeep = 0\n"));
    let refused = text(&project.run("status").stderr);
    assert!(refused.contains("the present serial is always kept: write 1 or more"), "{refused}");
}
