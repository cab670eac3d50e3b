//! Workflows of GitHub Actions: those that `ebb init --github` writes, and those of this repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

use crate::scaffold::project;
use crate::yaml::parse;
use crate::{in_repository, read, succeeds};

/// The action of this repository. A release cannot name its own commit, so this one is pinned by its tag.
const OURS: &str = concat!("ebbtide/ebbtide@v", env!("CARGO_PKG_VERSION"));

/// Returns the YAML files of a folder, with their texts.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let yaml = entries.filter(|path| path.extension().is_some_and(|extension| extension == "yml"));
    yaml.map(|path| (path.clone(), read(&path))).collect()
}

/// Returns all workflows.
fn workflows() -> BTreeMap<PathBuf, String> {
    let (_folder, root) = project();
    let mut all = files(&root.join(".github/workflows"));
    assert_eq!(all.len(), 3);
    for folder in [".github/workflows", "deploy/github"] {
        all.extend(files(&in_repository(folder)));
    }
    all
}

fn jobs(workflow: &Value) -> &Map<String, Value> {
    workflow["jobs"].as_object().expect("jobs")
}

fn steps(job: &Value) -> &Vec<Value> {
    job["steps"].as_array().expect("steps")
}

fn uses<'a>(job: &'a Value, action: &str) -> Option<&'a Value> {
    steps(job).iter().find(|step| step["uses"].as_str().is_some_and(|uses| uses.starts_with(action)))
}

/// Returns whether a line pins an action by its commit and names the version.
fn is_pinned(line: &str) -> bool {
    let Some((_, used)) = line.split_once("uses: ") else { return true };
    let pinned = used.split_once('@').and_then(|(_, rest)| rest.split_once(" # v"));
    used == OURS
        || used == "./"
        || pinned.is_some_and(|(commit, version)| {
            commit.len() == 40
                && commit.chars().all(|c| c.is_ascii_hexdigit())
                && version.split('.').count() == 3
                && version.split('.').all(|number| number.parse::<u32>().is_ok())
        })
}

