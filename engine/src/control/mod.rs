//! Looking after stacks without a person: what holds now, bringing stacks there over several runs, and saying so.

mod capacity;
mod controller;
mod converge;
mod idle;
mod lead;
mod look;
pub mod notify;
mod patience;
mod reach;
mod report;
mod say;
pub mod serve;
mod tick;

pub use controller::{Clock, Controller, Log};
pub use look::{Look, Work};
pub use patience::Patience;
pub use reach::{Ended, Reached, reach};
pub use report::{Outcome, StackReport, TICK_FORMAT, TickReport};
