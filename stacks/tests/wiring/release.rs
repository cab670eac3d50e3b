//! Releases: packed by one script, and installed by another that accepts nothing but what was packed.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::yaml::parse;
use crate::{in_repository, read, succeeds, text};

/// The release that these tests pack, and the targets of a release.
const VERSION: &str = "9.8.7";
const TARGETS: [&str; 4] =
    ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-apple-darwin", "aarch64-apple-darwin"];

/// A stand-in for `ebb`, since the real one takes long to pack. It knows the two commands that a release asks for.
const STAND_IN: &str = "#!/bin/sh\ncase \"$1\" in\n  man) echo page > \"$2/ebb.1\" ;;\n  completions) echo \"completions for $2\" ;;\n  \
                        --version) echo 'ebb 9.8.7' ;;\n  *) exit 64 ;;\nesac\n";

fn script(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("bash");
    command.arg(in_repository("scripts").join(name)).args(arguments);
    command.env_remove("EBB_SHA256").env_remove("EBB_RELEASES");
    command
}

/// Packs the stand-in for all targets. Returns the folder of the release.
fn release() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("stand-in");
    std::fs::write(&binary, STAND_IN).unwrap();
    let dist = folder.path().join("dist");
    for target in TARGETS {
        // `install` in the script makes it executable.
        succeeds(script("package", &[VERSION, target, &binary.display().to_string(), &dist.display().to_string()]));
    }
    folder
}

fn install(release: &Path, version: &str) -> Command {
    let to = release.join("bin").display().to_string();
    let mut command = script("install", &[version, &to]);
    command.env("EBB_RELEASES", release.join("dist"));
    command
}

#[test]
fn a_packed_release_is_installed() {
    let release = release();
    for version in [VERSION, "v9.8.7"] {
        let said = text(&succeeds(install(release.path(), version)).stdout);
        assert!(said.starts_with("Installed ebb 9.8.7 in "), "{said}");
    }
    let archive = release.path().join(format!("dist/ebb-v{VERSION}-{}.tar.gz", TARGETS[0]));
    let mut list = Command::new("tar");
    list.arg("-tzf").arg(archive);
    let files = text(&succeeds(list).stdout);
    for file in ["ebb", "man/ebb.1", "completions/ebb.bash", "completions/ebb.zsh", "LICENSE-MIT", "README.md"] {
        let path = format!("ebb-v{VERSION}-{}/{file}", TARGETS[0]);
        assert!(files.lines().any(|line| line == path), "{path}: {files}");
    }
}

#[test]
fn an_archive_with_another_checksum_is_not_installed() {
    let release = release();
    let refused = |mut command: Command, expected: &str| {
        let output = command.output().unwrap();
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains(expected), "{expected}: {said}");
        assert!(!release.path().join("bin/ebb").exists(), "{expected}");
    };
    let mut named = install(release.path(), VERSION);
    named.env("EBB_SHA256", "0".repeat(64));
    refused(named, "nothing was installed");
    refused(install(release.path(), "1.0.0"), "is there a release 1.0.0?");
    for target in TARGETS {
        let archive = release.path().join(format!("dist/ebb-v{VERSION}-{target}.tar.gz"));
        let mut bytes = std::fs::read(&archive).unwrap();
        bytes.push(0);
        std::fs::write(archive, bytes).unwrap();
    }
    refused(install(release.path(), VERSION), "nothing was installed");
}

#[test]
fn everything_that_installs_a_release_knows_the_names_of_its_archives() {
    let manifest = read(&in_repository("stacks/Cargo.toml"));
    let url = manifest.lines().find_map(|line| line.strip_prefix("pkg-url = ")).unwrap();
    let bin = manifest.lines().find_map(|line| line.strip_prefix("bin-dir = ")).unwrap();
    let filled = |text: &str| text.replace("{ version }", VERSION).replace("{ target }", TARGETS[0]);
    let name = format!("ebb-v{VERSION}-{}", TARGETS[0]);
    assert!(filled(url).ends_with(&format!("/releases/download/v{VERSION}/{name}.tar.gz\"")), "{url}");
    assert_eq!(filled(bin), format!("\"{name}/{{ bin }}{{ binary-ext }}\""));
    let workflow = parse(&read(&in_repository(".github/workflows/release.yml"))).unwrap();
    let built = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap();
    let built: Vec<_> = built.iter().map(|entry| entry["target"].as_str().unwrap()).collect();
    assert_eq!(built, TARGETS);
    let (install, image) = (read(&in_repository("scripts/install")), read(&in_repository("Dockerfile")));
    for target in TARGETS {
        assert!(install.contains(&format!("target={target} ;;")), "scripts/install: {target}");
        assert_eq!(image.contains(&format!("target={target} ;;")), target.contains("linux"), "Dockerfile: {target}");
    }
}

#[test]
fn ebb_has_the_commands_that_a_release_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(crate::ebb(folder.path(), "man pages"));
    assert!(folder.path().join("pages/ebb.1").is_file());
    let script = read(&in_repository("scripts/package"));
    let shells = script.split_once("for shell in ").unwrap().1.split(';').next().unwrap();
    for shell in shells.split_whitespace() {
        let completions = text(&succeeds(crate::ebb(folder.path(), &format!("completions {shell}"))).stdout);
        assert!(completions.contains("ebb"), "{shell}");
    }
}

#[test]
fn the_action_and_the_hook_run_what_is_there() {
    let action = parse(&read(&in_repository("action.yml"))).unwrap();
    assert_eq!(action["runs"]["using"], "composite");
    let run = action["runs"]["steps"][0]["run"].as_str().unwrap();
    let script = run.split_once("\"$GITHUB_ACTION_PATH/").unwrap().1.split('"').next().unwrap();
    assert!(in_repository(script).is_file(), "{script}");
    let release = release();
    let file = |name: &str| release.path().join(name);
    let mut step = Command::new("bash");
    step.args(["-e", "-o", "pipefail", "-c", run]).env("VERSION", "v9.8.7").env("EBB_SHA256", "");
    step.env("EBB_RELEASES", file("dist"))
        .env("GITHUB_ACTION_PATH", in_repository(""))
        .env("RUNNER_TEMP", release.path());
    step.env("GITHUB_PATH", file("path")).env("GITHUB_OUTPUT", file("output"));
    succeeds(step);
    assert_eq!(read(&file("path")), format!("{}\n", file("ebb").display()));
    assert!(file("ebb/ebb").is_file());

    let hooks = parse(&read(&in_repository(".pre-commit-hooks.yaml"))).unwrap();
    assert_eq!(hooks[0]["pass_filenames"], json!("false"));
    let entry = hooks[0]["entry"].as_str().unwrap().strip_prefix("ebb ").unwrap();
    let flags: Vec<_> = hooks[0]["args"].as_array().unwrap().iter().map(|flag| flag.as_str().unwrap()).collect();
    succeeds(crate::ebb(&in_repository(""), &format!("{entry} {}", flags.join(" "))));
}
