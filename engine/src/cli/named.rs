//! The stack that a command line names, its record, and the word beside it: a component, an address or an endpoint.

use crate::cli::context::{self, CommandContext};
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::environment::Environment;
use ebbtide::record::StateDocument;

/// A recorded stack, and what a command line names of it.
pub(super) struct Named {
    pub(super) stack: String,
    pub(super) document: StateDocument,
    pub(super) word: Option<String>,
}

impl Named {
    /// Reads up to two words: the stack, and something in it. The stack may be left out if there is only one.
    pub(super) async fn read(
        context: &CommandContext,
        environment: &Environment,
        words: &[String],
    ) -> Result<Self, CommandError> {
        let known = context.known_stacks(environment).await?;
        let (stack, word) = match words {
            [stack, word] => (Some(stack), Some(word)),
            [one] if known.contains(one) || known.len() != 1 => (Some(one), None),
            [one] => (None, Some(one)),
            _ => (None, None),
        };
        let stack = context.stack(environment, stack.map(String::as_str)).await?;
        let clients = environment.state_clients().await?;
        let document = context::recorded(&environment.state(&stack, clients.as_ref()).await?).await?;
        let document = document.filter(|document| !document.resources.is_empty()).ok_or_else(|| {
            CommandError::nothing_recorded(CommandErrorKind::State, &stack, environment.name())
                .hint(format!("`ebb apply {stack}` creates it"))
        })?;
        Ok(Self { stack, document, word: word.cloned() })
    }
}
