//! The schemas of the types: their facts, paths in them, and checks against them.

mod check;
mod facts;
pub mod path;
mod pattern;
mod types;

pub use check::{breaches, check_list_model};
pub use facts::Facts;
pub use types::find;
#[cfg(test)]
pub use types::names;
