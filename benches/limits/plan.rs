//! A plan without changes over a layered graph, in a process of its own, against the floor of this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use ebbtide::aws::kinds;
use ebbtide::plan::Target;
use ebbtide::planner::{Components, Jobs, Observation, Observed, Request, plan};
use ebbtide::record::StateDocument;
use ebbtide::resource::{LiveState, Readiness};
use serde_json::{Map, Value, json};

use crate::graph::{declare, document, scope};
use crate::report::{Report, median};

/// Makes this program the child that makes a plan.
pub const CHILD: &str = "--child-plans";

/// What a child measured.
struct Measured {
    milliseconds: f64,
    /// The time of the floor, in milliseconds.
    floor: f64,
    /// The peak memory, in MB.
    megabytes: f64,
}

pub fn measure(report: &mut Report) {
    let mut each = Vec::new();
    for (size, limits) in [(1_000, false), (5_000, false), (10_000, true), (20_000, false)] {
        let file = std::env::temp_dir().join(format!("ebbtide-bench-{}-{size}.json", std::process::id()));
        let bytes = serde_json::to_vec(&document(size)).expect("a document is data");
        std::fs::write(&file, &bytes).expect("the document is written");
        let runs: Vec<Measured> = (0..7).map(|_| in_a_child(&file, size)).collect();
        std::fs::remove_file(&file).expect("the document is removed");
        let of = |of: fn(&Measured) -> f64| median(runs.iter().map(of).collect());
        let (time, floor, memory) = (of(|run| run.milliseconds), of(|run| run.floor), of(|run| run.megabytes));
        let what = format!("plan without changes, {size} resources");
        report.note(&what, &format!("{time:.1} ms (floor {floor:.1} ms), {memory:.0} MB"));
        if limits {
            report.limit(&format!("{what}, against the floor"), of(|run| run.milliseconds / run.floor), 2.0, "×");
            report.limit(&format!("{what}, peak memory"), memory, 100.0, "MB");
        }
        report.note(&format!("state of {size} resources"), &format!("{:.2} MB", bytes.len() as f64 / 1e6));
        each.push((size as f64, time, bytes.len() as f64));
    }
    let (small, large) = (each[1], each[each.len() - 1]);
    let growth = |of: fn(&(f64, f64, f64)) -> f64| (of(&large) / large.0) / (of(&small) / small.0);
    report.limit("time a resource, 20,000 against 5,000", growth(|run| run.1), 1.3, "×");
    report.limit("state a resource, 20,000 against 5,000", growth(|run| run.2), 1.1, "×");
}

fn in_a_child(file: &Path, size: usize) -> Measured {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program).arg(CHILD).arg(file).arg(size.to_string()).output().expect("the child runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let measured: Value = serde_json::from_slice(&output.stdout).expect("the child prints JSON");
    let number = |name: &str| measured[name].as_f64().unwrap_or(f64::MAX);
    Measured { milliseconds: number("ms"), floor: number("floor"), megabytes: number("mb") }
}

/// Declares, reads state, compares it with the observation, and plans. Prints the time that it took, the peak memory, and
/// the floor.
#[allow(clippy::print_stdout, reason = "the parent reads it")]
pub fn child(arguments: &[String]) -> ExitCode {
    let [file, size] = arguments else { return ExitCode::FAILURE };
    let size = size.parse().expect("a number");
    let start = Instant::now();
    let declarations = declare(size);
    let bytes = std::fs::read(file).expect("the document is read");
    let document: StateDocument = serde_json::from_slice(&bytes).expect("it is a document");
    assert!(document.contradictions().is_empty());
    let mut observation = Observation::default();
    for (address, record) in &document.resources {
        let live = LiveState {
            inputs: record.inputs.clone(),
            outputs: record.outputs.clone(),
            readiness: Readiness::Ready,
            data: None,
            pause_snapshot: None,
        };
        observation.note(address, record, Observed::Present(Box::new(live)));
    }
    let request = Request {
        kinds: &kinds(),
        declarations: Some(&declarations),
        scope: &scope(),
        document: &document,
        observation: &observation,
        observation_hash: "",
        target: Target::Running,
        include_data: &BTreeSet::new(),
        capacity: &BTreeMap::new(),
        jobs: Jobs::default(),
        components: Components::default(),
    };
    let plan = plan(&request).expect("there is a plan");
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    assert!(plan.is_empty() && plan.unchanged == size, "{} operations", plan.operations.len());
    let megabytes = peak_memory();
    drop((declarations, document, observation, plan));
    let floor = median((0..3).map(|_| floor(&bytes)).collect());
    println!("{}", json!({"ms": milliseconds, "mb": megabytes, "floor": floor}));
    ExitCode::SUCCESS
}

/// Returns the time that this machine needs for the least that a plan has to do with this state, in milliseconds: parsing it
/// with serde_json, sorting its resources, and writing both what is recorded and what is declared.
fn floor(bytes: &[u8]) -> f64 {
    let start = Instant::now();
    let document: Value = serde_json::from_slice(bytes).expect("it is JSON");
    let resources = document["resources"].as_object().cloned().unwrap_or_else(Map::new);
    let mut sorted: Vec<(String, Value)> = resources.into_iter().collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    let recorded = serde_json::to_vec(&document).expect("it is data");
    let declared = serde_json::to_vec(&sorted).expect("it is data");
    assert!(recorded.len() + declared.len() > bytes.len());
    start.elapsed().as_secs_f64() * 1000.0
}

/// Returns the peak resident memory of this process in MB, from Linux.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().map_or(f64::NAN, |kilobytes| kilobytes / 1000.0)
}
