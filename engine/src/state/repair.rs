//! Going on from a run whose journal ended early: after an unlock, or because it is damaged.

use crate::state::error::StateError;
use crate::state::lock::{LockInfo, LockOwner};
use crate::state::store::StateStore;
use crate::state::writer::Writer;
use ebbtide::record::{IllegalEntry, JournalEntry, Replay, StateDocument};

/// The result of a repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The number of entries of the journal that are in the document now.
    pub kept: usize,
    /// The number of lines that could not be read, and of entries that cannot be.
    pub dropped: usize,
}

impl StateStore {
    /// Ends the lease of another command, and gives the document another serial, so that every later commit of that command
    /// is refused. A run that it started stays open: the next command settles it.
    pub async fn unlock(&self, lock: &LockInfo, owner: LockOwner) -> Result<(), StateError> {
        self.backend().unlock(lock).await?;
        let mut writer = self.acquire(owner).await?;
        let fenced = async {
            let Some((mut document, journal)) = writer.read().await? else { return Ok(()) };
            if let Some(error) = replay_legal(&mut document, &journal).first_illegal {
                return Err(self.damaged_journal(error));
            }
            commit_progress(&mut writer, document).await
        };
        let fenced = fenced.await;
        writer.release().await;
        fenced
    }

    /// Keeps what can be read of a damaged journal in the document, and drops the rest. The run stays open, and the next
    /// command looks up every creation of its plan that the document does not have. Returns `None` if there is no damage.
    pub async fn repair(&self, owner: LockOwner) -> Result<Option<Repaired>, StateError> {
        let mut writer = self.acquire(owner).await?;
        let repaired = async {
            let Some((mut document, journal, unreadable)) = writer.read_readable().await? else { return Ok(None) };
            let replayed = replay_legal(&mut document, &journal);
            let dropped = unreadable + (journal.len() - replayed.legal);
            if dropped == 0 {
                return Ok(None);
            }
            commit_progress(&mut writer, document).await?;
            Ok(Some(Repaired { kept: replayed.legal, dropped }))
        };
        let repaired = repaired.await;
        writer.release().await;
        repaired
    }
}

/// The entries of a journal that were applied.
#[derive(Default)]
pub(super) struct Replayed {
    legal: usize,
    pub(super) first_illegal: Option<IllegalEntry>,
}

/// Applies those entries of a journal to its document that can follow the ones before them. The run stays open.
pub(super) fn replay_legal(document: &mut StateDocument, journal: &[JournalEntry]) -> Replayed {
    let mut replayed = Replayed::default();
    let Some(run) = document.run.take() else { return replayed };
    let mut replay = Replay::new(&run.plan);
    for entry in journal {
        match replay.apply(document, entry) {
            Ok(()) => replayed.legal += 1,
            Err(error) => drop(replayed.first_illegal.get_or_insert(error)),
        }
    }
    document.run = Some(run);
    replayed
}

/// Commits a document in which the journal of its open run is applied, since a commit drops the journal.
pub(super) async fn commit_progress(writer: &mut Writer<'_>, mut document: StateDocument) -> Result<(), StateError> {
    if let Some(run) = &mut document.run {
        // The starts of creations were in the journal, too: now each may have been started.
        run.tells_begun = false;
    }
    document.serial += 1;
    writer.commit(&document).await
}
