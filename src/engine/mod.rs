//! Everything that talks to AWS, a disk, a clock or a person.

pub mod apply;
pub mod cli;
pub mod environment;
pub mod providers;
pub mod sdk;
pub mod state;
