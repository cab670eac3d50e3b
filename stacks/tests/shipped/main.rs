//! Shipped stacks, as a user runs them: the binary `ebb`, a process for each command, on the embedded cloud.

mod document_intelligence;
mod fine_tuning;
mod observer;
mod permissions;
mod project;
