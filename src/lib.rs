//! Ebbtide: infrastructure as code for LLM serving on AWS, with pause and resume.
//!
//! A stack is ordinary Rust: [`stack::Stack::add`] takes a resource and answers its outputs as typed references.
//! `ARCHITECTURE.md` shows the rooms of this crate and the way of the data through them.

#![warn(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]
#![deny(missing_docs, clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

pub mod aws;
pub mod components;
pub mod engine;
pub mod plan;
pub mod planner;
pub mod record;
pub mod resource;
pub mod stack;

pub use engine::cli::main;
pub use stack::Definition;
