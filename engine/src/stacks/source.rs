//! The source of a project's stacks.

use std::time::Duration;

use ebbtide::App;
use ebbtide::program::{Exchange, Reply};

use super::{Program, ProgramError};

/// The source of a project's stacks.
#[derive(Debug)]
pub enum StackSource<'a> {
    /// The stacks are linked into this binary.
    Linked(&'a App),
    /// A program declares the stacks.
    Program(Program),
}

impl StackSource<'_> {
    /// Returns the reply to a document. `note` is called as long as a program runs.
    pub fn exchange(&self, exchange: &Exchange, note: &dyn Fn(Duration)) -> Result<Reply, ProgramError> {
        let reply = match self {
            Self::Linked(app) => app.respond(exchange),
            Self::Program(program) => program.exchange(exchange, note)?,
        };
        match reply.stacks.iter().find(|stack| !is_stack_name(&stack.name)) {
            Some(stack) => Err(ProgramError::InvalidName(stack.name.clone())),
            None => Ok(reply),
        }
    }
}

/// Returns whether a name can be part of a path, of an object's key and of names in AWS.
fn is_stack_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_lead_elsewhere_are_refused() {
        assert!(["adeptai", "my-stack_2", "A"].iter().all(|name| is_stack_name(name)));
        let long = "x".repeat(65);
        for name in ["", ".", "../prod/victim", "a/b", "x y", "ü", "network.history", "-x", &long] {
            assert!(!is_stack_name(name), "{name}");
        }
    }
}
