//! Dollars: what each kind bills, and from stacks and plans to sums.

mod kinds;
mod ledger;
mod once;
mod recording;
mod report;
mod scheduled;
mod sums;
mod unknown;
