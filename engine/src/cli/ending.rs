//! The end of a command that changes a stack: its exit code, and the next step if the target was not reached.

use crate::apply::Finished;
use crate::cli::error::{DONE, FAILED, INTERRUPTED};
use crate::cli::output::{Output, count};
use crate::cli::progress::duration;
use crate::control::{Ended, Reached};

/// The command that ended.
pub(super) struct Command {
    /// The command line that does the same again.
    pub(super) again: String,
    /// Whether it takes `--wait`.
    pub(super) can_wait: bool,
    /// Whether Ctrl-C was pressed.
    pub(super) interrupted: bool,
    /// Whether the time limit was over.
    pub(super) time_over: bool,
}

/// Returns the exit code of a command, and prints what to do next if it did not reach its target.
pub(super) fn exit_code(output: Output, command: &Command, reached: &Reached) -> u8 {
    let Reached { finished, ended } = reached;
    if finished.success {
        return DONE;
    }
    let outcome = match ended {
        _ if command.time_over && (finished.failed == 0 || matches!(ended, Ended::Interrupted)) => {
            "the time limit of `--timeout` is over".to_owned()
        }
        Ended::Interrupted => "interrupted while it waited for capacity".to_owned(),
        _ if command.interrupted && finished.failed == 0 => "interrupted".to_owned(),
        _ => failures(finished),
    };
    let waited = match finished.waited_ms {
        0 => String::new(),
        waited => format!(", after a wait of {} for capacity", duration(waited)),
    };
    let hint = hint(command, reached);
    output.warn(&format!("error: {outcome}, {} not started{waited}\nhint: {hint}", finished.skipped));
    if command.interrupted { INTERRUPTED } else { FAILED }
}

fn failures(finished: &Finished) -> String {
    let why = if finished.lacks_capacity() { " for lack of capacity" } else { "" };
    let unread = finished.unread.len();
    match (finished.failed, unread) {
        (failed, 0) => format!("{} failed{why}", count(failed, "operation")),
        (0, unread) => format!("{} could not be read", count(unread, "resource")),
        (failed, unread) => {
            format!("{} failed, {} could not be read", count(failed, "operation"), count(unread, "resource"))
        }
    }
}

fn hint(command: &Command, Reached { finished, ended }: &Reached) -> String {
    let again = &command.again;
    match ended {
        Ended::Changed(addresses) => {
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            format!(
                "more is to be done by now than was confirmed, of {}: run `{again}` again, which shows the new plan",
                addresses.join(", ")
            )
        }
        Ended::Finished if command.can_wait && !command.interrupted && finished.lacks_capacity() => format!(
            "run `{again}` again later, or `{again} --wait 2h`, which tries again until there is capacity: what was done is \
             recorded"
        ),
        Ended::Finished | Ended::TimeOver | Ended::Interrupted | Ended::Missing(_) => {
            format!("run `{again}` again: what was done is recorded")
        }
    }
}
