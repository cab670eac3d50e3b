//! A project in a temporary directory, and the real binary run in it.

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// Models that were uploaded before.
const LOCAL: &str = r#"
[aws]
region = "eu-west-1"
embedded = true
transition_ms = 20
objects = [
    "s3://uploaded/query-enhancer/llama-3.1-8b-instruct/config.json",
    "s3://uploaded/behavioral-analyzer/llama-3.1-70b-instruct-awq/config.json",
    "s3://uploaded/market-intelligence/llama-3.1-8b-instruct/config.json",
    "s3://uploaded/job-parser/llama-3.1-8b-instruct/config.json",
    "s3://uploaded/explanation-generator/llama-3.1-8b-instruct/config.json",
]
"#;

/// The settings of every project, under the heading of the stack.
const MODELS: &str = "[stacks.adeptai]\nmodels = \"s3://uploaded\"\n";

pub struct Project(TempDir);

impl Project {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("environments")).unwrap();
        let project = Self(folder);
        project.settle("");
        project
    }

    /// Replaces the environment: in place of the models that come up there are others, which do not.
    pub fn with_broken_models(&self) {
        let settings = format!("{LOCAL}{MODELS}").replace("s3://uploaded", "s3://failing");
        std::fs::write(self.0.path().join("environments/local.toml"), settings).unwrap();
    }

    /// Replaces the environment: no model was uploaded.
    pub fn without_models(&self) {
        let local = "[aws]\nregion = \"eu-west-1\"\nembedded = true\ntransition_ms = 20\n";
        std::fs::write(self.0.path().join("environments/local.toml"), local).unwrap();
    }

    /// Moves the environment to another region.
    pub fn move_to(&self, region: &str) {
        let path = self.0.path().join("environments/local.toml");
        let moved = std::fs::read_to_string(&path).unwrap().replace("eu-west-1", region);
        std::fs::write(path, moved).unwrap();
    }

    pub fn folder(&self) -> &std::path::Path {
        self.0.path()
    }

    /// Returns the recorded state of the stack as it is on disk.
    pub fn recorded(&self) -> String {
        std::fs::read_to_string(self.0.path().join("state/local/adeptai.json")).unwrap()
    }

    /// Adds settings to the environment, in place of those added before.
    pub fn settle(&self, settings: &str) {
        let heading = "[stacks.adeptai]\n";
        let settings = match settings.contains(heading) {
            true => settings.replace(heading, MODELS),
            false => format!("{MODELS}{settings}"),
        };
        std::fs::write(self.0.path().join("environments/local.toml"), format!("{LOCAL}{settings}")).unwrap();
    }

    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ebb"));
        command.args(line.split_whitespace()).current_dir(self.0.path());
        command.env_clear().env("HOME", self.0.path()).env("USER", "ada");
        command
    }

    /// Runs a command that must succeed, and returns its standard output.
    pub fn ebb(&self, line: &str) -> String {
        let output = self.command(line).output().unwrap();
        assert!(output.status.success(), "ebb {line}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    pub fn json(&self, line: &str) -> Value {
        let text = self.ebb(&format!("{line} --json"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}: {text}"))
    }

    /// Counts the resources of this status and kind in `ebb status`.
    pub fn count(&self, kind: &str, status: &str) -> usize {
        let shown = self.json("status adeptai");
        let stack = shown.get("stacks").and_then(|stacks| stacks.get(0)).unwrap_or(&shown);
        let resources = stack["resources"].as_array().unwrap();
        resources.iter().filter(|resource| resource["kind"] == kind && resource["status"] == status).count()
    }

    /// Asserts that a plan toward a target has nothing to do.
    pub fn assert_no_changes(&self, target: &str) {
        let plan = self.json(&format!("plan adeptai --target {target}"));
        assert_eq!(plan["operations"].as_array().map(Vec::len), Some(0), "{target}: {:#}", plan["operations"]);
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
