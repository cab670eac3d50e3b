//! The endpoints of the stack in use: they are invoked, and their logs are read.

use serde_json::Value;

use crate::project::{Project, text};

/// Returns the log events that a command prints.
fn events(project: &Project, line: &str) -> Vec<Value> {
    let printed = project.ebb(&format!("{line} --json"));
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_endpoint_is_invoked_and_its_log_is_read_also_while_it_sleeps() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    // Their log groups are declared, and nothing is in them yet.
    let quiet = project.command("logs adeptai").output().unwrap();
    assert!(quiet.status.success() && text(&quiet.stderr).contains("Nothing was logged"), "{}", text(&quiet.stderr));
    for component in ["query-enhancer", "job-parser"] {
        let answer = project.ebb(&format!("invoke adeptai {component} {{\"inputs\":\"hello\"}}"));
        assert!(answer.contains(&format!("adeptai-local-{component}-v1")), "{answer}");
    }
    let found = events(&project, "logs adeptai");
    let components: Vec<_> = found.iter().filter_map(|event| event["component"].as_str()).collect();
    assert_eq!(components, ["query-enhancer", "job-parser"], "in the order of their times");
    let shown = project.ebb("logs adeptai");
    assert!(shown.lines().all(|line| line.contains("Z  ") || line.contains("+00:00  ")), "{shown}");
    assert!(shown.contains("  query-enhancer") && shown.contains("  job-parser "), "{shown}");
    assert_eq!(events(&project, "logs adeptai job-parser").len(), 1);
    assert_eq!(events(&project, "logs adeptai logs_group.job-parser").len(), 1);

    project.ebb("pause adeptai --yes");
    let refused = project.command("invoke adeptai job-parser {}").output().unwrap();
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("is asleep: adeptai is paused") && said.contains("`ebb resume adeptai`"), "{said}");
    assert_eq!(events(&project, "logs adeptai").len(), 2);
    project.ebb("resume adeptai --yes");
    project.ebb("invoke adeptai job-parser {}");
    assert_eq!(events(&project, "logs adeptai job-parser").len(), 2, "the group outlasts the endpoint");
    // The group holds data: it goes with the stack only if it is named.
    project.ebb("destroy adeptai --yes --include-data all");
    let refused = project.command("logs adeptai").output().unwrap();
    assert!(text(&refused.stderr).contains("nothing is recorded of adeptai"), "{}", text(&refused.stderr));
}
