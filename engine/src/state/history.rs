//! The history of a stack: its serials in short, and how many of them are kept.

use tracing::debug;

use crate::state::error::StateError;
use crate::state::store::StateStore;
use crate::state::summary::{Index, SerialSummary};
use crate::state::writer::Writer;
use ebbtide::record::StateDocument;

/// The history of a stack, latest first.
pub struct History<'a> {
    store: &'a StateStore,
    /// The serials that can be read, the committed one first.
    serials: Vec<u64>,
    index: Index,
}

impl StateStore {
    /// Opens the history; `None` if nothing was ever committed. Reads the committed document and no earlier one.
    pub async fn history(&self) -> Result<Option<History<'_>>, StateError> {
        let Some((document, _)) = self.read().await? else { return Ok(None) };
        let mut serials = self.backend().serials().await?;
        serials.retain(|serial| *serial < document.serial);
        serials.reverse();
        serials.insert(0, document.serial);
        let mut index = self.index(&document.lineage).await;
        index.push(SerialSummary::of(&document));
        Ok(Some(History { store: self, serials, index }))
    }

    /// Returns the index of a lineage. It is a cache, so one that cannot be read is an empty one.
    pub(super) async fn index(&self, lineage: &str) -> Index {
        let read = async {
            let Some(bytes) = self.backend().index().await? else { return Ok(None) };
            let (bytes, _) = self.keys().decrypt(bytes, &self.context(), &self.location()).await?;
            Ok::<_, StateError>(Some(bytes))
        };
        let bytes = read.await.unwrap_or_else(|error| {
            debug!(%error, "the index of the history is not read");
            None
        });
        Index::decode(bytes.as_deref(), lineage)
    }
}

impl History<'_> {
    /// Returns the serials that can be read, the committed one first.
    pub fn serials(&self) -> &[u64] {
        &self.serials
    }

    /// Returns the summary of a serial: from the index, or else from its document.
    pub async fn summary(&self, serial: u64) -> Result<SerialSummary, StateError> {
        match self.index.get(serial) {
            Some(summary) => Ok(summary.clone()),
            None => Ok(SerialSummary::of(&self.store.at(serial).await?)),
        }
    }
}

impl Writer<'_> {
    /// Writes the index of the history after a commit, and removes the oldest serials after the end of a run. The document is
    /// durable already, so that a failure of either is none of the command.
    pub(super) async fn tidy(&mut self, before: Option<SerialSummary>, document: &StateDocument) {
        let mut index = self.index(document).await.clone();
        if let Some(before) = before {
            index.push(before);
        }
        index.push(SerialSummary::of(document));
        if document.run.is_none()
            && let Err(error) = self.prune(&mut index, document.serial).await
        {
            debug!(%error, "earlier serials are not removed");
        }
        let written = match serde_json::to_vec(&index) {
            Ok(bytes) => self.write_index(bytes).await,
            Err(error) => Err(StateError::inconsistent(self.store().location(), error)),
        };
        if let Err(error) = written {
            debug!(%error, "the index of the history is not written");
        }
        *self.index(document).await = index;
    }

    /// Removes the oldest serials, so that as many remain as the settings say, the committed one included. Completes the index
    /// for the others.
    async fn prune(&mut self, index: &mut Index, committed: u64) -> Result<(), StateError> {
        let store = self.store();
        let mut serials = store.backend().serials().await?;
        serials.retain(|serial| *serial < committed);
        let surplus = serials.len().saturating_sub(store.kept().saturating_sub(1));
        let kept = serials.split_off(surplus);
        if !serials.is_empty() {
            self.remove(&serials).await?;
        }
        for serial in &kept {
            if index.get(*serial).is_none()
                && let Ok(document) = store.at(*serial).await
            {
                index.add(SerialSummary::of(&document));
            }
        }
        index.keep_only(&[kept, vec![committed]].concat());
        Ok(())
    }
}
