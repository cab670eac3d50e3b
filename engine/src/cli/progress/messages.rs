//! Events and summaries as text.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use owo_colors::OwoColorize as _;

use crate::apply::{Event, Finished, Warning};
use crate::cli::output::count;
use ebbtide::plan::{OperationKind, Target};
use ebbtide::resource::Address;

/// Returns the participle of an operation in progress: `creating`, …
pub(super) fn doing(operation: OperationKind) -> &'static str {
    match operation {
        OperationKind::Create => "creating",
        OperationKind::Update => "updating",
        OperationKind::Replace => "replacing",
        OperationKind::Delete => "deleting",
        OperationKind::Forget => "forgetting",
        OperationKind::Run => "running",
        OperationKind::Watch => "watching",
    }
}

/// Returns the participle of a finished operation: `created`, …
fn done(operation: OperationKind) -> &'static str {
    match operation {
        OperationKind::Create => "created",
        OperationKind::Update => "updated",
        OperationKind::Replace => "replaced",
        OperationKind::Delete => "deleted",
        OperationKind::Forget => "forgot",
        OperationKind::Run => "ran",
        OperationKind::Watch => "saw the end of",
    }
}

/// Returns milliseconds as text for people.
pub(in crate::cli) fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    if seconds < 60 {
        format!("{seconds}.{} s", milliseconds % 1000 / 100)
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// Returns an event as a line; `None` if only live lines show it.
pub(super) fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::Recovering { command, by, started } => {
            format!("an earlier `ebb {command}` by {by}, started {started:.0}, was cut off; looking up what it did")
        }
        Event::Recovered { address, finding } => format!("  {address}: {finding}"),
        Event::ElsewhereUnknown { error } => format!(
            "cannot see whether another state has resources of this stack, as after a lost state or in another checkout (it \
             needs tag:GetResources); going on: {error}"
        ),
        Event::Warning(Warning { address, message, hint }) => {
            format!("{} {address}: {message}\n  {} {hint}", "warning:".yellow().bold(), "next:".cyan())
        }
        Event::TagsWritten { resources } => format!("wrote the ownership tags of {}", count(*resources, "resource")),
        Event::TagsFailed { address, error } => {
            format!("{address}: cannot write its ownership tags, which the next run does: {error}")
        }
        Event::LedgerFailed { error } => {
            format!("{} cannot write the ledger of costs, which the next run does: {error}", "warning:".yellow().bold())
        }
        Event::OperationStarted { address, operation, .. } => format!("{} {address} …", doing(*operation)),
        Event::OperationRetrying { address, error, after_ms, .. } => {
            format!("{address}: {} (retrying in {})", error.yellow(), duration(*after_ms))
        }
        Event::OperationDone { address, operation, superseded, took_ms, .. } => {
            let old = if *superseded { "the old " } else { "" };
            format!("{} {old}{address} in {}", done(*operation).green(), duration(*took_ms))
        }
        Event::OperationFailed { address, operation, call, error, request_id, hint, .. } => {
            let mut text = format!("{} {} {address}: ", "failed".red().bold(), doing(*operation));
            if let Some(call) = call.as_ref().filter(|call| !error.starts_with(call.as_str())) {
                let _ = write!(text, "{call}: ");
            }
            text.push_str(error);
            if let Some(request) = request_id.as_ref().filter(|request| !error.contains(request.as_str())) {
                let _ = write!(text, " (request {request})");
            }
            if let Some(hint) = hint {
                let _ = write!(text, "\n  {} {hint}", "next:".cyan());
            }
            text
        }
        Event::Unreadable { address, error, hint, .. } => {
            let mut text = format!("{} {address}: {error}; it counts as recorded", "cannot read".red().bold());
            if let Some(hint) = hint {
                let _ = write!(text, "\n  {} {hint}", "next:".cyan());
            }
            text
        }
        Event::OperationSkipped { address, operation, because, .. } => {
            format!("{} {} {address}: {because}", "not started:".yellow(), doing(*operation))
        }
        Event::WaitingForCapacity { addresses, after_ms, until } => format!(
            "{} {}: trying again in {}, until {}",
            "no capacity for".yellow().bold(),
            listed(addresses),
            duration(*after_ms),
            clock_time(*until)
        ),
        Event::Interrupted { in_flight } => format!(
            "{} {} in flight will be finished and recorded, nothing new is started (Ctrl-C again stops at once, which is safe)",
            "interrupted:".yellow().bold(),
            count(*in_flight, "operation")
        ),
        Event::Observing { .. } | Event::Started { .. } | Event::OperationWaiting { .. } | Event::Finished(_) => {
            return None;
        }
    })
}

/// Returns the first of a list of resources as text.
fn listed(addresses: &[Address]) -> String {
    const LISTED: usize = 5;
    let first: Vec<String> = addresses.iter().take(LISTED).map(ToString::to_string).collect();
    match addresses.len().saturating_sub(LISTED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Returns the local time of day of an instant.
pub(super) fn clock_time(instant: Timestamp) -> String {
    instant.to_zoned(TimeZone::system()).strftime("%H:%M").to_string()
}

/// Returns how a run ended; `kept` resources stayed although the target would delete them.
pub(in crate::cli) fn summary(finished: &Finished, kept: usize) -> String {
    let counts = [
        (finished.summary.create, "created"),
        (finished.summary.run, "run"),
        (finished.summary.watch, "watched to the end"),
        (finished.summary.update, "updated"),
        (finished.summary.replace, "replaced"),
        (finished.summary.delete, if finished.target == Target::Paused { "put to sleep" } else { "deleted" }),
        (finished.summary.forget, "forgotten"),
        (finished.failed, "failed"),
        (finished.skipped, "not started"),
        (kept, "kept"),
    ];
    let parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, done)| format!("{count} {done}")).collect();
    let operations = if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") };
    let headline = format!("{} in {} is {}", finished.stack, finished.environment, finished.target);
    let headline = if finished.success {
        headline.green().bold().to_string()
    } else {
        format!("{} in {} is not {} yet", finished.stack, finished.environment, finished.target)
            .red()
            .bold()
            .to_string()
    };
    let mut text = format!("\n{headline}: {operations}, in {}.\n", duration(finished.took_ms));
    if !finished.longest.is_empty() {
        let longest: Vec<_> = finished
            .longest
            .iter()
            .take(3)
            .map(|longest| format!("{} {} {}", done(longest.operation), longest.address, duration(longest.took_ms)))
            .collect();
        let _ = writeln!(text, "Longest: {}", longest.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (milliseconds, text) in [(0, "0.0 s"), (340, "0.3 s"), (59_999, "59.9 s"), (65_000, "1 min 05 s")] {
            assert_eq!(duration(milliseconds), text);
        }
    }

    #[test]
    fn a_failure_names_address_call_request_and_the_next_step() {
        let event = Event::OperationFailed {
            id: 0,
            address: "ec2_vpc.main".parse().unwrap(),
            operation: OperationKind::Create,
            call: Some("ec2:CreateVpc".into()),
            error: "VpcLimitExceeded: too many".into(),
            request_id: Some("r-1".into()),
            hint: Some("ask for more".into()),
        };
        let text = anstream::adapter::strip_str(&line(&event).unwrap()).to_string();
        assert_eq!(
            text,
            "failed creating ec2_vpc.main: ec2:CreateVpc: VpcLimitExceeded: too many (request r-1)\n  next: ask for more"
        );
    }
}
