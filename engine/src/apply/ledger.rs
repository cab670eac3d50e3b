//! Keeping the ledger: what each run, and each change of the record, changed about the bills.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Deployment, Event};
use crate::state::{LockOwner, StateError, StateStore, Writer};
use ebbtide::cost::Pricing;
use ebbtide::cost::ledger::{
    Accrued, Entry, LedgerEnd, Part, Span, accrue, entry_of_observation, in_order, missing_entries,
};
use ebbtide::record::{JournalEntry, StateDocument};
use ebbtide::resource::{Address, Registry};

/// The time for which a number of instances that was seen is certain where scaling varies it: three looks of a loop that looks
/// every five minutes.
pub(crate) const CERTAIN_FOR: SignedDuration = SignedDuration::from_mins(15);

impl Deployment<'_> {
    /// Writes what the ledger does not have yet. `open` is the document with the open run, and the run's journal; `document` is
    /// the one that replaces it. The run's end is committed after this: cut off in between, the run is told once more.
    ///
    /// A ledger that cannot be written is reported, and stops nothing: the next run adds the difference.
    pub(super) async fn keep_ledger(
        &self,
        writer: &mut Writer<'_>,
        open: Option<(&StateDocument, &[JournalEntry])>,
        document: &StateDocument,
    ) {
        let kinds = self.access.providers.kinds();
        let part = open.and_then(|(open, _)| part_of(open));
        let kept = async {
            let now = (self.clock)();
            let end = self.state.ledger_end(&document.lineage, part.as_ref()).await?.by(now);
            let entries = missing_entries(&end, open.unwrap_or((document, &[])), Some((document, now)), kinds);
            writer.append_to_ledger(&document.lineage, part.clone(), end, entries).await
        };
        if let Err(error) = kept.await {
            (self.on_event)(Event::LedgerFailed { error: error.to_string() });
        }
    }

    /// Writes a change of the record that no run made, such as a rename: from now on other bills are in force.
    pub(super) async fn keep_changed_record(&self, writer: &mut Writer<'_>, document: &StateDocument) {
        let kept = keep_change(self.state, writer, document, (self.clock)(), self.access.providers.kinds());
        if let Err(error) = kept.await {
            (self.on_event)(Event::LedgerFailed { error: error.to_string() });
        }
    }
}

/// Returns the part of the ledger that the open run of a document is told in.
fn part_of(document: &StateDocument) -> Option<Part> {
    Some(Part { run: document.run.as_ref()?.id.clone(), serial: document.serial })
}

async fn keep_change(
    state: &StateStore,
    writer: &mut Writer<'_>,
    document: &StateDocument,
    now: Timestamp,
    kinds: &Registry,
) -> Result<(), StateError> {
    let mut end = state.ledger_end(&document.lineage, None).await?;
    let before = end.clone();
    // The difference is one of now, not of the end of the last run.
    end.at = Some(now);
    let entries = missing_entries(&end, (document, &[]), None, kinds);
    writer.append_to_ledger(&document.lineage, None, before, entries).await
}

/// Brings the ledger to a record that was changed without a run, by `ebb state forget`. An open run tells it at its end.
pub async fn keep_edited_record(
    state: &StateStore,
    owner: LockOwner,
    now: Timestamp,
    kinds: &Registry,
) -> Result<(), StateError> {
    let mut writer = state.acquire(owner).await?;
    let kept = async {
        match writer.read().await? {
            Some((document, _)) if document.run.is_none() => {
                keep_change(state, &mut writer, &document, now, kinds).await
            }
            _ => Ok(()),
        }
    };
    let kept = kept.await;
    writer.release().await;
    kept
}

/// Notes the numbers of instances that were seen in AWS, by endpoint and variant. Those that are not recorded are left out. A
/// clock that is behind the ledger notes none: the entry would lie before the last one.
pub async fn note_instances(
    state: &StateStore,
    owner: LockOwner,
    seen: &BTreeMap<Address, BTreeMap<String, f64>>,
    now: Timestamp,
    kinds: &Registry,
) -> Result<(), StateError> {
    let mut writer = state.acquire(owner).await?;
    let noted = async {
        let Some((document, _)) = writer.read().await? else { return Ok(()) };
        let entry = entry_of_observation(&document, seen, now, kinds);
        let end = state.ledger_end(&document.lineage, None).await?;
        let entry = entry.filter(|entry| end.at.is_none_or(|last| last <= entry.at));
        writer.append_to_ledger(&document.lineage, None, end, entry.into_iter().collect()).await
    };
    let noted = noted.await;
    writer.release().await;
    noted
}

/// The dollars that a stack has cost between two instants.
#[derive(Clone, Debug, Serialize)]
pub struct Spending {
    /// The interval: it ends now at the latest.
    pub span: Span,
    /// The first instant that the ledger knows of; `None` if it is empty.
    pub since: Option<Timestamp>,
    /// The dollars.
    #[serde(flatten)]
    pub accrued: Accrued,
    /// The names of all resources that are recorded, by which they belong to components.
    #[serde(skip)]
    pub names: BTreeSet<String>,
}

/// Returns what a stack has cost between two instants, by its ledger, and by that of its record which the ledger does not have
/// yet: an open run, for one. Returns `None` if nothing was ever recorded. The time after `now` is left out.
pub async fn spending(
    state: &StateStore,
    kinds: &Registry,
    pricing: &Pricing<'_>,
    span: Span,
    now: Timestamp,
) -> Result<Option<Spending>, StateError> {
    let Some((document, journal)) = state.read().await? else { return Ok(None) };
    let names = document.resources.keys().map(|address| address.name().to_owned()).collect();
    let span = Span { from: span.from, to: span.to.min(now).max(span.from) };
    let Entries { since, entries } = entries(state, kinds, document, journal, (span.from, now)).await?;
    let accrued = accrue(&entries, span, CERTAIN_FOR, pricing);
    Ok(Some(Spending { span, since, accrued, names }))
}

/// The entries of the ledger of a stack, as far as they count from an instant on.
#[derive(Debug)]
pub(crate) struct Entries {
    /// The first instant that the whole ledger knows of; `None` if it is empty.
    pub(crate) since: Option<Timestamp>,
    /// The entries, in the order of their instants.
    pub(crate) entries: Vec<Entry>,
}

/// Returns the entries of the ledger of a stack that count from an instant on, and those of its record which the ledger does not
/// have yet. `now` is the present instant.
pub(crate) async fn entries(
    state: &StateStore,
    kinds: &Registry,
    mut document: StateDocument,
    mut journal: Vec<JournalEntry>,
    (from, now): (Timestamp, Timestamp),
) -> Result<Entries, StateError> {
    document.migrate_inputs(kinds, &mut journal);
    let lineage = &document.lineage;
    let mut ledger = state.ledger_from(lineage, from).await?;
    let part = part_of(&document);
    // A run that is told already and still open was cut off in between: its journal has the same.
    ledger.segments.retain(|segment| part.is_none() || segment.part != part);
    let end = match ledger.segments.last() {
        // The last segment of all has its bills; those before it may be part of a block, without theirs.
        Some(last) if part.is_none() && last.lineage == *lineage => LedgerEnd::of(last),
        _ => state.ledger_end(lineage, part.as_ref()).await?,
    };
    let missing = missing_entries(&end.by(now), (&document, &journal), None, kinds);
    let since = ledger.since;
    let mut entries = ledger.entries(lineage);
    entries.extend(missing);
    let entries = in_order(entries);
    Ok(Entries { since: since.or_else(|| entries.first().map(|entry| entry.at)), entries })
}
