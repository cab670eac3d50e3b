//! The stack adeptai, as a user runs it: the binary `ebb`, a process for each command, on the embedded cloud; and what a
//! client sees that is not ours.

mod life;
mod outside;
mod project;
mod rolled_back;
