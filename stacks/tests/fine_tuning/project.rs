//! A project in a temporary directory, and the real binary run in it.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The name of the job, for `--run`.
pub const JOB: &str = "bedrock_customization_job.expert";

const LOCAL: &str = r#"
[aws]
region = "us-east-1"
embedded = true
transition_ms = 20
objects = ["s3://uploaded/training_data/train.jsonl", "s3://uploaded/training_data/validation.jsonl"]

[stacks.fine_tuning]
"#;

/// The settings of a run, as they may be changed.
pub const SETTINGS: &str = r#"
base_model = "amazon.nova-2-lite-v1:0:256k"
data = "s3://uploaded"
training_data = "training_data/train.jsonl"
validation_data = ["training_data/validation.jsonl"]
training_tokens = 450000
hyper_parameters = { epochs = 2 }
"#;

pub struct Project(TempDir);

impl Project {
    /// Creates a project with these settings of the stack.
    pub fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("environments")).unwrap();
        let project = Self(folder);
        project.settle(settings);
        project
    }

    /// Replaces the settings of the stack.
    pub fn settle(&self, settings: &str) {
        std::fs::write(self.path("environments/local.toml"), format!("{LOCAL}{settings}")).unwrap();
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
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
        assert!(output.status.success(), "ebb {line}: {}", all(&output));
        text(&output.stdout)
    }

    /// Runs a command that must fail, and returns all that it printed.
    pub fn refused(&self, line: &str) -> String {
        let output = self.command(line).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "ebb {line}: {}", all(&output));
        all(&output)
    }

    pub fn json(&self, line: &str) -> Value {
        let text = self.ebb(&format!("{line} --json"));
        serde_json::from_str(text.lines().last().unwrap_or_default())
            .unwrap_or_else(|error| panic!("{line}: {error}: {text}"))
    }

    /// Returns the operations of a plan, as `KIND ADDRESS`.
    pub fn operations(&self, line: &str) -> Vec<String> {
        let plan = self.json(line);
        let operations = plan["operations"].as_array().unwrap().iter();
        let words =
            |one: &Value| format!("{} {}", one["operation"].as_str().unwrap(), one["address"].as_str().unwrap());
        operations.map(words).collect()
    }

    /// Returns an output of the stack.
    pub fn output(&self, name: &str) -> String {
        let dotenv = self.ebb("output fine_tuning --format dotenv");
        let line = dotenv.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("no {name} in {dotenv}")).to_owned()
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn all(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}
