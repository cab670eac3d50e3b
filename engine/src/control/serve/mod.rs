//! `ebb serve`: the loop, one leader for each environment, and pages that show what it does.

mod access;
pub(super) mod backing_off;
mod board;
mod catalog;
mod chart;
mod collect;
mod html;
mod http;
mod leader;
mod measure;
mod metrics;
mod money;
mod page;
mod picture;
mod server;
mod watch;

pub use access::{Access, AccessError, SHORTEST_TOKEN};
pub use server::Server;
