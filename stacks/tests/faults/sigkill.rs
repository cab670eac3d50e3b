//! The real binary, killed by SIGKILL at random moments, forty times in a row.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use ebbtide::resource::Scope;
use ebbtide_cloud::{Cloud, Settings};
use tempfile::TempDir;

use crate::observer::{Inventory, difference, inventory};
use crate::random::Random;
use crate::world::{World, scope, write_first_document};

/// The number of kills of each of the four commands.
const KILLS: u64 = 10;
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

[stacks.adeptai]
models = "s3://uploaded"
"#;

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("environments")).unwrap();
    std::fs::write(folder.path().join("environments/local.toml"), LOCAL).unwrap();
    let scope = Scope { environment: "local".into(), stack: "adeptai".into(), ..scope() };
    write_first_document(&folder.path().join("state"), scope);
    folder
}

fn ebb(project: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ebb"));
    command.args(line.split_whitespace()).current_dir(project);
    command.env_clear().env("HOME", project).env("USER", "ada");
    command
}

/// Runs a command to its end, and lists the resources that exist then.
async fn to_its_end(project: &Path, line: &str) -> Inventory {
    let output = ebb(project, line).output().unwrap();
    assert!(output.status.success(), "ebb {line}: {}", String::from_utf8_lossy(&output.stderr));
    let cloud = Cloud::open(&project.join("state/local/cloud"), Settings::default()).unwrap();
    inventory(&World::aws(&cloud)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_kills_in_a_row_leave_the_same_resources_as_none() {
    let (killed, twin) = (project(), project());
    let mut random = Random::new(3);
    let mut kills = 0;
    for line in ["apply adeptai --yes", "pause adeptai --yes", "resume adeptai --yes", "destroy adeptai --yes"] {
        for _ in 0..KILLS {
            let mut command = ebb(killed.path(), line);
            command.env("EBB_CLOUD_FAULTS", "latency=8ms").stdout(Stdio::null()).stderr(Stdio::null());
            let mut process = command.spawn().unwrap();
            std::thread::sleep(Duration::from_millis(30 + random.below(650)));
            // SIGKILL. A process that has ended by itself was not killed.
            kills += u64::from(process.try_wait().unwrap().is_none());
            process.kill().unwrap();
            process.wait().unwrap();
        }
        let (found, expected) = (to_its_end(killed.path(), line).await, to_its_end(twin.path(), line).await);
        let wrong = difference(&expected, &found);
        assert!(wrong.is_empty(), "{line}: {wrong:?}");
        let again = ebb(killed.path(), &line.replace(" --yes", " --yes --json")).output().unwrap();
        let changes = String::from_utf8_lossy(&again.stdout).contains("operation_started");
        assert!(again.status.success() && !changes, "{line} has not converged");
    }
    assert!(kills >= 2 * KILLS, "only {kills} of them came before the end");
}
