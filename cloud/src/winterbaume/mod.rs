//! Services of winterbaume, run on our documents, with a small patch for each gap between them and AWS (`patches`).

mod host;
mod partitions;
mod patches;
mod policy;
mod retimed;
mod service;

pub use service::all;
