//! The source of a project's stacks.

use ebbtide::App;
use ebbtide::program::{Exchange, Reply};
use ebbtide::resource::Scope;

use super::{Program, ProgramError, ProgramEvent};

/// The source of a project's stacks.
#[derive(Debug)]
pub enum StackSource<'a> {
    /// The stacks are linked into this binary.
    Linked(&'a App),
    /// A program declares the stacks.
    Program(Program),
}

impl StackSource<'_> {
    /// Returns the reply to a document. `on_event` receives the events of a program.
    pub fn exchange(&self, exchange: &Exchange, on_event: &dyn Fn(ProgramEvent)) -> Result<Reply, ProgramError> {
        let reply = match self {
            Self::Linked(app) => app.respond(exchange),
            Self::Program(program) => program.exchange(exchange, on_event)?,
        };
        match reply.stacks.iter().find(|stack| !Scope::is_stack_name(&stack.name)) {
            Some(stack) => Err(ProgramError::InvalidName(stack.name.clone())),
            None => Ok(reply),
        }
    }
}
