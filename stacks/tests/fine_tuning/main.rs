//! The stack fine_tuning, as a user runs it: the binary `ebb`, a process for each command, on the embedded cloud.

mod data;
mod life;
mod observer;
mod project;
mod runs;
mod serving;
