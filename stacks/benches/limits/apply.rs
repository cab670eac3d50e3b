//! Applying adeptai with 50 ms added to every call, against its critical path: the longest chain of operations that
//! must follow each other, each with its measured time.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::report::Report;

const EBB: &str = env!("CARGO_BIN_EXE_ebb");

pub fn measure(report: &mut Report) {
    let project = tempfile::tempdir().expect("a folder for the project");
    let environments = project.path().join("environments");
    std::fs::create_dir(&environments).expect("a folder for environments");
    std::fs::write(environments.join("local.toml"), include_str!("../../../environments/local.toml"))
        .expect("the environment is written");
    let plan = lines(&ebb(project.path(), &["plan", "adeptai", "--json"])).remove(0);
    let events = lines(&ebb(project.path(), &["apply", "adeptai", "--yes", "--json"]));
    let finished = events.last().expect("there are events");
    assert_eq!(finished["success"], true, "{finished}");
    let operations = plan["operations"].as_array().expect("a list of operations");
    let mut until = vec![0.0_f64; operations.len()];
    for (index, operation) in operations.iter().enumerate() {
        let done = events.iter().find(|event| event["event"] == "operation_done" && event["id"] == operation["id"]);
        let took = done.and_then(|event| event["took_ms"].as_f64()).expect("every operation was done");
        let before = operation["depends_on"].as_array().into_iter().flatten().filter_map(Value::as_u64);
        let begin = before.map(|before| until[before as usize]).fold(0.0, f64::max);
        until[index] = begin + took;
    }
    let critical = until.iter().copied().fold(0.0, f64::max);
    let took = finished["took_ms"].as_f64().expect("it took some time");
    report.note(
        "apply adeptai with 50 ms added to every call",
        &format!("{took:.0} ms, {} operations", operations.len()),
    );
    report.note("its critical path", &format!("{critical:.0} ms"));
    report.limit("apply adeptai against its critical path", took / critical, 1.25, "×");
}

fn ebb(project: &Path, arguments: &[&str]) -> String {
    let output = Command::new(EBB)
        .current_dir(project)
        .env("EBB_CLOUD_FAULTS", "latency=50ms")
        .args(arguments)
        .output()
        .expect("ebb starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn lines(text: &str) -> Vec<Value> {
    let whole = serde_json::from_str::<Value>(text).map(|value| vec![value]);
    whole.unwrap_or_else(|_| text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}
