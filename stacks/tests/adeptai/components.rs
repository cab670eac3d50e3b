//! One component asleep, while the stack runs.

use serde_json::Value;

use crate::outside::Server;
use crate::project::{Project, text};

const ASLEEP: &str = "adeptai-local-query-enhancer-v1";

fn on(server: &Server) -> usize {
    server.alarm_actions().iter().filter(|on| **on).count()
}

#[test]
fn a_component_sleeps_through_everything_until_it_is_woken() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    let server = Server::start(&project);
    server.scale_by_hand(ASLEEP, 4);
    let (endpoints, alarms) = (server.endpoints(), on(&server));

    let paused = project.ebb("pause adeptai --only query-enhancer --yes");
    assert!(paused.contains("adeptai in local is running, without query-enhancer"), "{paused}");
    let without: Vec<String> = endpoints.iter().filter(|name| *name != ASLEEP).cloned().collect();
    assert_eq!(server.endpoints(), without);
    assert_eq!(server.scaled_resources().len(), 4, "its scaling is gone with it, and no other");
    assert!(on(&server) < alarms, "its alarms are silent");
    let silent = on(&server);
    assert!(silent > 0, "the others are not");
    let status = project.ebb("status adeptai");
    assert!(status.contains("adeptai in local: running"), "{status}");
    assert!(status.contains("asleep: query-enhancer until `ebb resume adeptai`"), "{status}");
    assert_eq!(project.json("status adeptai")["asleep"], Value::from(vec!["query-enhancer"]));

    let asked = project.command("invoke adeptai query-enhancer {}").output().unwrap();
    assert!(text(&asked.stderr).contains("`ebb resume adeptai --only query-enhancer`"), "{}", text(&asked.stderr));
    project.assert_no_changes("running");
    project.ebb("apply adeptai --yes");
    project.ebb("pause adeptai --only query-enhancer --yes");
    assert_eq!(server.endpoints(), without, "an apply and a second pause leave it asleep");

    project.ebb("resume adeptai --only query-enhancer --yes");
    assert_eq!(server.endpoints(), endpoints);
    assert_eq!(server.instances(ASLEEP), 4, "it comes back as it was");
    assert_eq!((server.scaled_resources().len(), on(&server)), (5, alarms));
    assert!(!project.ebb("status adeptai").contains("asleep:"));
    project.assert_no_changes("running");
}

#[test]
fn a_resume_without_a_name_wakes_everything_and_changes_wait_until_then() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    project.ebb("pause adeptai --only query-enhancer --only job-parser --yes");
    project.settle("[stacks.adeptai.endpoints.query_enhancer]\nmax_instances = 7\n");
    let plan = project.command("plan adeptai --detailed-exitcode").output().unwrap();
    let shown = text(&plan.stdout);
    assert_eq!(plan.status.code(), Some(2), "{shown}{}", text(&plan.stderr));
    assert!(shown.contains("→ running, without job-parser, query-enhancer"), "{shown}");
    assert!(shown.contains("not applied yet") && shown.contains("--only query-enhancer"), "{shown}");
    let server = Server::start(&project);
    project.ebb("apply adeptai --yes");
    assert_eq!(server.endpoints().len(), 3);
    project.ebb("resume adeptai --yes");
    assert_eq!(server.endpoints().len(), 5);
    let plan = project.ebb("plan adeptai");
    assert!(plan.contains("max") && !plan.contains("0 to change"), "{plan}");
    project.ebb("apply adeptai --yes");
    project.assert_no_changes("running");
}

#[test]
fn components_that_cannot_sleep_are_refused() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    let refused = |line: &str, words: &[&str]| {
        let output = project.command(line).output().unwrap();
        let error = text(&output.stderr);
        assert_ne!(output.status.code(), Some(0), "{line}");
        for word in words {
            assert!(error.contains(word), "{line}: {error}");
        }
    };
    refused(
        "pause adeptai --only query-enhance --yes",
        &["did you mean `query-enhancer`?", "components that can sleep"],
    );
    project.ebb("pause adeptai --yes");
    refused("pause adeptai --only query-enhancer --yes", &["adeptai in local is paused", "ebb resume adeptai"]);
    refused("resume adeptai --only query-enhancer --yes", &["adeptai in local is paused"]);
    project.ebb("destroy adeptai --yes");
    refused("pause adeptai --only query-enhancer --yes", &["adeptai"]);
}
