//! The entries of the ledger, and the segments that they are stored in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::billing::{Bill, LedgerBilling};
use crate::resource::Address;

/// The format of a segment.
pub const LEDGER_FORMAT: u32 = 1;

/// One entry: something that changes what is billed from an instant on, or what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The instant.
    pub at: Timestamp,
    /// The cause.
    pub cause: Cause,
    /// The event.
    pub event: Event,
}

/// The cause of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A run, by its name.
    Run(String),
    /// An observation of AWS.
    Observation,
}

/// The event of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// From now on these resources bill so; `None` for one that is gone.
    Bills(BTreeMap<Address, Option<Bill>>),
    /// The numbers of instances that exist, by resource and variant.
    Counts(BTreeMap<Address, BTreeMap<String, f64>>),
}

/// A part of the ledger of a stack, written once and never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// [`LEDGER_FORMAT`].
    pub format: u32,
    /// The lineage of the state whose resources these are.
    pub lineage: String,
    /// The number of the segment in the ledger, counted from 1.
    pub number: u64,
    /// The entries, in the order of their instants.
    pub entries: Vec<Entry>,
}

impl Entry {
    /// Returns the entry that leads from bills to others; `None` if they are the same.
    pub fn between(before: &LedgerBilling, after: &LedgerBilling, at: Timestamp, cause: Cause) -> Option<Self> {
        let gone = before.keys().filter(|address| !after.contains_key(*address)).map(|address| (address.clone(), None));
        let changed = after.iter().filter(|(address, bill)| before.get(*address) != Some(bill));
        let changed = changed.map(|(address, bill)| (address.clone(), Some(bill.clone())));
        let bills: BTreeMap<_, _> = gone.chain(changed).collect();
        (!bills.is_empty()).then_some(Self { at, cause, event: Event::Bills(bills) })
    }
}
