//! From a record to the entries that its ledger does not have yet, and from segments to the entries that count.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::billing::LedgerBilling;
use super::entry::{Cause, Entry, Event, Segment};
use super::recording::{doubts_of_run, entries_of_run, recorded_bills};
use crate::plan::Plan;
use crate::record::{JournalEntry, JournalEvent, RunOutcome, StateDocument};
use crate::resource::{Address, Registry};

/// The end of a ledger.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LedgerEnd {
    /// The bills that are in force.
    pub bills: LedgerBilling,
    /// The instant of the last entry.
    pub at: Option<Timestamp>,
    /// The resources among the bills that may be gone.
    pub doubts: BTreeSet<Address>,
}

impl LedgerEnd {
    /// Returns the end of the ledger that a segment is the last of.
    pub fn of(segment: &Segment) -> Self {
        let at = segment.entries.last().map(|entry| entry.at);
        Self { bills: segment.bills.clone(), at, doubts: segment.doubts.clone() }
    }

    /// Returns the end as it is known at an instant. A last entry after that was written by a clock that was ahead: its instant
    /// says nothing.
    pub fn by(mut self, now: Timestamp) -> Self {
        self.at = self.at.filter(|at| *at <= now);
        self
    }

    /// Goes on by an entry. It may lie before the last one, if a clock was ahead: entries follow each other as they were written.
    pub fn advance(&mut self, entry: &Entry) {
        self.at = Some(entry.at);
        match &entry.event {
            Event::Bills(bills) => {
                for (address, bill) in bills {
                    self.doubts.remove(address);
                    match bill {
                        Some(bill) => drop(self.bills.insert(address.clone(), bill.clone())),
                        None => drop(self.bills.remove(address)),
                    }
                }
            }
            Event::Counts(counts) => self.doubts.retain(|address| !counts.contains_key(address)),
            Event::Once(_) => {}
            Event::Doubt(doubted) => self.doubts.extend(doubted.iter().cloned()),
        }
    }
}

/// Returns the entries that lead from the end of a ledger to a record:
///
/// - the difference to the committed document, if the ledger does not have it: it counts from the end of the last run on, or from
///   the end of the ledger if that is later;
/// - the journal of its open run, and the resources that it may have deleted;
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
    let mut add = |end: &mut LedgerEnd, entry: Entry| {
        end.advance(&entry);
        entries.push(entry);
    };
    let since = document.ended.as_ref().map_or(document.since, |ended| ended.ended);
    let since = end.at.map_or(since, |at| at.max(since));
    if let Some(entry) = Entry::between(&end.bills, &recorded_bills(document, kinds), since, Cause::Record) {
        add(&mut end, entry);
    }
    let doubted = end.doubts.clone();
    let is_cut_off =
        ends.is_none_or(|(ended, _)| ended.ended.as_ref().is_some_and(|ended| ended.outcome == RunOutcome::CutOff));
    let mut cause = Cause::Record;
    if let Some(run) = &document.run {
        cause = Cause::Run(run.id.clone());
        let began = began(run.started, end.at, journal);
        let told = entries_of_run(document, (&run.id, &run.plan, began), journal, kinds);
        let mut told = told.unwrap_or_default();
        told.extend(created_anew(&doubted, &end.bills, &run.plan, journal, &cause));
        for (address, at) in doubts_of_run(document, (&run.plan, began), journal, is_cut_off) {
            if end.bills.contains_key(&address) && !doubted.contains(&address) {
                told.push(Entry { at, cause: cause.clone(), event: Event::Doubt([address].into()) });
            }
        }
        told.sort_by_key(|entry| entry.at);
        told.into_iter().for_each(|entry| add(&mut end, entry));
    }
    if let Some((ended, at)) = ends {
        let bills = recorded_bills(ended, kinds);
        if let Some(entry) = Entry::between(&end.bills, &bills, at, cause.clone()) {
            add(&mut end, entry);
        }
        // The run looked at all that exists: what it did not find missing was there.
        let there = end.doubts.intersection(&doubted).filter(|_| !is_cut_off);
        let there: BTreeMap<_, _> = there.map(|address| (address.clone(), end.bills.get(address).cloned())).collect();
        if !there.is_empty() {
            add(&mut end, Entry { at, cause, event: Event::Bills(there) });
        }
    }
    entries
}

/// Returns the instant from which on a run may have acted: not before the last entry of the ledger, since one that was cut off may
/// be settled after the start of the command; unless the journal has earlier times, so that the clock of that entry was ahead.
fn began(started: Timestamp, last: Option<Timestamp>, journal: &[JournalEntry]) -> Timestamp {
    let first = journal.iter().filter_map(|entry| entry.at).min();
    let last = last.map(|last| first.map_or(last, |first| first.min(last)));
    last.map_or(started, |last| last.max(started))
}

/// Returns the entries of resources that a run found to be gone and created anew: the bills of both would be the same.
fn created_anew(
    doubted: &BTreeSet<Address>,
    bills: &LedgerBilling,
    plan: &Plan,
    journal: &[JournalEntry],
    cause: &Cause,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    let creations = plan.operations.iter().filter(|operation| operation.creates());
    for operation in creations.filter(|operation| doubted.contains(&operation.address)) {
        let of = |entry: &&JournalEntry| entry.operation == operation.id;
        let accepted = |entry: &&JournalEntry| matches!(entry.event, JournalEvent::Accepted { .. });
        let Some(accepted) = journal.iter().filter(of).find(accepted).and_then(|entry| entry.at) else { continue };
        let started = journal.iter().find(of).and_then(|entry| entry.at).unwrap_or(accepted);
        let bill = bills.get(&operation.address).cloned();
        for (at, bill) in [(started, None), (accepted, bill)] {
            let bills = BTreeMap::from([(operation.address.clone(), bill)]);
            entries.push(Entry { at, cause: cause.clone(), event: Event::Bills(bills) });
        }
    }
    entries
}

/// Returns entries as they were written, in the order of their instants. One that lies after its successor was written by a clock
/// that was ahead: it came about before its successor did, so it gets the instant of that one at the latest.
pub fn in_order(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut latest = Timestamp::MAX;
    for entry in entries.iter_mut().rev() {
        latest = latest.min(entry.at);
        entry.at = latest;
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
    in_order(kept.into_values().flatten().collect())
}
