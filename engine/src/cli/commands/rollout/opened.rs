//! The record of a stack with a roll-out, as the subcommands open it.

use serde::Serialize;

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::control::rolling_out::{RolloutView, Said};
use crate::environment::{Connection, Environment};
use crate::state::StateStore;
use ebbtide::record::StateDocument;
use ebbtide::rollout::Rollout;

/// A stack and its record.
pub(super) struct Opened {
    pub(super) environment: Environment,
    pub(super) connection: Connection,
    pub(super) stack: String,
    pub(super) state: StateStore,
    pub(super) document: StateDocument,
}

/// What the subcommands print with `--json`.
#[derive(Serialize)]
struct View<'a> {
    format: u32,
    stack: &'a str,
    environment: &'a str,
    /// `None`: there is no roll-out.
    rollout: Option<RolloutView>,
}

impl Opened {
    /// Connects, and reads the record of a stack. An open run is left as it is.
    pub(super) async fn open(context: &CommandContext, stack: Option<&str>) -> Result<Self, CommandError> {
        let environment = context.recorded_environment()?;
        let stack = context.stack(&environment, stack).await?;
        let connection = environment.connect().await?;
        let state = environment.state(&stack, Some(&connection.clients)).await?;
        let read = state.read().await?;
        let nothing = || {
            CommandError::nothing_recorded(CommandErrorKind::Refused, &stack, environment.name())
                .hint(format!("`ebb apply {stack}` creates it"))
        };
        let document = read.ok_or_else(nothing)?.0;
        Ok(Self { environment, connection, stack, state, document })
    }

    /// Returns the roll-out, or the error that there is none.
    pub(super) fn rollout(&self) -> Result<&Rollout, CommandError> {
        self.document.rollout.as_ref().ok_or_else(|| {
            let message = format!("{} in {} has no roll-out", self.stack, self.environment.name());
            CommandError::new(CommandErrorKind::Refused, message)
                .hint(format!("`ebb rollout start {}` starts the one of the environment's file", self.stack))
        })
    }

    /// Prints the result of a deed.
    pub(super) fn said(&self, context: &CommandContext, said: Said, text: &str) -> Result<u8, CommandError> {
        let document = match said {
            Said::Done(document) => *document,
            Said::Unrecorded(error) => {
                context.output.warn(&format!(
                    "warning: AWS has it, and the record does not, since another command is at work ({error}); the next tick records it"
                ));
                self.document.clone()
            }
            Said::Outdated => {
                let message = format!("the roll-out of {} was changed meanwhile: nothing was done", self.stack);
                return Err(CommandError::new(CommandErrorKind::Refused, message)
                    .hint(format!("`ebb rollout status {}` shows it; then run the same command again", self.stack)));
            }
            Said::NotRecorded(error) => return Err(error.into()),
            Said::Refused(error) => {
                let message = format!("AWS refused to change the share of traffic: {error}");
                let hint = error.hint.clone().unwrap_or_else(|| "run the same command again".to_owned());
                return Err(CommandError::new(CommandErrorKind::Apply, message).hint(hint));
            }
        };
        self.print(context, document.rollout.as_ref().map(|rollout| RolloutView::of(rollout, None)), text)
    }

    /// Prints a roll-out: `text`, or all of it with `--json`.
    pub(super) fn print(
        &self,
        context: &CommandContext,
        rollout: Option<RolloutView>,
        text: &str,
    ) -> Result<u8, CommandError> {
        if context.output.is_json() {
            let (stack, environment) = (self.stack.as_str(), self.environment.name());
            context.output.json(&View { format: OUTPUT_FORMAT, stack, environment, rollout })?;
        } else {
            context.output.result(&format!("{text}\n"))?;
        }
        Ok(DONE)
    }
}
