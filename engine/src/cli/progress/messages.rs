//! Events and summaries as text.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use owo_colors::OwoColorize as _;

use crate::apply::{Event, Finished, Warning};
use crate::cli::components::with_asleep;
use crate::cli::output::{count, listed};
use ebbtide::plan::OperationKind;
use ebbtide::resource::Address;

/// How many resources of a list are named.
const LISTED: usize = 5;

/// Returns the participle of an operation in progress: `creating`, …
pub(super) fn doing(operation: OperationKind) -> &'static str {
    match operation {
        OperationKind::Create => "creating",
        OperationKind::Update => "updating",
        OperationKind::Replace => "replacing",
        OperationKind::Delete => "deleting",
        OperationKind::Sleep => "putting to sleep",
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
        OperationKind::Sleep => "put to sleep",
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

/// Returns how long ago an instant was, in the largest unit; `None` within two minutes.
pub(in crate::cli) fn age(now: Timestamp, then: Timestamp) -> Option<String> {
    let minutes = now.duration_since(then).as_mins();
    Some(match minutes {
        ..=1 => return None,
        2..=119 => format!("{minutes} min"),
        120..=2879 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / (24 * 60)),
    })
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
        Event::Warning(Warning { address, policy, message, hint }) => {
            let address = address.as_ref().map(|address| format!("{address}: ")).unwrap_or_default();
            let policy = policy.as_ref().map(|policy| format!(" (policy {policy})")).unwrap_or_default();
            format!("{} {address}{message}{policy}\n  {} {hint}", "warning:".yellow().bold(), "next:".cyan())
        }
        Event::TagsWritten { resources } => format!("wrote the ownership tags of {}", count(*resources, "resource")),
        Event::TagsFailed { address, error } => {
            format!("{address}: cannot write its ownership tags, which the next run does: {error}")
        }
        Event::LedgerFailed { error } => {
            format!("{} cannot write the ledger of costs, which the next run does: {error}", "warning:".yellow().bold())
        }
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
        Event::WaitingForCapacity { addresses, after_ms, until } => format!(
            "{} {}: trying again in {}, until {}",
            "no capacity for".yellow().bold(),
            listed(addresses, LISTED),
            duration(*after_ms),
            clock_time(*until)
        ),
        Event::WaitingForStack { command, by, since } => format!(
            "{} `ebb {command}` of {by} holds the stack since {}",
            "waiting:".yellow().bold(),
            clock_time(*since)
        ),
        Event::Interrupted { in_flight, time_over: true } => format!(
            "{} nothing new is started; {} in flight {} a few seconds to finish",
            "time limit:".yellow().bold(),
            count(*in_flight, "operation"),
            if *in_flight == 1 { "has" } else { "have" }
        ),
        Event::Interrupted { in_flight, time_over: false } => format!(
            "{} {} in flight will be finished and recorded, nothing new is started (Ctrl-C again stops at once, which is safe)",
            "interrupted:".yellow().bold(),
            count(*in_flight, "operation")
        ),
        Event::Observing { .. }
        | Event::Preflight { .. }
        | Event::Started { .. }
        | Event::Progress { .. }
        | Event::OperationStarted { .. }
        | Event::OperationSkipped { .. }
        | Event::OperationWaiting { .. }
        | Event::Finished(_) => return None,
    })
}

/// An operation that was not started, and why.
pub(super) struct Skipped {
    pub(super) address: Address,
    pub(super) operation: OperationKind,
    pub(super) because: String,
}

/// Returns the operations that were not started as lines: one by one if they are few.
pub(super) fn skipped_lines(skipped: &[Skipped]) -> Vec<String> {
    const FEW: usize = 3;
    let head = "not started:".yellow().to_string();
    if skipped.len() <= FEW {
        let line = |one: &Skipped| format!("{head} {} {}: {}", doing(one.operation), one.address, one.because);
        return skipped.iter().map(line).collect();
    }
    let interrupted = |one: &&Skipped| one.because.contains("interrupted");
    let (because, others): (Vec<&Skipped>, Vec<&Skipped>) = skipped.iter().partition(interrupted);
    let why = match (because.is_empty(), others.iter().find(|one| skipped.iter().all(|two| !one.waits_for(two)))) {
        (false, _) => "the run was interrupted".to_owned(),
        (true, Some(first)) => first.because.clone(),
        (true, None) => "operations before them are not done".to_owned(),
    };
    let addresses: Vec<Address> = skipped.iter().map(|one| one.address.clone()).collect();
    vec![format!("{head} {}, since {why}: {}", count(skipped.len(), "operation"), listed(&addresses, LISTED))]
}

impl Skipped {
    /// Returns whether the reason is another operation that was not started.
    fn waits_for(&self, other: &Self) -> bool {
        self.because.contains(&format!("of {} comes", other.address))
    }
}

/// Returns the time that is left as text; nothing if it is over already.
pub(super) fn left(milliseconds: u64) -> String {
    match milliseconds.div_ceil(1000) {
        0 => String::new(),
        seconds @ 1..=90 => format!("about {seconds} s left"),
        seconds => format!("about {} min left", seconds.div_ceil(60)),
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
        (finished.summary.sleep, "put to sleep"),
        (finished.summary.delete, "deleted"),
        (finished.summary.forget, "forgotten"),
        (finished.failed, "failed"),
        (finished.skipped, "not started"),
        (kept, "kept"),
    ];
    let parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, done)| format!("{count} {done}")).collect();
    let operations = if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") };
    let target = with_asleep(finished.target, &finished.asleep);
    let headline = format!("{} in {} is {target}", finished.stack, finished.environment);
    let headline = if finished.success {
        headline.green().bold().to_string()
    } else {
        format!("{} in {} is not {target} yet", finished.stack, finished.environment).red().bold().to_string()
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
    fn many_operations_that_were_not_started_are_one_line() {
        let skipped = |number: usize, because: &str| -> Vec<Skipped> {
            let one = |index| Skipped {
                address: format!("ec2_subnet.s{index}").parse().unwrap(),
                operation: OperationKind::Create,
                because: because.to_owned(),
            };
            (0..number).map(one).collect()
        };
        let lines = |number, because| -> Vec<String> {
            let lines = skipped_lines(&skipped(number, because));
            lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect()
        };
        assert_eq!(lines(1, "why"), ["not started: creating ec2_subnet.s0: why"]);
        assert_eq!(
            lines(7, "the run was interrupted"),
            [
                "not started: 7 operations, since the run was interrupted: ec2_subnet.s0, ec2_subnet.s1, ec2_subnet.s2, ec2_subnet.s3, \
              ec2_subnet.s4 and 2 more"
            ]
        );
        assert!(lines(5, "the create of ec2_vpc.main comes before it and is not done")[0].contains("of ec2_vpc.main"));
    }

    #[test]
    fn the_time_that_is_left_is_rough() {
        assert_eq!(
            [0, 1, 90_000, 91_000, 600_000].map(left),
            ["", "about 1 s left", "about 90 s left", "about 2 min left", "about 10 min left"]
        );
    }

    #[test]
    fn an_age_has_one_unit() {
        let then = Timestamp::UNIX_EPOCH;
        let age = |minutes: i64| age(then + jiff::SignedDuration::from_mins(minutes), then);
        assert_eq!(
            [0, 1, 2, 119, 120, 2880].map(age),
            [
                None,
                None,
                Some("2 min".to_owned()),
                Some("119 min".to_owned()),
                Some("2 h".to_owned()),
                Some("2 days".to_owned())
            ]
        );
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
