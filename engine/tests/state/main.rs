//! The state backends: one conformance suite for all of them, bad weather, and races of real processes.

mod bucket;
mod by_hand;
mod cases;
mod conformance;
mod documents;
mod failing;
mod races;
mod weather;
mod world;
