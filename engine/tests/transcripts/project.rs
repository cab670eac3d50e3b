//! A project in a temporary directory, and `ebb` run in it.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// The environment variable that makes this program be `ebb`.
pub const PLAYS_EBB: &str = "EBB_TRANSCRIPT";

pub const LOCAL: &str = "[aws]\nregion = \"eu-west-1\"\nembedded = true\ntransition_ms = 20\n\n[stacks.shop]\ncidr = \"10.20.0.0/16\"\nnat = \"one\"\n";

pub struct Project {
    folder: TempDir,
    transcript: String,
}

impl Project {
    /// Creates a project with the environment `local`.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let project = Self { folder, transcript: String::new() };
        project.write("environments/local.toml", LOCAL);
        project
    }

    /// Creates a project whose environment `local` is this.
    pub fn with(local: &str) -> Self {
        let project = Self::new();
        project.write("environments/local.toml", local);
        project
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders are made");
        std::fs::write(path, text).expect("the file is written");
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).expect("the file is read")
    }

    /// Returns a command line, ready to be changed and run.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.args(line.split_whitespace()).current_dir(self.folder.path());
        // The environment of the machine that runs the tests has no influence.
        command.env_clear().env(PLAYS_EBB, "1").env("HOME", self.folder.path());
        command.env("EBB_WHO", "ada@host").env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    pub fn run(&self, line: &str) -> Output {
        self.command(line).output().expect("ebb starts")
    }

    /// Runs a command and adds its output to the transcript.
    pub fn type_in(&mut self, line: &str) {
        let output = self.run(line);
        let code = output.status.code().expect("an exit code");
        let code = if code == 0 { String::new() } else { format!("(exit {code})\n") };
        self.transcript.push_str(&format!("$ ebb {line}\n{}{}{code}\n", text(&output.stdout), text(&output.stderr)));
    }

    /// Runs a command with an environment variable and adds its output to the transcript.
    pub fn type_in_with(&mut self, line: &str, variable: (&str, &str)) {
        let output = self.command(line).env(variable.0, variable.1).output().expect("ebb starts");
        let code = output.status.code().expect("an exit code");
        let code = if code == 0 { String::new() } else { format!("(exit {code})\n") };
        let shown = format!("{}{}{code}", text(&output.stdout), text(&output.stderr));
        self.transcript.push_str(&format!("$ {}=… ebb {line}\n{shown}\n", variable.0));
    }

    /// Runs a command with a width and adds its output to the transcript.
    pub fn type_in_columns(&mut self, line: &str, columns: u16) {
        let output = self.command(line).env("COLUMNS", columns.to_string()).output().expect("ebb starts");
        let shown = format!("{}{}", text(&output.stdout), text(&output.stderr));
        for line in shown.lines() {
            assert!(line.chars().count() <= usize::from(columns), "{columns}: {line}");
        }
        self.transcript.push_str(&format!("$ ebb {line}    # {columns} columns\n{shown}\n"));
    }

    /// Compares the transcript with the snapshot of this name, with ids, times and paths replaced.
    pub fn compare(&self, name: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.add_filter(r"\b(vpc|subnet|rtb|igw|nat|eipalloc|vpce)-[0-9a-f]{8,17}\b", "$1-ID");
        settings.add_filter(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "TIME");
        settings.add_filter(r"\d{4}-\d\d-\d\dT[0-9:.]+\+\d\d:\d\d", "TIME");
        settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "TIME");
        settings.add_filter(r"(×.*)  \d{4}-\d\d-\d\d \d\d:\d\d\b", "$1  TIME");
        settings.add_filter(r"\b\d+\.\d s\b", "N s");
        settings.add_filter(r"process \d+", "process N");
        settings.add_filter(r"(done|failed|interrupted|cut off|open)( +)[0-9a-f]{12}\b", "${1}${2}HASH");
        settings.add_filter(r"\b\d+ s\b", "N s");
        settings.add_filter(r"time-zone data \d{4}[a-z]", "time-zone data VERSION");
        // A derived name ends in a hash over the lineage, which is random.
        settings.add_filter(r"\b(local-[a-z]+-[a-z]+)-[0-9a-f]{6}([0-9a-f]{4})?\b", "$1-HASH");
        // The id of a job of Bedrock.
        settings.add_filter(r"(:\d+k)/[0-9a-z]{12}\b", "$1/ID");
        settings.add_filter(r"\b198\.\d+\.\d+\.\d+\b", "ADDRESS");
        settings.add_filter(&regex_of(&self.folder.path().display().to_string()), "PROJECT");
        settings.bind(|| insta::assert_snapshot!(name, self.transcript));
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Returns a regular expression that matches just this text.
fn regex_of(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '/' { c.to_string() } else { format!("\\{c}") }).collect()
}
