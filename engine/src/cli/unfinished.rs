//! Messages about work that resources have accepted and that their deletion would lose.

use std::collections::BTreeSet;

use crate::apply::Unfinished;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::cli::output::{Output, count};
use ebbtide::plan::{Plan, Target};
use ebbtide::resource::Address;

/// Refuses a plan that would lose work, unless it may: `drop` names the resources whose work is given up. Prints the work
/// that is given up, and the resources of which it is not known.
pub(super) fn check(
    output: Output,
    unfinished: &Unfinished,
    drop: &BTreeSet<Address>,
    plan: &Plan,
) -> Result<(), CommandError> {
    let lost: Vec<_> = unfinished.work.iter().filter(|(address, _)| !drop.contains(address)).collect();
    if lost.is_empty() {
        for (address, work) in &unfinished.work {
            output.warn(&format!("warning: {address} is deleted with {work}"));
        }
        warn_unknown(output, unfinished);
        return Ok(());
    }
    let stack = &plan.scope.stack;
    let lines: Vec<_> = lost.iter().map(|(address, work)| format!("  {address}: {work}")).collect();
    let flags: Vec<_> = lost.iter().map(|(address, _)| format!("--drop-queued {address}")).collect();
    let resources = count(lost.len(), "resource");
    let message = format!("{resources} of {stack} would be deleted with unfinished work:\n{}", lines.join("\n"));
    let hint = format!(
        "nothing was changed. Wait until the work is done and run this again; CloudWatch shows that a minute or more later. \
         Or give it up with `{}`",
        flags.join(" ")
    );
    Err(CommandError::new(CommandErrorKind::Refused, message).hint(hint))
}

/// Says which work stands against a plan that is only shown.
pub(super) fn warn(output: Output, unfinished: &Unfinished, plan: &Plan) {
    if !unfinished.work.is_empty() {
        let (command, stack) = (command(plan.target), &plan.scope.stack);
        let lines: Vec<_> = unfinished.work.iter().map(|(address, work)| format!("  {address}: {work}")).collect();
        output.warn(&format!(
            "`ebb {command} {stack}` would refuse this plan, because these would be deleted with unfinished work:\n{}\nWait \
             until it is done, or give it up with `--drop-queued ADDRESS`",
            lines.join("\n")
        ));
    }
    warn_unknown(output, unfinished);
}

fn warn_unknown(output: Output, unfinished: &Unfinished) {
    for (address, why) in &unfinished.unknown {
        output.warn(&format!(
            "warning: it is not known whether {address} has unfinished work, which is lost with it: {why}"
        ));
    }
}

fn command(target: Target) -> &'static str {
    match target {
        Target::Running => "apply",
        Target::Paused => "pause",
        Target::Destroyed => "destroy",
    }
}
