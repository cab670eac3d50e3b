//! A plan without changes over a layered graph: 50 resources wide, three references each into the layer before.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use ebbtide::aws::ec2::VpcEndpoint;
use ebbtide::aws::kinds;
use ebbtide::plan::Target;
use ebbtide::planner::{Observation, Observed, Request, plan};
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, Input, LiveState, Readiness, Scope, resolve};
use ebbtide::stack::{Declarations, Stack};
use ebbtide_engine::state::{Keys, LocalBackend, LockOwner, StateStore};
use serde_json::{Value, json};

use crate::report::{Report, median};

/// Makes this program the child that makes a plan.
pub const CHILD: &str = "--child-plans";
const WIDE: usize = 50;

pub fn measure(report: &mut Report) {
    let mut each = Vec::new();
    for (size, milliseconds, megabytes) in
        [(1_000, Some(40.0), None), (5_000, None, None), (10_000, Some(250.0), Some(100.0)), (20_000, None, None)]
    {
        let folder = tempfile::tempdir().expect("a folder for state");
        let bytes = record(folder.path(), size);
        let runs: Vec<(f64, f64)> = (0..5).map(|_| in_a_child(folder.path(), size)).collect();
        let time = median(runs.iter().map(|run| run.0).collect());
        let memory = median(runs.iter().map(|run| run.1).collect());
        let what = format!("plan without changes, {size} resources");
        match milliseconds {
            Some(limit) => report.limit(&what, time, limit, "ms"),
            None => report.note(&what, &format!("{time:.2} ms")),
        }
        match megabytes {
            Some(limit) => report.limit(&format!("{what}, peak memory"), memory, limit, "MB"),
            None => report.note(&format!("{what}, peak memory"), &format!("{memory:.0} MB")),
        }
        report.note(&format!("state of {size} resources"), &format!("{:.2} MB", bytes as f64 / 1e6));
        each.push((size as f64, time, bytes as f64));
    }
    let (small, large) = (each[1], each[each.len() - 1]);
    let growth = |of: fn(&(f64, f64, f64)) -> f64| (of(&large) / large.0) / (of(&small) / small.0);
    report.limit("time a resource, 20,000 against 5,000", growth(|run| run.1), 1.3, "×");
    report.limit("state a resource, 20,000 against 5,000", growth(|run| run.2), 1.1, "×");
}

fn scope() -> Scope {
    Scope { environment: "bench".into(), stack: "layers".into(), region: "eu-west-1".into(), account: "1".repeat(12) }
}

fn name(index: usize) -> String {
    format!("r{index}")
}

/// Declares the graph, as the code of a stack would.
fn declare(size: usize) -> Declarations {
    let mut stack = Stack::new(scope(), std::collections::BTreeMap::new());
    for index in 0..size {
        let before = |offset: usize| {
            let layer = index / WIDE;
            let address = Address::new("ec2_vpc_endpoint", &name((layer - 1) * WIDE + (index + offset) % WIDE));
            Input::reference(address.expect("an address"), "vpc_endpoint_id")
        };
        let subnets = if index < WIDE { Vec::new() } else { (0..3).map(before).collect() };
        let mut endpoint = VpcEndpoint::interface("vpc-0123456789abcdef0", "sagemaker.runtime", subnets, Vec::new());
        if index < WIDE {
            endpoint.subnets = vec!["subnet-0123456789abcdef0".into()];
        }
        endpoint.security_groups = vec!["sg-0123456789abcdef0".into()];
        endpoint.private_dns = false;
        stack.add(&name(index), endpoint);
    }
    stack.finish().expect("the graph is declared")
}

/// Returns the record of the graph once it is applied.
pub fn document(size: usize) -> StateDocument {
    let declarations = declare(size);
    let now = "2026-01-01T00:00:00Z".parse().expect("a time");
    let mut document = StateDocument::empty(scope(), now, "lineage".into(), "key".into());
    document.serial = 1;
    document.target = Target::Running;
    for (address, declaration) in &declarations.resources {
        let output = |name: &str| json!(format!("vpce-{name:0>17}"));
        let (inputs, _) = resolve(&declaration.inputs, &|reference| Some(output(reference.address.name())));
        let mut record = ResourceRecord {
            id: output(address.name()).as_str().map(str::to_owned),
            inputs,
            outputs: json!({"vpc_endpoint_id": output(address.name()), "dns_name": ""}),
            depends_on: declaration.depends_on.clone(),
            ..ResourceRecord::blank(1)
        };
        record.declare(&declaration.inputs);
        document.resources.insert(address.clone(), record);
    }
    document
}

/// Records the graph as if it had been applied. Returns the size of the state in bytes.
fn record(folder: &Path, size: usize) -> u64 {
    let document = document(size);
    let state = state(folder);
    let owner = LockOwner { by: "bench".into(), process: 0, command: "bench".into(), since: document.since };
    block_on(async {
        let mut writer = state.acquire(owner).await.expect("the lock is free");
        writer.commit(&document).await.expect("state is written");
    });
    std::fs::metadata(folder.join("bench/layers.json")).map(|file| file.len()).unwrap_or_default()
}

fn state(folder: &Path) -> StateStore {
    StateStore::new(Box::new(LocalBackend::new(folder, "bench", "layers")), "bench", "layers", Keys::default())
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn in_a_child(folder: &Path, size: usize) -> (f64, f64) {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program).arg(CHILD).arg(folder).arg(size.to_string()).output().expect("the child runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let measured: Value = serde_json::from_slice(&output.stdout).expect("the child prints JSON");
    (measured["ms"].as_f64().unwrap_or(f64::MAX), measured["mb"].as_f64().unwrap_or(f64::MAX))
}

/// Declares, reads state, compares it with the observation, and plans. Prints the time that it took and the peak memory.
#[allow(clippy::print_stdout, reason = "the parent reads it")]
pub fn child(arguments: &[String]) -> ExitCode {
    let [folder, size] = arguments else { return ExitCode::FAILURE };
    let size = size.parse().expect("a number");
    let start = Instant::now();
    let declarations = declare(size);
    let (document, _) = block_on(state(Path::new(folder)).read()).expect("state is read").expect("there is state");
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
        target: Target::Running,
        include_data: &BTreeSet::new(),
    };
    let plan = plan(&request).expect("there is a plan");
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    assert!(plan.is_empty() && plan.unchanged == size, "{} operations", plan.operations.len());
    println!("{}", json!({"ms": milliseconds, "mb": peak_memory()}));
    ExitCode::SUCCESS
}

/// Returns the peak resident memory of this process in MB, from Linux.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().map_or(f64::NAN, |kilobytes| kilobytes / 1000.0)
}
