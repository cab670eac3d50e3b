//! The record of a stack as a status reads it.

use jiff::Timestamp;

use crate::cli::context::replayed;
use crate::cli::error::CommandError;
use crate::state::{LockInfo, StateStore};
use ebbtide::cost::ledger::Entry;
use ebbtide::plan::Plan;
use ebbtide::record::{RunOutcome, StateDocument};

/// The number of serials in which the plan of the last run is looked for. A run begins in one serial and ends in the next one; edits of
/// the record may follow.
const LOOKED_AT: usize = 20;

/// The record of a stack, with the journal of an open run applied.
pub(in crate::cli) struct Recorded {
    pub(super) document: StateDocument,
    /// The number of operations of the open run that are done.
    pub(super) done: usize,
    /// The command that is at work on the stack.
    pub(super) at_work: Option<LockInfo>,
    /// The plan of the last run, if it was not done.
    pub(super) unfinished: Option<Plan>,
    /// The ledger as it counts now; empty if it was not asked for, or cannot be read.
    pub(super) ledger: Vec<Entry>,
}

impl Recorded {
    /// Reads the record; `None` if nothing was ever recorded.
    pub(in crate::cli) async fn read(state: &StateStore) -> Result<Option<Self>, CommandError> {
        let Some((document, journal)) = state.read().await? else { return Ok(None) };
        let document = replayed(state, document, &journal)?;
        let (mut done, mut at_work, mut unfinished) = (0, None, None);
        if let Some(run) = &document.run {
            done = journal.iter().filter(|entry| entry.took.is_some()).count();
            unfinished = Some(run.plan.clone());
            at_work = state.backend().lock_info().await?;
        } else if document.ended.as_ref().is_some_and(|ended| ended.outcome != RunOutcome::Done) {
            unfinished = last_plan(state, &document).await;
        }
        Ok(Some(Self { document, done, at_work, unfinished, ledger: Vec::new() }))
    }

    /// Adds the ledger, from which it follows since when endpoints have been there. A ledger that cannot be read leaves that out.
    pub(in crate::cli) async fn with_ledger(mut self, state: &StateStore) -> Self {
        let lineage = self.document.lineage.clone();
        if let Ok(ledger) = state.ledger_from(&lineage, Timestamp::now()).await {
            self.ledger = ledger.entries(&lineage);
        }
        self
    }
}

/// Returns the plan of the last run from the serial that it began with. A serial that is gone is no error.
async fn last_plan(state: &StateStore, document: &StateDocument) -> Option<Plan> {
    let ended = document.ended.as_ref()?;
    let history = state.history().await.ok()??;
    for serial in history.serials().iter().take(LOOKED_AT) {
        let summary = history.summary(*serial).await.ok()?;
        if summary.run.is_some_and(|run| run.id == ended.id) {
            return state.at(*serial).await.ok()?.run.map(|run| run.plan);
        }
    }
    None
}
