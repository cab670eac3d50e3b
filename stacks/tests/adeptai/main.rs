//! The stack adeptai, as a user runs it: the binary `ebb`, a process for each command, on the embedded cloud. A client
//! of its own looks at the results.

mod by_hand;
mod capacity;
mod components;
mod life;
mod missing;
mod network;
mod outside;
mod partition;
mod project;
mod pushed;
mod rolled_back;
mod rolled_out;
mod settings;
mod used;
