//! Messages about what the resources of a plan need and is not there.

use std::collections::BTreeSet;

use crate::apply::MissingThings;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::cli::output::{Output, count};
use ebbtide::plan::Plan;
use ebbtide::resource::Address;

/// Returns one line for each thing, with the command that brings it.
fn lines(missing: &MissingThings) -> String {
    let things = missing.iter().flat_map(|(address, things)| things.iter().map(move |thing| (address, thing)));
    let line = |(address, thing): (&Address, &crate::providers::Missing)| {
        format!("  {address}: {}\n    {}", thing.problem, thing.remedy)
    };
    things.map(line).collect::<Vec<_>>().join("\n")
}

/// Returns the error of an apply that would fail for want of these things.
pub(super) fn refusal(missing: &MissingThings, plan: &Plan) -> CommandError {
    let stack = &plan.scope.stack;
    let wanting = count(missing.len(), "resource");
    let message = format!("{wanting} of {stack} cannot be created yet:\n{}", lines(missing));
    let hint = format!(
        "nothing was changed. Run the commands above and apply again. If a bucket does not exist yet, \
         `ebb apply {stack} --without-missing` makes it, with everything else that can do without these"
    );
    CommandError::new(CommandErrorKind::Refused, message).hint(hint)
}

/// Says what a plan needs before it can be applied.
pub(super) fn warn(output: Output, missing: &MissingThings, stack: &str) {
    output.warn(&format!(
        "An apply would refuse this plan, because these are missing:\n{}\nRun the commands above, or apply the rest with \
         `--without-missing`: `ebb apply {stack} --without-missing`",
        lines(missing)
    ));
}

/// Says what a plan that was made after a wait for capacity needs.
pub(super) fn warn_after_wait(output: Output, missing: &MissingThings) {
    output.warn(&format!("Not tried again, because these are missing by now:\n{}", lines(missing)));
}

/// Says what was left out, and how it is brought.
pub(super) fn note_left_out(output: Output, missing: &MissingThings, held: &BTreeSet<Address>, stack: &str) {
    output.warn(&format!(
        "{} left out, because these are missing:\n{}\nRun the commands above, then `ebb apply {stack}`",
        count(held.len(), "resource"),
        lines(missing)
    ));
}
