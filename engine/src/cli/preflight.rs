//! Messages about the checks before the first change of a plan.

use std::collections::BTreeSet;

use owo_colors::OwoColorize as _;

use crate::apply::{Checks, Event, MissingThings, Preflight};
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::cli::output::{Output, count, listed};
use crate::cli::progress::Progress;
use crate::preflight::Finding;
use clap::Args;
use ebbtide::plan::Plan;
use ebbtide::resource::Address;

/// The flag that leaves out checks.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(super) struct PreflightArg {
    /// Leaves out the checks of quotas, zones and permissions, which AWS may know better than they say
    #[arg(long)]
    pub(super) no_preflight: bool,
}

impl PreflightArg {
    /// Returns the checks to make.
    pub(super) fn checks(self) -> Checks {
        if self.no_preflight { Checks::Needs } else { Checks::All }
    }
}

/// How many addresses of a finding are named.
const NAMED: usize = 3;

/// Returns the addresses that a finding is about, for the beginning of its line.
fn about(addresses: &[Address]) -> String {
    if addresses.is_empty() { String::new() } else { format!("{}: ", listed(addresses, NAMED)) }
}

/// Returns one line for each finding, with what helps.
fn lines<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let line = |finding: &Finding| {
        let remedy = finding.remedy.as_ref().map(|remedy| format!("\n    {remedy}")).unwrap_or_default();
        format!("  {}{}{remedy}", about(&finding.addresses), finding.message)
    };
    findings.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn missing_lines(missing: &MissingThings) -> String {
    let preflight = Preflight { missing: missing.clone(), findings: Vec::new() };
    lines(&preflight.all())
}

/// Reports what the checks found, and refuses a plan that would fail.
pub(super) fn check(
    output: Output,
    progress: &Progress,
    preflight: &Preflight,
    plan: &Plan,
) -> Result<(), CommandError> {
    let findings = preflight.all();
    if findings.is_empty() {
        return Ok(());
    }
    progress.clear();
    let is_refused = findings.iter().any(Finding::is_error);
    if output.is_json() {
        output.json(&Event::Preflight { findings })?;
    }
    warn(output, preflight);
    if is_refused { Err(refusal(preflight, plan)) } else { Ok(()) }
}

/// Returns the error of an apply that the findings refuse.
fn refusal(preflight: &Preflight, plan: &Plan) -> CommandError {
    let stack = &plan.scope.stack;
    let errors: Vec<Finding> = preflight.all().into_iter().filter(Finding::is_error).collect();
    let what = match preflight.has_other_errors() {
        true => format!("{stack} cannot be brought up as planned, for {}", reasons(errors.len())),
        false => format!("{} of {stack} cannot be created yet", count(preflight.missing.len(), "resource")),
    };
    let mut hint = "nothing was changed. Run the commands above and apply again".to_owned();
    if !preflight.missing.is_empty() {
        hint.push_str(&format!(
            ". If a bucket does not exist yet, `ebb apply {stack} --without-missing` makes it, with everything else that can do \
             without these"
        ));
    }
    if errors.iter().any(|finding| finding.may_pass) {
        hint.push_str(". `--wait` waits for instances that others use");
    }
    if preflight.has_other_errors() {
        hint.push_str(". `--no-preflight` tries it all the same, should AWS know better");
    }
    CommandError::new(CommandErrorKind::Refused, format!("{what}:\n{}", lines(&errors))).hint(hint)
}

fn reasons(number: usize) -> String {
    if number == 1 { "1 reason".to_owned() } else { format!("{number} reasons") }
}

/// Says what stands against a plan that is only shown.
pub(super) fn warn_plan(output: Output, preflight: &Preflight, stack: &str) {
    let all = preflight.all();
    if !preflight.has_other_errors() && !preflight.missing.is_empty() {
        output.warn(&format!(
            "An apply would refuse this plan, because these are missing:\n{}\nRun the commands above, or apply the rest with \
             `--without-missing`: `ebb apply {stack} --without-missing`",
            missing_lines(&preflight.missing)
        ));
    } else if all.iter().any(Finding::is_error) {
        let errors = all.iter().filter(|finding| finding.is_error());
        output.warn(&format!("An apply would refuse this plan:\n{}", lines(errors)));
    }
    warn(output, preflight);
}

/// Says what may fail, and what could not be checked.
fn warn(output: Output, preflight: &Preflight) {
    for finding in preflight.findings.iter().filter(|finding| !finding.is_error()) {
        let remedy = finding.remedy.as_ref().map(|remedy| format!("\n  {} {remedy}", "next:".cyan()));
        let text = format!("{}{}{}", about(&finding.addresses), finding.message, remedy.unwrap_or_default());
        output.warn(&format!("{} {text}", "warning:".yellow().bold()));
    }
}

/// Says what a plan that was made after a wait for capacity needs.
pub(super) fn warn_after_wait(output: Output, missing: &MissingThings) {
    output.warn(&format!("Not tried again, because these are missing by now:\n{}", missing_lines(missing)));
}

/// Says what was left out, and how it is brought.
pub(super) fn note_left_out(output: Output, missing: &MissingThings, held: &BTreeSet<Address>, stack: &str) {
    output.warn(&format!(
        "{} left out, because these are missing:\n{}\nRun the commands above, then `ebb apply {stack}`",
        count(held.len(), "resource"),
        missing_lines(missing)
    ));
}
