//! Changes of the record that touch nothing in AWS, such as a hold.

use crate::state::error::StateError;
use crate::state::lock::LockOwner;
use crate::state::repair::{commit_progress, replay_legal};
use crate::state::store::StateStore;
use crate::state::writer::Writer;
use ebbtide::record::StateDocument;

impl StateStore {
    /// Changes the record under the lock, and commits it with a command for the history if `change` returns true. An open run
    /// stays open: the next command settles it. Returns the document, changed or not; `None` if nothing was ever recorded.
    pub async fn edit(
        &self,
        owner: LockOwner,
        command: &str,
        change: impl FnOnce(&mut StateDocument) -> bool + Send,
    ) -> Result<Option<StateDocument>, StateError> {
        let mut writer = self.acquire(owner.clone()).await?;
        let edited = self.edit_under_lock(&mut writer, &owner, command, change).await;
        writer.release().await;
        edited
    }

    async fn edit_under_lock(
        &self,
        writer: &mut Writer<'_>,
        owner: &LockOwner,
        command: &str,
        change: impl FnOnce(&mut StateDocument) -> bool + Send,
    ) -> Result<Option<StateDocument>, StateError> {
        let Some((mut document, journal)) = writer.read().await? else { return Ok(None) };
        if let Some(error) = replay_legal(&mut document, &journal).first_illegal {
            return Err(self.damaged_journal(error));
        }
        if change(&mut document) {
            document.note_edit(&owner.by, command);
            commit_progress(writer, document.clone()).await?;
        }
        Ok(Some(document))
    }
}
