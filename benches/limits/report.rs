//! Limits beside measurements.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::process::ExitCode;

/// The measurements so far.
#[derive(Default)]
pub struct Report {
    missed: usize,
}

impl Report {
    /// Prints a measurement beside its limit.
    pub fn limit(&mut self, what: &str, measured: f64, limit: f64, unit: &str) {
        let kept = measured <= limit;
        self.missed += usize::from(!kept);
        println!("{} {what}: {measured:.2} {unit} (limit {limit} {unit})", if kept { "kept  " } else { "MISSED" });
    }

    /// Prints a measurement that has no limit.
    pub fn note(&self, what: &str, text: &str) {
        println!("       {what}: {text}");
    }

    /// Prints the verdict and returns it as an exit code.
    pub fn finish(self) -> ExitCode {
        if self.missed == 0 {
            println!("all limits are kept");
            return ExitCode::SUCCESS;
        }
        println!("{} limits are missed", self.missed);
        ExitCode::FAILURE
    }
}

/// The median of measurements.
pub fn median(mut measured: Vec<f64>) -> f64 {
    measured.sort_by(f64::total_cmp);
    measured[measured.len() / 2]
}
