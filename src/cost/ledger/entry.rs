//! The entries of the ledger, and the segments that they are stored in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::billing::{Bill, LedgerBilling};
use crate::resource::{Address, Charge};

/// The latest format of a segment. Format 2 has [`Event::Once`]; a segment without one is written in format 1, which earlier
/// versions read.
pub const LEDGER_FORMAT: u32 = 2;

/// The number of segments in a block. A segment whose number is a multiple of it repeats those of its block.
pub const BLOCK: usize = 64;

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
    /// A change of the record outside of a run, or one that the ledger did not have.
    Record,
}

/// The event of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// From now on these resources bill so; `None` for one that is gone.
    Bills(BTreeMap<Address, Option<Bill>>),
    /// The numbers of instances that exist, by resource and variant.
    Counts(BTreeMap<Address, BTreeMap<String, f64>>),
    /// These jobs were run, and are paid for once.
    Once(BTreeMap<Address, Vec<Charge>>),
    /// From now on these resources may be gone: the run that deletes them was cut off. The next entry on them tells.
    Doubt(BTreeSet<Address>),
}

/// The run that the entries of a segment are of, since the commit of a document. A run that is cut off between its segment and
/// its document is told again, as a whole: only the last segment of a part counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Part {
    /// The name of the run.
    pub run: String,
    /// The serial of the document that its journal follows.
    pub serial: u64,
}

/// A part of the ledger of a stack, written once and never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// The format, up to [`LEDGER_FORMAT`].
    pub format: u32,
    /// The lineage of the state whose resources these are.
    pub lineage: String,
    /// The number of the segment in the ledger, counted from 1.
    pub number: u64,
    /// The run that it tells of; `None` for an observation, and for changes of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// The entries, in the order in which they follow each other.
    pub entries: Vec<Entry>,
    /// All bills after these entries, so that the next segment can be written without reading the whole ledger.
    pub bills: LedgerBilling,
    /// The resources among them that may be gone.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub doubts: BTreeSet<Address>,
    /// The block that it ends, so that one read takes the place of [`BLOCK`] reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Box<Block>>,
}

/// The segments before the last one of a block, and what counts at the beginning of the block: a reader can begin there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// The first instant that the ledger of the lineage knows of, if that lies before the block.
    pub since: Option<Timestamp>,
    /// The instant of the last entry of the lineage before the block.
    pub through: Option<Timestamp>,
    /// The entries of the lineage before the block that still count.
    pub before: Vec<Entry>,
    /// The segments of the block before the last one, of any lineage, without their bills.
    pub segments: Vec<Segment>,
}

impl Segment {
    /// Returns the format that a segment with some entries, and a block, is written in.
    pub fn format_of(entries: &[Entry], block: Option<&Block>) -> u32 {
        let is_new = |entry: &Entry| matches!(entry.event, Event::Once(_));
        let in_block = |block: &Block| {
            block.before.iter().any(is_new) || block.segments.iter().any(|segment| segment.entries.iter().any(is_new))
        };
        if entries.iter().any(is_new) || block.is_some_and(in_block) { LEDGER_FORMAT } else { 1 }
    }
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
