//! A project in a temporary directory, and the real binary run in it.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub struct Project {
    folder: TempDir,
    stack: &'static str,
    local: &'static str,
}

impl Project {
    /// Creates a project for a stack, whose environment begins with `local`.
    pub fn new(stack: &'static str, local: &'static str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("environments")).unwrap();
        let project = Self { folder, stack, local };
        project.settle(settings);
        project
    }

    /// Replaces the settings behind those that the environment begins with.
    pub fn settle(&self, settings: &str) {
        std::fs::write(self.path("environments/local.toml"), format!("{}{settings}", self.local)).unwrap();
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ebb"));
        command.args(line.split_whitespace()).current_dir(self.folder.path());
        command.env_clear().env("HOME", self.folder.path()).env("USER", "ada");
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

    /// Returns the id of a resource in AWS.
    pub fn id(&self, address: &str) -> String {
        let record = self.json(&format!("state show {address} --stack {}", self.stack));
        record["id"].as_str().unwrap_or_else(|| panic!("{address}: {record}")).to_owned()
    }

    /// Returns an output of the stack.
    pub fn output(&self, name: &str) -> String {
        let dotenv = self.ebb(&format!("output {} --format dotenv", self.stack));
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
