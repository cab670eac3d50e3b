//! What the calls of a process to Cloud Control share: their pace, and what is known of their requests.

mod memory;
mod pace;

pub use memory::{Memory, Request};
