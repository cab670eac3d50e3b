//! The project that `ebb init` writes: it is valid, its own tests pass, and git ignores what it should.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::{ebb, in_repository, read, succeeds, text};

/// Creates a project on this checkout, with the files for GitHub.
pub fn project() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let library = in_repository("").canonicalize().unwrap();
    succeeds(ebb(folder.path(), &format!("init my-shop --github --library {}", library.display())));
    let root = folder.path().join("my-shop");
    (folder, root)
}

fn git(folder: &Path, line: &str) -> Command {
    let mut command = Command::new("git");
    command.args(line.split(' ')).current_dir(folder);
    command
}

#[test]
fn the_tests_of_a_new_project_pass() {
    let (_folder, root) = project();
    // The versions that this repository is built with. They are on this machine already.
    std::fs::copy(in_repository("Cargo.lock"), root.join("Cargo.lock")).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scaffold");
    let cargo = |line: &str| {
        let mut command = Command::new(env!("CARGO"));
        command.args(line.split(' ')).current_dir(&root).env("CARGO_TARGET_DIR", &target);
        command.env("CARGO_INCREMENTAL", "0").env_remove("RUSTFLAGS").env_remove("EBB_ENV");
        command
    };
    let mut tests = cargo("test --offline");
    tests.env("EBB", env!("CARGO_BIN_EXE_ebb"));
    let passed = text(&succeeds(tests).stdout);
    for test in
        ["tests::the_network_has_the_range_of_the_settings ... ok", "the_stack_comes_up_sleeps_wakes_and_goes ... ok"]
    {
        assert!(passed.contains(test), "{test}: {passed}");
    }
    let mut without = cargo("test --offline --test embedded");
    let without = without.env("EBB", "/nowhere/ebb").output().unwrap();
    assert!(!without.status.success() && text(&without.stdout).contains("cannot run `/nowhere/ebb`"));
    // `ebb` compiles the program and runs it, whatever stacks are linked into it.
    let run = |line: &str| {
        let mut command = ebb(&root, line);
        command.env("CARGO_TARGET_DIR", &target).env("CARGO_NET_OFFLINE", "true").env("CARGO_INCREMENTAL", "0");
        text(&succeeds(command).stdout)
    };
    assert!(run("plan").contains("ec2_vpc.main"));
    let is_current = run("environment schema") == read(&root.join("environments/schema.json"));
    assert!(is_current, "the schema of a new project is not that of its program: see engine/src/cli/scaffold.rs");
    for environment in ["local", "prod"] {
        run(&format!("validate --env {environment}"));
    }
    let days = run("schedule preview --env prod --from 2026-11-02T00:00:00Z --days 7");
    assert!(days.contains("office hours"), "{days}");
}

#[test]
fn a_new_project_is_a_repository_that_ignores_state_and_plans() {
    let (folder, root) = project();
    for (path, ignored) in [("state/local/x", true), ("a.plan", true), ("target/x", true), ("Cargo.lock", false)] {
        let output = git(&root, &format!("check-ignore --quiet {path}")).output().unwrap();
        assert_eq!(output.status.success(), ignored, "{path}");
    }
    // Inside of a repository, and with --no-git, none is made.
    succeeds(ebb(&root, "init inner --name inner"));
    succeeds(ebb(folder.path(), "init bare --no-git"));
    for inside in [root.join("inner"), folder.path().join("bare")] {
        assert!(inside.join("Cargo.toml").is_file() && !inside.join(".git").exists(), "{}", inside.display());
    }
}

#[test]
fn a_new_project_depends_on_the_release_of_its_ebb_and_shares_the_state_of_prod() {
    let folder = tempfile::tempdir().unwrap();
    let said = text(&succeeds(ebb(folder.path(), "init shop --no-git")).stdout);
    assert!(said.contains("cargo test") && !said.contains("EBB_PLAN_ROLE"), "{said}");
    let file = |path: &str| read(&folder.path().join("shop").join(path));
    assert!(file("Cargo.toml").contains(concat!("tag = \"v", env!("CARGO_PKG_VERSION"), "\"")));
    assert!(file("environments/prod.toml").contains("backend = \"s3\"\nbucket = \"shop-state-123456789012\""));
    assert!(!folder.path().join("shop/.github").exists());
    let mut without_git = ebb(folder.path(), "init other");
    let said = without_git.env("PATH", "").output().unwrap();
    assert!(said.status.success() && text(&said.stderr).contains("no git repository was made: `git`"), "{said:?}");
}

#[test]
fn a_project_without_its_program_is_told_from_a_mistake_in_the_settings() {
    let (_folder, root) = project();
    std::fs::remove_file(root.join("ebb.toml")).unwrap();
    let said = |root: &Path| text(&ebb(root, "plan").output().unwrap().stderr);
    let with_crate = said(&root);
    assert!(with_crate.contains("`my-shop` in [stacks]") && with_crate.contains("`cargo run -- plan`"), "{with_crate}");
    std::fs::remove_file(root.join("Cargo.toml")).unwrap();
    assert!(!said(&root).contains("cargo run"));
}
