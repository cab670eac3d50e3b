//! The time of `ebb --version`, and the size of the binary.

use std::process::Command;
use std::time::Instant;

use crate::report::{Report, median};

const EBB: &str = env!("CARGO_BIN_EXE_ebb");

pub fn measure(report: &mut Report) {
    let start = || {
        let begun = Instant::now();
        let output = Command::new(EBB).arg("--version").output().expect("ebb starts");
        assert!(output.status.success());
        begun.elapsed().as_secs_f64() * 1000.0
    };
    start();
    report.limit("ebb --version, median of 30", median((0..30).map(|_| start()).collect()), 15.0, "ms");
    let size = std::fs::metadata(EBB).map(|file| file.len()).unwrap_or_default();
    report.note("size of the binary", &format!("{:.1} MB", size as f64 / 1e6));
}
