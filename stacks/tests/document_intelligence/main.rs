//! The stack document_intelligence, as a user runs it: the binary `ebb`, a process for each command, on the embedded cloud.

mod life;
mod project;
mod rolled_out;
