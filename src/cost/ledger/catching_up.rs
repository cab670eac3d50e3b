//! From a record to the entries that its ledger does not have yet, and from segments to the entries that count.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::billing::LedgerBilling;
use super::entry::{Cause, Entry, Event, Segment};
use super::recording::{entries_of_run, recorded_bills};
use crate::record::{JournalEntry, StateDocument};
use crate::resource::Registry;

/// The end of a ledger.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LedgerEnd {
    /// The bills that are in force.
    pub bills: LedgerBilling,
    /// The instant of the last entry.
    pub at: Option<Timestamp>,
}

impl LedgerEnd {
    /// Returns the end of the ledger that a segment is the last of.
    pub fn of(segment: &Segment) -> Self {
        Self { bills: segment.bills.clone(), at: segment.entries.last().map(|entry| entry.at) }
    }

    /// Goes on by an entry. A clock that was set back does not lead back: then the entry gets the instant of the one before it.
    pub fn advance(&mut self, entry: &mut Entry) {
        entry.at = self.at.map_or(entry.at, |at| at.max(entry.at));
        self.at = Some(entry.at);
        let Event::Bills(bills) = &entry.event else { return };
        for (address, bill) in bills {
            match bill {
                Some(bill) => drop(self.bills.insert(address.clone(), bill.clone())),
                None => drop(self.bills.remove(address)),
            }
        }
    }
}

/// Returns the entries that lead from the end of a ledger to a record:
///
/// - the difference to the committed document, if the ledger does not have it: it counts from the end of the last run on;
/// - the journal of its open run;
/// - the difference to the document that the run ends with, at an instant.
///
/// A journal that contradicts its run is left out: then the end of the run has the whole difference.
pub fn missing_entries(
    end: &LedgerEnd,
    (document, journal): (&StateDocument, &[JournalEntry]),
    ends: Option<(&StateDocument, Timestamp)>,
    kinds: &Registry,
) -> Vec<Entry> {
    let mut end = end.clone();
    let mut entries = Vec::new();
    let mut add = |end: &mut LedgerEnd, mut entry: Entry| {
        end.advance(&mut entry);
        entries.push(entry);
    };
    let since = document.ended.as_ref().map_or(document.since, |ended| ended.ended);
    if let Some(entry) = Entry::between(&end.bills, &recorded_bills(document, kinds), since, Cause::Record) {
        add(&mut end, entry);
    }
    let mut cause = Cause::Record;
    if let Some(run) = &document.run {
        cause = Cause::Run(run.id.clone());
        let told = entries_of_run(document, (&run.id, &run.plan, run.started), journal, kinds);
        told.into_iter().flatten().for_each(|entry| add(&mut end, entry));
    }
    if let Some((ended, at)) = ends
        && let Some(entry) = Entry::between(&end.bills, &recorded_bills(ended, kinds), at, cause)
    {
        add(&mut end, entry);
    }
    entries
}

/// Returns the entries of a ledger that count, in the order of their instants: those of one lineage, and of each part of a run
/// only the last segment.
pub fn entries_in_force(segments: Vec<Segment>, lineage: &str) -> Vec<Entry> {
    let own = segments.into_iter().filter(|segment| segment.lineage == lineage);
    let mut parts = BTreeMap::new();
    let mut kept: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    for segment in own {
        if let Some(part) = segment.part
            && let Some(earlier) = parts.insert(part, segment.number)
        {
            kept.remove(&earlier);
        }
        kept.insert(segment.number, segment.entries);
    }
    let mut entries: Vec<Entry> = kept.into_values().flatten().collect();
    entries.sort_by_key(|entry| entry.at);
    entries
}
