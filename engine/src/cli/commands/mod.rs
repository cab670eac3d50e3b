//! The commands: one file each, with the arguments and the function that runs it.

pub(super) mod apply;
pub(super) mod cloud;
pub(super) mod completions;
pub(super) mod destroy;
pub(super) mod environment;
pub(super) mod graph;
pub(super) mod history;
pub(super) mod init;
pub(super) mod output;
pub(super) mod pause;
pub(super) mod plan;
pub(super) mod resume;
pub(super) mod state;
pub(super) mod status;
pub(super) mod validate;
