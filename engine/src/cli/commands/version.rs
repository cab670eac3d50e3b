//! `ebb version`: prints the version, and the formats that it reads and writes.

use clap::Args;
use serde::Serialize;

use crate::apply::EVENT_FORMAT;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use ebbtide::cost::ledger::LEDGER_FORMAT;
use ebbtide::plan::PLAN_FORMAT;
use ebbtide::program::PROGRAM_FORMAT;
use ebbtide::record::STATE_FORMAT;

/// Prints the version, and the formats that it reads and writes
#[derive(Debug, Args)]
pub(in crate::cli) struct VersionArgs {}

#[derive(Serialize)]
struct VersionView {
    format: u32,
    version: &'static str,
    os: &'static str,
    arch: &'static str,
    /// Whether the embedded cloud is part of the program.
    embedded: bool,
    formats: Formats,
}

#[derive(Serialize)]
struct Formats {
    state: u32,
    plan: u32,
    program: u32,
    ledger: u32,
    events: u32,
}

pub(in crate::cli) fn run(context: &CommandContext, _arguments: &VersionArgs) -> Result<u8, CommandError> {
    let view = VersionView {
        format: OUTPUT_FORMAT,
        version: env!("CARGO_PKG_VERSION"),
        os: std::env::consts::OS,
        arch: std::env::consts::ARCH,
        embedded: cfg!(feature = "embedded"),
        formats: Formats {
            state: STATE_FORMAT,
            plan: PLAN_FORMAT,
            program: PROGRAM_FORMAT,
            ledger: LEDGER_FORMAT,
            events: EVENT_FORMAT,
        },
    };
    if context.output.is_json() {
        context.output.json(&view)?;
        return Ok(DONE);
    }
    let VersionView { version, os, arch, embedded, formats, .. } = view;
    let cloud = if embedded { "with" } else { "without" };
    let Formats { state, plan, program, ledger, events } = formats;
    context.output.result(&format!(
        "ebb {version} for {os} on {arch}, {cloud} the embedded cloud\n\
         formats: state {state}, plan {plan}, program {program}, ledger {ledger}, events {events}\n"
    ))?;
    Ok(DONE)
}
