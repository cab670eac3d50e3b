//! From what is recorded to entries of the ledger: from the journal of a run, and from an observation.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::billing::{Bill, LedgerBilling};
use super::entry::{Cause, Entry, Event};
use crate::cost::Standing;
use crate::plan::{Operation, Plan};
use crate::record::{IllegalEntry, JournalEntry, JournalEvent, Replay, StateDocument};
use crate::resource::{Address, Billing, Per, Registry};

/// Returns the bills of the recorded resources that exist.
pub fn recorded_bills(document: &StateDocument, kinds: &Registry) -> LedgerBilling {
    Bill::of(&Standing::recorded(document).rates(kinds))
}

/// Returns the entries of a run: what each event of its journal changed about the bills of the document that it was started on,
/// in the order of their instants. `began` stands for the time of events that have none.
///
/// A creation bills from the moment on that AWS accepted it, and a deletion until the resource is gone.
pub fn entries_of_run(
    document: &StateDocument,
    (run, plan, began): (&str, &Plan, Timestamp),
    journal: &[JournalEntry],
    kinds: &Registry,
) -> Result<Vec<Entry>, IllegalEntry> {
    let mut document = document.clone();
    let mut bills = recorded_bills(&document, kinds);
    let mut replay = Replay::new(plan);
    let mut entries = Vec::new();
    let mut latest = began;
    let mut pending = false;
    let mut journal = journal.iter().peekable();
    while let Some(entry) = journal.next() {
        // A clock may have been set back meanwhile.
        latest = entry.at.unwrap_or(latest).max(latest);
        let operation = plan.operations.get(entry.operation);
        let before = operation.and_then(|operation| inputs_of(&document, operation));
        replay.apply(&mut document, entry)?;
        let touches = operation.is_some_and(|operation| {
            let after = inputs_of(&document, operation);
            changes_existence(&entry.event)
                && [before, after].into_iter().flatten().any(|inputs| may_bill(kinds, &operation.address, &inputs))
        });
        pending |= touches;
        // Events of one instant are one entry.
        let is_last = journal.peek().is_none_or(|next| next.at.is_some_and(|at| at > latest));
        if !pending || !is_last {
            continue;
        }
        pending = false;
        let now = recorded_bills(&document, kinds);
        entries.extend(Entry::between(&bills, &now, latest, Cause::Run(run.to_owned())));
        bills = now;
    }
    Ok(entries)
}

/// Returns the entry of an observation: the numbers of instances that were seen, of those variants that are billed.
pub fn entry_of_observation(
    document: &StateDocument,
    seen: &BTreeMap<Address, BTreeMap<String, f64>>,
    at: Timestamp,
    kinds: &Registry,
) -> Option<Entry> {
    let bills = recorded_bills(document, kinds);
    let mut counts: BTreeMap<Address, BTreeMap<String, f64>> = BTreeMap::new();
    for (address, bill) in &bills {
        let variants: BTreeSet<&str> = bill
            .charges
            .iter()
            .filter_map(|charge| charge.fleet.as_ref())
            .map(|fleet| fleet.variant.as_str())
            .collect();
        let of = |variant: &&str| Some(((*variant).to_owned(), *seen.get(address)?.get(*variant)?));
        let seen: BTreeMap<_, _> = variants.iter().filter_map(of).collect();
        if !seen.is_empty() {
            counts.insert(address.clone(), seen);
        }
    }
    (!counts.is_empty()).then_some(Entry { at, cause: Cause::Observation, event: Event::Counts(counts) })
}

/// Returns the inputs of the resource of an operation while it exists.
fn inputs_of(document: &StateDocument, operation: &Operation) -> Option<serde_json::Value> {
    let record = document.resources.get(&operation.address)?;
    (!record.is_asleep() || !record.deposed.is_empty()).then(|| record.inputs.clone())
}

fn changes_existence(event: &JournalEvent) -> bool {
    match event {
        JournalEvent::Started | JournalEvent::PauseSnapshot { .. } => false,
        JournalEvent::Accepted { .. } | JournalEvent::Ready { .. } | JournalEvent::Deleted => true,
    }
}

/// Returns whether a resource can change what is billed by time: most kinds of a large stack are free.
fn may_bill(kinds: &Registry, address: &Address, inputs: &serde_json::Value) -> bool {
    match kinds.get(address.kind()).map(|kind| kind.billing(inputs)) {
        Some(Ok(Billing::Free { .. })) => false,
        Some(Ok(Billing::Charges(charges))) => charges.iter().any(|charge| !matches!(charge.per, Per::Use(_))),
        _ => true,
    }
}
