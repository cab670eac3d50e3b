//! Errors of commands: a message with its causes, a hint, and an exit code.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::apply::Failure;
use crate::cli::plan_file_error::PlanFileError;
use crate::environment::{ConnectError, EnvironmentError, Fault, InvalidPlace, nearest};
use crate::sdk::Hint as _;
use crate::stacks::ProgramError;
use crate::state::StateError;
use ebbtide::stack::{Problem, Violation};

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

/// The sorts of error, as `--json` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CommandErrorKind {
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
    /// A call of the command itself that AWS refused, or did not answer.
    Call,
    /// The model behind an endpoint answered with an error.
    Model,
    Output,
}

/// One of the mistakes that an error reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The rule that it breaks: `environment`, `declaration`, `policy/NAME`.
    pub(super) rule: String,
    /// A place in a file, the address of a resource, or the name of a stack.
    pub(super) at: Option<String>,
    pub(super) message: String,
}

/// The error of a command. Its `Display` form is the message followed by the causes that the message does not contain.
#[derive(Clone, Debug)]
pub(super) struct CommandError {
    pub(super) kind: CommandErrorKind,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) code: u8,
    /// Whether a stack lacks settings in an environment that has none for it.
    pub(super) unsettled: bool,
    /// The mistakes one by one, where there may be several.
    pub(super) findings: Vec<Finding>,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl CommandError {
    pub(super) fn new(kind: CommandErrorKind, message: impl Into<String>) -> Self {
        let code = match kind {
            CommandErrorKind::Usage => USAGE,
            CommandErrorKind::Interrupted => INTERRUPTED,
            CommandErrorKind::UnknownName
            | CommandErrorKind::Project
            | CommandErrorKind::Environment
            | CommandErrorKind::Declaration
            | CommandErrorKind::Connection
            | CommandErrorKind::State
            | CommandErrorKind::PlanFile
            | CommandErrorKind::Refused
            | CommandErrorKind::Apply
            | CommandErrorKind::Call
            | CommandErrorKind::Model
            | CommandErrorKind::Output => FAILED,
        };
        Self { kind, message: message.into(), hint: None, code, unsettled: false, findings: Vec::new(), cause: None }
    }

    /// Adds advice on what to do next.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the error that led to this one.
    pub(super) fn caused_by(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }

    /// Returns the error for an attempt of the command itself that failed: "cannot `act`".
    pub(super) fn failed(act: &str, cause: impl Error + Send + Sync + 'static) -> Self {
        Self::new(CommandErrorKind::Output, format!("cannot {act}")).caused_by(cause)
    }

    /// Returns the error for a name that is not among the known ones.
    pub(super) fn unknown(what: &str, name: &str, known: &[String]) -> Self {
        let near = nearest(name, known.iter().map(String::as_str));
        let near = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        // The beginning of a long list is as helpful as all of it.
        let listed = known.iter().take(12).cloned().collect::<Vec<_>>().join(", ");
        let more = if known.len() > 12 { format!(" and {} more", known.len() - 12) } else { String::new() };
        let listed = if known.is_empty() { "there are none".to_owned() } else { format!("known: {listed}{more}") };
        Self::new(CommandErrorKind::UnknownName, format!("there is no {what} `{name}`{near} ({listed})"))
    }

    /// Returns the error for a stack without a record.
    pub(super) fn nothing_recorded(kind: CommandErrorKind, stack: &str, environment: &str) -> Self {
        Self::new(kind, format!("nothing is recorded of {stack} in {environment}"))
    }

    /// Returns the error for all problems of a declared stack.
    pub(super) fn problems(stack: &str, problems: &[Problem]) -> Self {
        let count = if problems.len() == 1 { "a problem".into() } else { format!("{} problems", problems.len()) };
        let error =
            Self::new(CommandErrorKind::Declaration, format!("stack {stack} has {count}:\n{}", lines(problems)))
                .hint("nothing was changed; correct the stack's code or its settings (`ebb validate` checks both)");
        let finding = |problem: &Problem| Finding {
            rule: "declaration".to_owned(),
            at: Some(problem.at.clone()),
            message: Problem { at: String::new(), ..problem.clone() }.to_string().trim_start_matches(": ").to_owned(),
        };
        Self { findings: problems.iter().map(finding).collect(), ..error }
    }

    /// Returns the error for a stack that violates mandatory policies.
    pub(super) fn violations(stack: &str, violations: &[&Violation]) -> Self {
        let line =
            |found: &&Violation| format!("  {}: {} (policy {}): {}", found.at, found.message, found.policy, found.hint);
        let lines: Vec<String> = violations.iter().map(line).collect();
        let number = if violations.len() == 1 { "a policy" } else { "policies" };
        let message = format!("stack {stack} violates {number}:\n{}", lines.join("\n"));
        let finding = |found: &&Violation| Finding {
            rule: format!("policy/{}", found.policy),
            at: Some(found.at.clone()),
            message: format!("{}: {}", found.message, found.hint),
        };
        let error = Self::new(CommandErrorKind::Declaration, message).hint(
            "nothing was changed; correct the declaration, or let the policy except it with `except(ADDRESS, REASON)`",
        );
        Self { findings: violations.iter().map(finding).collect(), ..error }
    }

    /// Returns the error for one of a lower layer, which becomes the cause.
    fn from_lower(kind: CommandErrorKind, error: impl Error + Send + Sync + 'static, hint: Option<String>) -> Self {
        Self { hint, ..Self::new(kind, error.to_string()).caused_by(error) }
    }
}

