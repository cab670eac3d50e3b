//! Records that leave a pause or a resume nothing to do.

use std::collections::BTreeSet;

use super::error::{CommandError, CommandErrorKind};
use crate::apply::{EVENT_FORMAT, Finished};
use ebbtide::plan::{Summary, Target};
use ebbtide::record::{ResourceRecord, RunOutcome, StateDocument};
use ebbtide::resource::Scope;

/// Returns whether a record holds nothing to pause or to resume. An open run may still turn up resources.
pub(super) fn nothing_is_recorded(document: Option<&StateDocument>) -> bool {
    document.is_none_or(|document| document.resources.is_empty() && document.run.is_none())
}

/// Returns the end of a resume that has nothing to do, because the stack runs and no run was cut off. A stack that is destroyed
/// cannot be resumed. A resume that is repeated is no error, so that a schedule may try again.
pub(super) fn already_running(scope: &Scope, document: &StateDocument) -> Result<Option<Finished>, CommandError> {
    let is_open = document.run.is_some() || document.resources.values().any(ResourceRecord::is_asleep);
    let is_done = document.ended.as_ref().is_none_or(|ended| ended.outcome == RunOutcome::Done);
    match document.target {
        _ if document.resources.is_empty() => Ok(None),
        Target::Destroyed => Err(not_there(scope, "is destroyed, not paused")),
        Target::Running if is_done && !is_open => Ok(Some(Finished {
            format: EVENT_FORMAT,
            command: "resume".to_owned(),
            stack: scope.stack.clone(),
            environment: scope.environment.clone(),
            target: Target::Running,
            success: true,
            serial: document.serial,
            summary: Summary { unchanged: document.resources.len(), ..Summary::default() },
            failed: 0,
            skipped: 0,
            no_capacity: Vec::new(),
            unread: Vec::new(),
            took_ms: 0,
            waited_ms: 0,
            longest: Vec::new(),
            asleep: BTreeSet::new(),
        })),
        Target::Running | Target::Paused => Ok(None),
    }
}

/// Returns the refusal to pause or to resume a stack that is destroyed.
pub(super) fn not_there(scope: &Scope, why: &str) -> CommandError {
    let Scope { stack, environment, .. } = scope;
    CommandError::new(CommandErrorKind::Refused, format!("{stack} in {environment} {why}"))
        .hint(format!("`ebb apply {stack}` creates it again"))
}