#[test]
fn workflows_have_limits_and_the_permissions_that_they_need() {
    for (path, text) in workflows() {
        let file = path.display();
        let workflow = parse(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(workflow["name"].is_string() && !workflow["on"].is_null(), "{file}");
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{file}: nothing but what a job asks for");
        assert!(workflow["concurrency"]["group"].is_string(), "{file}");
        for (name, job) in jobs(&workflow) {
            assert!(job["runs-on"].is_string() && job["timeout-minutes"].is_string(), "{file}: {name}");
            assert!(job["permissions"].is_object(), "{file}: {name}");
            for step in steps(job) {
                assert!(step["uses"].is_string() != step["run"].is_string(), "{file}: {name}: {step}");
            }
            if let Some(checkout) = uses(job, "actions/checkout@") {
                assert_eq!(checkout["with"]["persist-credentials"], "false", "{file}: {name}");
            }
        }
    }
}

#[test]
fn actions_are_pinned_by_their_commits() {
    for (path, text) in workflows() {
        for line in text.lines() {
            assert!(is_pinned(line), "{}: {line}", path.display());
        }
    }
    assert!(!is_pinned("- uses: actions/checkout@v7") && !is_pinned("- uses: a/b@3d3c42e # v1.2.3"));
}

#[test]
fn only_jobs_that_call_aws_get_its_tokens_and_code_of_a_pull_request_none_to_write() {
    let (_folder, root) = project();
    for (path, text) in files(&root.join(".github/workflows")) {
        let workflow = parse(&text).unwrap();
        for (name, job) in jobs(&workflow) {
            let at = format!("{}: {name}", path.display());
            let permissions = job["permissions"].as_object().unwrap();
            let calls_aws = uses(job, "aws-actions/configure-aws-credentials@");
            assert_eq!(permissions.contains_key("id-token"), calls_aws.is_some(), "{at}");
            if let Some(step) = calls_aws {
                assert!(step["with"]["role-to-assume"].as_str().unwrap().starts_with("${{ vars.EBB_"), "{at}");
            }
            let runs_code = uses(job, "actions/checkout@").is_some();
            let writes = permissions.iter().any(|(scope, access)| scope != "id-token" && access == "write");
            assert!(!(runs_code && writes), "{at}");
            // Text of a pull request reaches a shell as a variable only.
            for run in steps(job).iter().filter_map(|step| step["run"].as_str()) {
                assert!(!run.contains("${{"), "{at}: {run}");
            }
        }
    }
}

#[test]
fn shell_scripts_of_workflows_can_be_parsed() {
    for (path, text) in workflows() {
        for job in jobs(&parse(&text).unwrap()).values() {
            for run in steps(job).iter().filter_map(|step| step["run"].as_str()) {
                let mut bash = Command::new("bash");
                bash.args(["-n", "-c", run]);
                let output = bash.output().unwrap();
                assert!(output.status.success(), "{}: {run}", path.display());
            }
        }
    }
}

/// Returns the arguments of `ebb` in a line of a script, if it runs `ebb`.
fn arguments_of_ebb(line: &str) -> Option<Vec<String>> {
    let line = line.trim().trim_start_matches("if ! ").strip_prefix("ebb ")?;
    let line = line.split([';', '>']).next().unwrap_or(line);
    // Every second part is in quotation marks.
    let parts = line.split('"').enumerate().flat_map(|(nth, part)| match nth % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    Some(parts.collect())
}

#[test]
fn command_lines_in_the_workflows_of_a_project_are_known() {
    let (_folder, root) = project();
    let mut found = 0;
    for (path, text) in files(&root.join(".github/workflows")) {
        for job in jobs(&parse(&text).unwrap()).values() {
            let scripts = steps(job).iter().filter_map(|step| step["run"].as_str());
            for arguments in scripts.flat_map(str::lines).filter_map(arguments_of_ebb) {
                // With `--help` after it, a command line that is known does nothing.
                let mut command = crate::ebb(&root, "");
                command.args(&arguments).arg("--help");
                let output = command.output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{}: {arguments:?}: {said}", path.display());
                found += 1;
            }
        }
    }
    assert_eq!(found, 4);
    assert_eq!(arguments_of_ebb("if ! ebb a --b \"c d\" > e; then").unwrap(), ["a", "--b", "c d"]);
}

#[test]
fn the_comment_on_a_pull_request_is_written_once_and_then_anew() {
    let (_folder, root) = project();
    let plan = parse(&read(&root.join(".github/workflows/ebb-plan.yml"))).unwrap();
    let script = steps(&plan["jobs"]["comment"]).last().unwrap()["run"].as_str().unwrap();
    let bin = tempfile::tempdir().unwrap();
    // It prints the ids of the comments that the filter lets through, and notes the calls.
    let gh =
        "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \"$CALLS\"\ncase \"$*\" in *--paginate*) printf '%s' \"$FOUND\";; esac\n";
    std::fs::write(bin.path().join("gh"), gh).unwrap();
    succeeds({
        let mut chmod = Command::new("chmod");
        chmod.arg("+x").arg(bin.path().join("gh"));
        chmod
    });
    let calls = |found: &str| {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut bash = Command::new("bash");
        let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap());
        bash.args(["-e", "-o", "pipefail", "-c", script])
            .env("PATH", path)
            .env("FOUND", found)
            .env("CALLS", log.path());
        bash.env("GITHUB_REPOSITORY", "acme/infra").env("PULL_REQUEST", "7");
        succeeds(bash);
        read(log.path())
    };
    let (first, second) = (calls(""), calls("11\n12\n"));
    assert!(first.contains("### my-shop in prod"), "{first}");
    assert!(first.ends_with("api --method POST repos/acme/infra/issues/7/comments --field body=@plan.md --silent\n"));
    assert!(
        second.ends_with("api --method PATCH repos/acme/infra/issues/comments/12 --field body=@plan.md --silent\n")
    );
}
