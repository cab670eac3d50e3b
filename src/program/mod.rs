//! Programs: a crate that declares stacks, and the JSON document that it exchanges with `ebb`.

mod app;
mod exchange;
mod respond;
mod testing;

pub use app::App;
pub use exchange::{Described, Exchange, PROGRAM_FORMAT, Reply};
