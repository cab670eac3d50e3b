//! The state backends: one conformance suite for all of them, network faults, and races of real processes.

mod bucket;
mod by_hand;
mod cases;
mod conformance;
mod documents;
mod failing;
mod long_ledger;
mod network_faults;
mod races;
mod world;
