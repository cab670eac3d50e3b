//! Control: brings a stack to a target over several runs, without a person. The command line stands on it, as a control loop can.

mod patience;
mod reach;

pub use patience::Patience;
pub use reach::{Ended, Reached, reach};
