//! A tick over 100 stacks with nothing to do, and what an idle `ebb serve` needs.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::report::{Report, median};

const EBB: &str = env!("CARGO_BIN_EXE_ebb");
const STACKS: usize = 100;
/// How long the idle process is watched: more than the interval between two looks, so that a look is part of it.
const WATCHED: Duration = Duration::from_secs(70);
/// A schedule and a budget, neither of which asks for anything: both are followed to the end of the month with each look.
const UNATTENDED: &str = r#"
[schedule]
timezone = "America/New_York"
default = "running"

[[schedule.windows]]
name = "leap day"
opens = "0 2 29 2 *"
closes = "0 3 29 2 *"
target = "paused"

[budget]
monthly = 100_000_000

[stacks.adeptai.budget]
monthly = 1_000_000
"#;

pub fn measure(report: &mut Report) {
    let project = tempfile::tempdir().expect("a folder for the project");
    let environments = project.path().join("environments");
    std::fs::create_dir(&environments).expect("a folder for environments");
    let local = include_str!("../../../environments/local.toml");
    std::fs::write(environments.join("local.toml"), format!("{local}{UNATTENDED}"))
        .expect("the environment is written");
    ebb(project.path(), &["apply", "adeptai", "--yes", "--quiet"]);
    idle(report, project.path());
    let recorded = project.path().join("state/local/adeptai.json");
    let document = std::fs::read_to_string(&recorded).expect("the record is read");
    let mut document: Value = serde_json::from_str(&document).expect("it is JSON");
    for stack in 1..STACKS {
        let name = format!("stack-{stack}");
        document["scope"]["stack"] = name.clone().into();
        let file = project.path().join(format!("state/local/{name}.json"));
        std::fs::write(file, document.to_string()).expect("a record is written");
    }
    let tick = || {
        let begun = Instant::now();
        let said = ebb(project.path(), &["tick", "--json"]);
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        let said: Value = serde_json::from_str(&said).expect("it is JSON");
        let stacks = said["stacks"].as_array().expect("there are stacks");
        assert!(stacks.len() == STACKS && stacks.iter().all(|stack| stack["outcome"] == "nothing"), "{said}");
        took
    };
    tick();
    report.limit(
        "a tick over 100 stacks with a budget and nothing to do, median of 5",
        median((0..5).map(|_| tick()).collect()),
        1000.0,
        "ms",
    );
}

/// Measures a process that has nothing to do.
fn idle(report: &mut Report, project: &Path) {
    let mut process = Command::new(EBB)
        .current_dir(project)
        .args(["serve", "--listen", "127.0.0.1:0", "--quiet"])
        .stderr(Stdio::null())
        .spawn()
        .expect("ebb serve starts");
    std::thread::sleep(Duration::from_secs(3));
    let before = seconds_of_processor(&process);
    std::thread::sleep(WATCHED);
    let used = before.zip(seconds_of_processor(&process)).map(|(before, after)| after - before);
    let memory = memory(&process);
    process.kill().expect("it is ended");
    process.wait().expect("it has ended");
    // Only Linux tells.
    if let (Some(used), Some(memory)) = (used, memory) {
        report.limit("memory of an idle ebb serve", memory, 60.0, "MB");
        report.limit("a core's share of an idle ebb serve", used / WATCHED.as_secs_f64() * 100.0, 1.0, "%");
    }
}

/// Returns the resident memory of a process in MB.
fn memory(process: &Child) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kilobytes| kilobytes / 1000.0)
}

/// Returns the time that a process has used of all processors, in seconds.
fn seconds_of_processor(process: &Child) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    // Linux counts in hundredths of a second for programs.
    Some(ticks / 100.0)
}

fn ebb(project: &Path, arguments: &[&str]) -> String {
    let output = Command::new(EBB).current_dir(project).args(arguments).output().expect("ebb starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
