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
        match self {
            Self::Linked(app) => Ok(app.respond(exchange)),
            Self::Program(program) => program.exchange(exchange, note),
        }
    }
}
