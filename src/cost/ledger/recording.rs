//! From what is recorded to entries of the ledger: from the journal of a run, and from an observation.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::billing::{Bill, LedgerBilling};
use super::entry::{Cause, Entry, Event};
use crate::cost::Standing;
use crate::plan::{Operation, Plan, Purpose};
use crate::record::{IllegalEntry, JournalEntry, JournalEvent, Replay, StateDocument};
use crate::resource::{Address, Billing, Charge, Per, Registry, Since};

/// Returns the bills of the recorded resources that exist.
pub fn recorded_bills(document: &StateDocument, kinds: &Registry) -> LedgerBilling {
    Bill::of(&Standing::recorded(document).rates(kinds))
}

/// Returns the entries of a run: what each event of its journal changed about the bills of the document that it was started on,
/// in the order of their instants. `began` stands for the time of events that have none.
///
/// A creation bills from the moment on that AWS accepted it, and a deletion until the resource is gone. By begun hours a resource
/// bills until AWS accepts its deletion, and some only from the moment on that they are ready. If the journal does not know that
/// moment, it is that of the acceptance.
pub fn entries_of_run(
    document: &StateDocument,
    (run, plan, began): (&str, &Plan, Timestamp),
    journal: &[JournalEntry],
    kinds: &Registry,
) -> Result<Vec<Entry>, IllegalEntry> {
    let mut document = document.clone();
    let mut bills = recorded_bills(&document, kinds);
    let cause = Cause::Run(run.to_owned());
    let mut replay = Replay::new(plan);
    let mut entries = Vec::new();
    let mut coming = BTreeSet::new();
    let mut latest = began;
    let mut pending = false;
    for (index, entry) in journal.iter().enumerate() {
        // A clock may have been set back meanwhile.
        latest = entry.at.unwrap_or(latest).max(latest);
        let operation = plan.operations.get(entry.operation);
        let before = operation.and_then(|operation| inputs_of(&document, operation));
        if let Some(operation) = operation.filter(|_| entry.event == JournalEvent::Deleted) {
            let asked = asked_to_delete(&journal[..=index], operation).unwrap_or(latest).min(latest);
            entries.extend(last_hour(&document, &bills, operation, asked, &cause));
        }
        replay.apply(&mut document, entry)?;
        entries.extend(operation.filter(|_| is_first(&journal[..=index])).and_then(|operation| {
            let paid = paid_for_run(operation, &entry.event, kinds)?;
            Some(Entry { at: latest, cause: cause.clone(), event: Event::Once(paid) })
        }));
        note_readiness(&mut coming, operation, &journal[index..]);
        let touches = operation.is_some_and(|operation| {
            let after = inputs_of(&document, operation);
            changes_existence(&entry.event)
                && [before, after].into_iter().flatten().any(|inputs| may_bill(kinds, &operation.address, &inputs))
        });
        pending |= touches;
        // Events of one instant are one entry.
        let is_last = journal.get(index + 1).is_none_or(|next| next.at.is_some_and(|at| at > latest));
        if !pending || !is_last {
            continue;
        }
        pending = false;
        let mut now = recorded_bills(&document, kinds);
        for address in &coming {
            let Some(bill) = now.remove(*address) else { continue };
            let without = bill.without(|per| *per == Per::BegunHour(Since::Ready));
            now.extend(without.map(|bill| ((*address).clone(), bill)));
        }
        entries.extend(Entry::between(&bills, &now, latest, cause.clone()));
        bills = now;
    }
    entries.sort_by_key(|entry| entry.at);
    Ok(entries)
}

/// Returns whether the last entry of a journal is the first one by which its operation has made its resource.
fn is_first(journal: &[JournalEntry]) -> bool {
    let makes =
        |entry: &JournalEntry| matches!(entry.event, JournalEvent::Accepted { .. } | JournalEvent::Ready { .. });
    let Some((last, before)) = journal.split_last() else { return false };
    makes(last) && !before.iter().any(|entry| entry.operation == last.operation && makes(entry))
}

