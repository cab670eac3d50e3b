//! From whatever went wrong to a message, a hint and an exit code.

use crate::stacks::ProgramError;
use serde::Serialize;

use crate::apply::Failure;
use crate::cli::plan_file::PlanFileError;
use crate::environment::{ConnectError, EnvironmentError, nearest};
use crate::state::StateError;
use ebbtide::stack::Problem;

/// Exit code: done.
pub(super) const DONE: u8 = 0;
/// Exit code: something failed; what was done is recorded.
pub(super) const FAILED: u8 = 1;
/// Exit code of `plan --detailed-exitcode`: there are changes.
pub(super) const CHANGES: u8 = 2;
/// Exit code: the command line cannot be understood (EX_USAGE; 2 is taken).
pub(super) const USAGE: u8 = 64;
/// Exit code: interrupted by Ctrl-C.
pub(super) const INTERRUPTED: u8 = 130;

/// Sorts of error; `--json` tells them by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ErrorKind {
    Usage,
    /// A stack, resource or output that does not exist.
    UnknownName,
    Project,
    Environment,
    Declaration,
    Connection,
    State,
    PlanFile,
    Refused,
    Interrupted,
    Apply,
    Output,
}

/// Why a command failed.
#[derive(Clone, Debug)]
pub(super) struct CommandError {
    pub(super) kind: ErrorKind,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) code: u8,
}

impl CommandError {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let code = match kind {
            ErrorKind::Usage => USAGE,
            ErrorKind::Interrupted => INTERRUPTED,
            ErrorKind::UnknownName
            | ErrorKind::Project
            | ErrorKind::Environment
            | ErrorKind::Declaration
            | ErrorKind::Connection
            | ErrorKind::State
            | ErrorKind::PlanFile
            | ErrorKind::Refused
            | ErrorKind::Apply
            | ErrorKind::Output => FAILED,
        };
        Self { kind, message: message.into(), hint: None, code }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A name that is not among the known ones.
    pub(super) fn unknown(what: &str, name: &str, known: &[String]) -> Self {
        let near = nearest(name, known.iter().map(String::as_str));
        let near = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        // A long list says no more than its beginning.
        let listed = known.iter().take(12).cloned().collect::<Vec<_>>().join(", ");
        let more = if known.len() > 12 { format!(" and {} more", known.len() - 12) } else { String::new() };
        let listed = if known.is_empty() { "there are none".to_owned() } else { format!("known: {listed}{more}") };
        Self::new(ErrorKind::UnknownName, format!("there is no {what} `{name}`{near} ({listed})"))
    }

    /// Everything that is wrong with a declared stack.
    pub(super) fn problems(stack: &str, problems: &[Problem]) -> Self {
        let told: Vec<_> = problems.iter().map(|problem| format!("  {problem}")).collect();
        let count = if problems.len() == 1 { "a problem".into() } else { format!("{} problems", problems.len()) };
        Self::new(ErrorKind::Declaration, format!("stack {stack} has {count}:\n{}", told.join("\n")))
            .hint("nothing was changed; correct the stack's code or its settings, `ebb validate` checks both")
    }

    /// A failed write of a file or of output.
    pub(super) fn io(act: &str, error: &std::io::Error) -> Self {
        Self::new(ErrorKind::Output, format!("cannot {act}: {error}"))
    }
}

impl From<EnvironmentError> for CommandError {
    fn from(error: EnvironmentError) -> Self {
        let kind = match &error {
            EnvironmentError::NoProject { .. } => ErrorKind::Project,
            EnvironmentError::Unknown { .. }
            | EnvironmentError::Unreadable { .. }
            | EnvironmentError::Invalid(_)
            | EnvironmentError::Program(_) => ErrorKind::Environment,
        };
        Self { hint: error.hint(), ..Self::new(kind, error.to_string()) }
    }
}

impl From<ConnectError> for CommandError {
    fn from(error: ConnectError) -> Self {
        Self { hint: error.hint(), ..Self::new(ErrorKind::Connection, error.to_string()) }
    }
}

impl From<StateError> for CommandError {
    fn from(error: StateError) -> Self {
        Self { hint: error.hint(), ..Self::new(ErrorKind::State, error.to_string()) }
    }
}

impl From<PlanFileError> for CommandError {
    fn from(error: PlanFileError) -> Self {
        Self::new(ErrorKind::PlanFile, error.to_string())
    }
}

impl From<ProgramError> for CommandError {
    fn from(error: ProgramError) -> Self {
        Self::new(ErrorKind::Declaration, error.to_string()).hint(error.hint())
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        let hint = failure.hint();
        let error = match &failure {
            Failure::State(_) => Self::new(ErrorKind::State, failure.to_string()),
            Failure::Problems(problems) => {
                let told: Vec<_> = problems.iter().map(|problem| format!("  {problem}")).collect();
                Self::new(ErrorKind::Declaration, format!("this cannot be applied:\n{}", told.join("\n")))
            }
            Failure::StalePlan(_) => Self::new(ErrorKind::PlanFile, failure.to_string()),
            Failure::Stopped => Self::new(ErrorKind::Interrupted, failure.to_string()),
            Failure::Journal(_) | Failure::Plan(_) | Failure::Resource { .. } | Failure::OtherAccount { .. } => {
                Self::new(ErrorKind::Apply, failure.to_string())
            }
        };
        Self { hint: hint.or(error.hint), ..error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let known = ["adeptai".to_owned(), "demo".to_owned()];
        let error = CommandError::unknown("stack", "adeptia", &known);
        assert_eq!(error.message, "there is no stack `adeptia`; did you mean `adeptai`? (known: adeptai, demo)");
        assert_eq!(error.code, FAILED);
    }

    #[test]
    fn usage_errors_have_a_code_of_their_own() {
        assert_eq!(CommandError::new(ErrorKind::Usage, "").code, USAGE);
        assert_eq!(CommandError::new(ErrorKind::Interrupted, "").code, INTERRUPTED);
        assert_ne!(USAGE, CHANGES);
    }
}
