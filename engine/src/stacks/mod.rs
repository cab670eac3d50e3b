//! The stacks of a project: linked into this binary, or declared by a program that is run.

mod error;
mod program;
mod source;

pub use error::ProgramError;
pub use program::{Program, ProgramEvent};
pub use source::StackSource;
