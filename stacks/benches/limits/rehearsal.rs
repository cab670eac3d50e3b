//! A rehearsed month of the stack adeptai.

use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::report::Report;

const EBB: &str = env!("CARGO_BIN_EXE_ebb");
const SCHEDULE: &str = "\n[schedule]\ntimezone = \"America/New_York\"\n[[schedule.windows]]\nname = \"office hours\"\n\
     days = \"mon-fri\"\nfrom = \"08:00\"\nto = \"18:00\"\nready = true\n\
     capacity = { query-enhancer = { min = 2, max = 10 } }\n";

pub fn measure(report: &mut Report) {
    let project = tempfile::tempdir().expect("a folder for the project");
    let environments = project.path().join("environments");
    std::fs::create_dir(&environments).expect("a folder for environments");
    let environment = format!("{}{SCHEDULE}", include_str!("../../../environments/local.toml"));
    std::fs::write(environments.join("local.toml"), environment).expect("the environment is written");
    let begun = Instant::now();
    let output = Command::new(EBB)
        .current_dir(project.path())
        .args(["schedule", "rehearse", "adeptai", "--from", "2026-11-01", "--days", "30", "--json"])
        .output()
        .expect("ebb starts");
    let took = begun.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rehearsed: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    // A pause at the beginning, and two transitions on each of 21 working days.
    assert_eq!(rehearsed["transitions"].as_array().map(Vec::len), Some(43), "{rehearsed}");
    report.limit("a rehearsed month of adeptai", took, 60.0, "s");
}
