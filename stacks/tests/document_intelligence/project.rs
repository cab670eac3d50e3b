//! A project in a temporary directory, and the real binary run in it.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const LOCAL: &str = r#"
[aws]
region = "eu-west-1"
embedded = true
transition_ms = 20
objects = ["s3://uploaded/classifier.tar.gz"]

[stacks.document_intelligence.classifier]
image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/classifier:1"
model = "s3://uploaded/classifier.tar.gz"
monitor_image = "468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer"

[stacks.document_intelligence.language]
model = "amazon.nova-2-lite-v1:0"
"#;

pub struct Project(TempDir);

impl Project {
    /// Creates a project with these settings beside the usual ones.
    pub fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("environments")).unwrap();
        let project = Self(folder);
        project.settle(settings);
        project
    }

    /// Reparts the settings beside the usual ones.
    pub fn settle(&self, settings: &str) {
        std::fs::write(self.path("environments/local.toml"), format!("{LOCAL}{settings}")).unwrap();
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    pub fn run(&self, line: &str) -> Output {
        self.run_with(line, &[])
    }

    /// Runs a command with these variables.
    pub fn run_with(&self, line: &str, variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ebb"));
        command.args(line.split_whitespace()).current_dir(self.0.path());
        command
            .env_clear()
            .env("HOME", self.0.path())
            .env("USER", "ada")
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    /// Runs a command that must succeed, and returns its standard output.
    pub fn ebb(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "ebb {line}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    pub fn json(&self, line: &str) -> Value {
        let text = self.ebb(&format!("{line} --json"));
        serde_json::from_str(text.lines().last().unwrap_or_default())
            .unwrap_or_else(|error| panic!("{line}: {error}: {text}"))
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
