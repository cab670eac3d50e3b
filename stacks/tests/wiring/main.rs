//! The files that teams and pipelines use: the project that `ebb init` writes, the workflows in it and those of this repository.

mod release;
mod scaffold;
mod workflows;
mod yaml;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Returns a path of this repository.
fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Returns `ebb`, ready to run in a directory.
fn ebb(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ebb"));
    command.args(line.split_whitespace()).current_dir(folder).env("EBB_WHO", "ada@host").env_remove("EBB_ENV");
    command
}

/// Runs a command and returns its output, if it succeeds.
#[track_caller]
fn succeeds(mut command: Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}{}", text(&output.stdout), text(&output.stderr));
    output
}