/// Returns what is paid once for the creation of a resource; `None` if nothing is, as for most.
fn paid_for_run(
    operation: &Operation,
    event: &JournalEvent,
    kinds: &Registry,
) -> Option<BTreeMap<Address, Vec<Charge>>> {
    let (JournalEvent::Accepted { inputs, .. } | JournalEvent::Ready { inputs, .. }) = event else { return None };
    let kind = kinds.get(operation.resource_kind()).filter(|_| operation.creates())?;
    let Ok(Billing::Charges(charges)) = kind.billing(inputs) else { return None };
    let once: Vec<Charge> = charges.into_iter().filter(Charge::is_once).collect();
    (!once.is_empty()).then(|| BTreeMap::from([(operation.address.clone(), once)]))
}

/// Keeps the addresses of the resources that AWS has accepted, and that become ready later in a journal.
fn note_readiness<'a>(coming: &mut BTreeSet<&'a Address>, operation: Option<&'a Operation>, journal: &[JournalEntry]) {
    let (Some(operation), Some((entry, later))) = (operation, journal.split_first()) else { return };
    let becomes_ready =
        |later: &JournalEntry| later.operation == operation.id && matches!(later.event, JournalEvent::Ready { .. });
    match &entry.event {
        JournalEvent::Accepted { .. } if later.iter().any(becomes_ready) => drop(coming.insert(&operation.address)),
        JournalEvent::Ready { .. } | JournalEvent::Deleted => drop(coming.remove(&operation.address)),
        JournalEvent::Accepted { .. } | JournalEvent::Started | JournalEvent::PauseSnapshot { .. } => {}
    }
}

/// Returns the entry of a resource that bills by begun hours, of the instant at which AWS was asked to delete it.
fn last_hour(
    document: &StateDocument,
    bills: &LedgerBilling,
    operation: &Operation,
    asked: Timestamp,
    cause: &Cause,
) -> Option<Entry> {
    let record = document.resources.get(&operation.address)?;
    // An earlier generation leaves the bill of the present one.
    let is_whole = record.generation == operation.generation && record.deposed.is_empty();
    let bill = bills.get(&operation.address).filter(|_| is_whole && operation.deletion().is_some())?;
    let without = bill.without(|per| matches!(per, Per::BegunHour(_)));
    if without.as_ref() == Some(bill) {
        return None;
    }
    let bills = BTreeMap::from([(operation.address.clone(), without)]);
    Some(Entry { at: asked, cause: cause.clone(), event: Event::Bills(bills) })
}

/// Returns the instant at which AWS was asked to delete a resource, by a journal that ends with its deletion.
fn asked_to_delete(journal: &[JournalEntry], operation: &Operation) -> Option<Timestamp> {
    let (last, before) = journal.split_last()?;
    let began = last.took.and_then(|took| {
        let took = SignedDuration::from_millis(i64::try_from(took).ok()?);
        last.at?.checked_sub(took).ok()
    });
    began.max(snapshot_at(before, operation))
}

/// Returns when the pause snapshot of a resource was recorded, which comes right before its deletion.
fn snapshot_at(journal: &[JournalEntry], operation: &Operation) -> Option<Timestamp> {
    let is_snapshot = |entry: &&JournalEntry| {
        entry.operation == operation.id && matches!(entry.event, JournalEvent::PauseSnapshot { .. })
    };
    journal.iter().rfind(is_snapshot).and_then(|entry| entry.at)
}

/// Returns the resources that a run may have deleted, although its journal does not say so, and since when. `is_cut_off` is
/// whether nothing is known of its end.
pub(super) fn doubts_of_run(
    document: &StateDocument,
    (plan, began): (&Plan, Timestamp),
    journal: &[JournalEntry],
    is_cut_off: bool,
) -> Vec<(Address, Timestamp)> {
    let is_done = |operation: &Operation| {
        journal.iter().any(|entry| entry.operation == operation.id && entry.event == JournalEvent::Deleted)
    };
    let since = |operation: &Operation| {
        let deletion = operation.deletion()?;
        let snapshot = snapshot_at(journal, operation);
        // A resource that comes back is deleted after its snapshot, unless it has one already.
        let has_one = document.resources.get(&operation.address).is_some_and(|record| record.remembered.is_some());
        let may_have_begun = is_cut_off && (deletion.purpose == Purpose::Remove || has_one);
        snapshot.or(may_have_begun.then_some(began)).map(|since| (operation.address.clone(), since))
    };
    plan.operations.iter().filter(|operation| !is_done(operation)).filter_map(since).collect()
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
        Some(Ok(Billing::Charges(charges))) => charges.iter().any(Charge::is_by_time),
        _ => true,
    }
}
