//! Destroying a stack of twenty thousand sleeping resources: no call to AWS, only records.

use std::process::Command;
use std::time::Instant;

use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::resource::Scope;

use crate::graph::document;
use crate::report::Report;

const EBB: &str = env!("CARGO_BIN_EXE_ebb");
const RESOURCES: usize = 20_000;
/// The account of the embedded cloud.
const ACCOUNT: &str = "123456789012";

pub fn measure(report: &mut Report) {
    let project = tempfile::tempdir().expect("a folder for the project");
    let path = |file: &str| project.path().join(file);
    std::fs::create_dir(path("environments")).expect("a folder for environments");
    std::fs::create_dir_all(path("state/bench")).expect("a folder for state");
    std::fs::write(path("environments/bench.toml"), "[aws]\nregion = \"eu-west-1\"\nembedded = true\n")
        .expect("the environment is written");
    let bytes = serde_json::to_vec(&asleep()).expect("a document is data");
    std::fs::write(path("state/bench/layers.json"), bytes).expect("state is written");

    let start = Instant::now();
    let destroy = ["destroy", "layers", "--yes", "--quiet", "--env", "bench"];
    let output = Command::new(EBB).current_dir(project.path()).args(destroy).output().expect("ebb starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    report.limit("destroy of 20,000 sleeping resources", start.elapsed().as_secs_f64(), 2.0, "s");
}

/// Returns the record of a stack that sleeps.
fn asleep() -> StateDocument {
    let mut document = document(RESOURCES);
    document.scope = Scope { account: ACCOUNT.to_owned(), ..document.scope };
    document.target = Target::Paused;
    document.resources.values_mut().for_each(|record| record.id = None);
    document
}
