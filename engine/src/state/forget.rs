//! Dropping resources from the record, also from one that contradicts itself.

use crate::state::error::StateError;
use crate::state::lock::LockOwner;
use crate::state::repair::{commit_progress, replay_legal};
use crate::state::store::StateStore;
use crate::state::writer::Writer;
use ebbtide::record::{Forgotten, StateDocument};
use ebbtide::resource::Address;

impl StateStore {
    /// Returns the document with the journal of an open run applied, whether or not it contradicts itself; `None` if nothing
    /// was ever recorded.
    pub async fn read_unchecked(&self) -> Result<Option<StateDocument>, StateError> {
        let Some((loaded, _)) = self.load_readable().await? else { return Ok(None) };
        let mut document = loaded.document;
        replay_legal(&mut document, &loaded.journal);
        Ok(Some(document))
    }

    /// Drops resources from the record. AWS is not touched, and an open run stays open: the next command settles the rest of
    /// it. Returns what was forgotten of each address; `None` for one that is not recorded.
    pub async fn forget(
        &self,
        owner: LockOwner,
        addresses: &[Address],
        why: &str,
    ) -> Result<Vec<Option<Forgotten>>, StateError> {
        let mut writer = self.acquire(owner.clone()).await?;
        let forgotten = drop_records(&mut writer, &owner, addresses, why).await;
        writer.release().await;
        forgotten
    }
}

async fn drop_records(
    writer: &mut Writer<'_>,
    owner: &LockOwner,
    addresses: &[Address],
    why: &str,
) -> Result<Vec<Option<Forgotten>>, StateError> {
    let Some((mut document, journal, _)) = writer.read_readable().await? else { return Ok(Vec::new()) };
    replay_legal(&mut document, &journal);
    let forgotten: Vec<_> = addresses.iter().map(|address| document.forget(address)).collect();
    if forgotten.iter().any(Option::is_some) {
        document.note_edit(&owner.by, why);
        commit_progress(writer, document).await?;
    }
    Ok(forgotten)
}
