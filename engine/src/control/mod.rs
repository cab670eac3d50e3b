//! Looking after stacks without a person: what holds now, bringing stacks there over several runs, and saying so.

mod access;
mod accounts;
mod budgets;
mod capacity;
mod controller;
mod converge;
mod cost_explorer;
mod due;
mod idle;
mod instances;
mod lead;
mod look;
mod missed;
mod money;
mod month;
pub mod notify;
mod observe;
mod outlook;
mod patience;
mod reach;
mod reconciliation;
#[cfg(feature = "embedded")]
pub mod rehearse;
mod report;
mod roll_out;
mod roll_out_facts;
pub mod rolling_out;
mod rules;
mod say;
pub mod serve;
mod tick;
mod under_way;
mod unreadable;
mod zones;

pub use access::access;
pub use accounts::Account;
pub use budgets::{Budgets, Evaluated, Guarded, evaluate, spike_words};
pub use controller::{Clock, Controller, Log, accounts};
pub use lead::{expected_resume_time, resume_time};
pub use look::{Look, Work};
pub use patience::Patience;
pub use reach::{Ended, Reached, reach};
pub use reconciliation::{Reconciliation, reconciliation_words};
pub use report::{Outcome, StackReport, TICK_FORMAT, TickReport};
pub use rules::RuleState;