/// Returns one indented line for each problem.
fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n")
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.message.clone();
        for cause in std::iter::successors(self.source(), |cause| (*cause).source()) {
            let cause = cause.to_string();
            // Many errors name their cause in their own message.
            if !text.contains(&cause) {
                text.push_str(": ");
                text.push_str(&cause);
            }
        }
        f.write_str(&text)
    }
}

impl Error for CommandError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.cause.as_deref()?)
    }
}

impl From<EnvironmentError> for CommandError {
    fn from(error: EnvironmentError) -> Self {
        let kind = match &error {
            EnvironmentError::NoProject { .. } => CommandErrorKind::Project,
            EnvironmentError::Unknown { .. }
            | EnvironmentError::Unreadable { .. }
            | EnvironmentError::Invalid(_)
            | EnvironmentError::InvalidProject(_)
            | EnvironmentError::Program(_) => CommandErrorKind::Environment,
        };
        let findings = match &error {
            EnvironmentError::Invalid(faults) | EnvironmentError::InvalidProject(faults) => {
                let finding = |fault: &Fault| Finding {
                    rule: "environment".to_owned(),
                    at: Some(fault.location.to_string()),
                    message: fault.message.clone(),
                };
                faults.iter().map(finding).collect()
            }
            _ => Vec::new(),
        };
        let hint = error.hint();
        Self { findings, ..Self::from_lower(kind, error, hint) }
    }
}

impl From<ProgramError> for CommandError {
    fn from(error: ProgramError) -> Self {
        let hint = error.hint();
        Self::from_lower(CommandErrorKind::Declaration, error, Some(hint))
    }
}

impl From<ConnectError> for CommandError {
    fn from(error: ConnectError) -> Self {
        let hint = error.hint();
        Self::from_lower(CommandErrorKind::Connection, error, hint)
    }
}

impl From<InvalidPlace> for CommandError {
    fn from(error: InvalidPlace) -> Self {
        let hint = error.hint();
        Self::from_lower(CommandErrorKind::Usage, error, hint)
    }
}

impl From<StateError> for CommandError {
    fn from(error: StateError) -> Self {
        let hint = error.hint();
        Self::from_lower(CommandErrorKind::State, error, hint)
    }
}

impl From<PlanFileError> for CommandError {
    fn from(error: PlanFileError) -> Self {
        let hint = error.hint();
        Self::from_lower(CommandErrorKind::PlanFile, error, hint)
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        let hint = failure.hint();
        let kind = match &failure {
            Failure::Problems(problems) => {
                let message = format!("the stack cannot be applied:\n{}", lines(problems));
                return Self { hint, ..Self::new(CommandErrorKind::Declaration, message) };
            }
            Failure::State(_) => CommandErrorKind::State,
            Failure::StalePlan(_) => CommandErrorKind::PlanFile,
            Failure::Stopped => CommandErrorKind::Interrupted,
            Failure::Incomplete { .. } | Failure::Rename(_) | Failure::Elsewhere { .. } => CommandErrorKind::Refused,
            Failure::Journal(_)
            | Failure::Plan(_)
            | Failure::Resource { .. }
            | Failure::Unreadable(_)
            | Failure::OtherAccount { .. } => CommandErrorKind::Apply,
        };
        Self::from_lower(kind, failure, hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_reported_with_the_nearest_one() {
        let known = ["adeptai".to_owned(), "demo".to_owned()];
        let error = CommandError::unknown("stack", "adeptia", &known);
        assert_eq!(error.message, "there is no stack `adeptia`; did you mean `adeptai`? (known: adeptai, demo)");
        assert_eq!(error.code, FAILED);
    }

    #[test]
    fn usage_errors_have_a_code_of_their_own() {
        assert_eq!(CommandError::new(CommandErrorKind::Usage, "").code, USAGE);
        assert_eq!(CommandError::new(CommandErrorKind::Interrupted, "").code, INTERRUPTED);
        assert_ne!(USAGE, CHANGES);
    }

    #[test]
    fn a_cause_is_printed_once_and_apart_from_the_hint() {
        let missing = || std::io::Error::other("no such file");
        let error = CommandError::failed("save the plan", missing()).hint("choose another file");
        assert_eq!(error.to_string(), "cannot save the plan: no such file");
        let error = CommandError::from(PlanFileError::Unreadable { path: "a.plan".into(), source: missing() });
        assert_eq!(error.to_string(), "cannot read plan file a.plan: no such file");
        assert_eq!(error.hint.as_deref(), Some("`ebb plan --out a.plan` makes one"));
        let named = StateError::Io { act: "write", location: "a.json".into(), source: missing() };
        assert_eq!(CommandError::from(named).to_string().matches("no such file").count(), 1);
    }
}
