//! The life of the stack in the embedded cloud, through the `ebb` that is installed. It needs neither an account nor a network.
//!
//! Without `ebb` this test fails, so that it never passes unseen. `cargo test --bins` leaves it out. The variable EBB names another
//! binary.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Creates a project beside this one. It has the environment `local`, a cloud of its own, and the program that is compiled already.
fn project() -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("embedded");
    if project.exists() {
        std::fs::remove_dir_all(&project).unwrap();
    }
    std::fs::create_dir_all(project.join("environments")).unwrap();
    std::fs::copy("environments/local.toml", project.join("environments/local.toml")).unwrap();
    let program = format!("[program]\ncommand = [{:?}]\n", env!("CARGO_BIN_EXE_NAME"));
    std::fs::write(project.join("ebb.toml"), program).unwrap();
    project
}

/// Runs `ebb` and returns the text that it printed.
fn ebb(project: &Path, line: &str) -> String {
    let program = std::env::var("EBB").unwrap_or_else(|_| "ebb".to_owned());
    let mut command = Command::new(&program);
    command.arg("-C").arg(project).args(["-e", "local"]).args(line.split(' '));
    let output = command.output().unwrap_or_else(|error| {
        panic!("cannot run `{program}`: {error}. Install it, name it with EBB, or run `cargo test --bins`, which needs none")
    });
    assert!(output.status.success(), "ebb {line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_stack_comes_up_sleeps_wakes_and_goes() {
    let project = project();
    ebb(&project, "apply NAME --yes");
    assert!(ebb(&project, "output NAME VPC_ID").starts_with("vpc-"));
    // The exit code is 2 if there is anything to change.
    ebb(&project, "plan NAME --detailed-exitcode");
    ebb(&project, "pause NAME --yes");
    ebb(&project, "resume NAME --yes");
    ebb(&project, "plan NAME --detailed-exitcode");
    ebb(&project, "destroy NAME --yes");
}
