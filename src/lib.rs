//! Ebbtide: infrastructure as code for LLM serving on AWS, with pause and resume.
//!
//! A stack is ordinary Rust: [`stack::Stack::add`] takes a resource and returns its outputs as typed references.

#![deny(missing_docs, clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

pub mod aws;
pub mod components;
pub mod plan;
pub mod planner;
pub mod program;
pub mod record;
pub mod resource;
pub mod stack;

pub use program::App;
pub use stack::Definition;
