//! Moving state to another place, and sealing it anew.

use crate::state::document::moved_away;
use crate::state::{Commit, LockOwner, StateError, StateStore, Stored, Version, Writer};
use ebbtide::record::StateDocument;

impl StateStore {
    /// Moves all serials to another place, and leaves a note here that says so. Answers how many serials there are now.
    ///
    /// Cut off anywhere, it can be called again: what is there already is the same. Neither place may have an open run.
    pub async fn move_to(&self, other: &Self, holder: LockOwner) -> Result<usize, StateError> {
        let mut from = self.acquire(holder.clone()).await?;
        let to = other.acquire(holder).await;
        let moved = match to {
            Ok(mut to) => {
                let moved = self.relocate(&mut from, other, &mut to).await;
                to.release().await;
                moved
            }
            Err(error) => Err(error),
        };
        from.release().await;
        moved
    }

    async fn relocate(&self, from: &mut Writer<'_>, other: &Self, to: &mut Writer<'_>) -> Result<usize, StateError> {
        let nothing =
            || StateError::RelocationRefused { place: self.place(), why: "there is nothing to move".to_owned() };
        let (document, _) = from.read().await?.ok_or_else(nothing)?;
        settled(&document, self)?;
        let there = match to.read().await {
            Ok(there) => there.map(|(document, _)| document),
            // It was moved away from there once, and comes back.
            Err(StateError::Relocated { .. }) => {
                to.take_the_place_of(other.stored().await?);
                None
            }
            Err(error) => return Err(error),
        };
        if let Some(there) = &there
            && (&there.lineage, there.serial) != (&document.lineage, document.serial)
        {
            let (place, lineage, serial) = (other.place(), &there.lineage, there.serial);
            let why =
                format!("{place} has other state already (lineage {lineage}, serial {serial}); move that away first");
            return Err(StateError::RelocationRefused { place: self.place(), why });
        }
        let serials = self.backend().serials().await?;
        for serial in serials.iter().filter(|serial| **serial < document.serial) {
            let earlier = self.at(*serial).await?;
            to.keep(*serial, &earlier).await?;
        }
        if there.is_none() {
            to.put(&document).await?;
        }
        from.leave(&moved_away(&other.place())).await?;
        Ok(serials.len() + 1)
    }

    /// What is stored, whatever it is.
    async fn stored(&self) -> Result<Option<Version>, StateError> {
        Ok(self.backend().document().await?.map(|Stored { version, .. }| version))
    }

    /// Seals every serial anew, with a data key of its own, under the present key; or writes them as they are, if there is
    /// none any more. Answers how many there are.
    pub async fn rekey(&self, holder: LockOwner) -> Result<usize, StateError> {
        let mut writer = self.acquire(holder).await?;
        let sealed = self.reseal(&mut writer).await;
        writer.release().await;
        sealed
    }

    async fn reseal(&self, writer: &mut Writer<'_>) -> Result<usize, StateError> {
        let nothing =
            || StateError::RelocationRefused { place: self.place(), why: "there is nothing to encrypt".to_owned() };
        let (mut document, _) = writer.read().await?.ok_or_else(nothing)?;
        settled(&document, self)?;
        writer.forget_data_key();
        let committed = document.serial;
        document.serial += 1;
        writer.commit(&document).await?;
        let serials = self.backend().serials().await?;
        for serial in serials.iter().filter(|serial| **serial <= committed) {
            let earlier = self.at(*serial).await?;
            writer.keep(*serial, &earlier).await?;
        }
        Ok(serials.len() + 1)
    }
}

/// JournalEntry of a run that is open belongs to the place and the key that it was begun with.
fn settled(document: &StateDocument, state: &StateStore) -> Result<(), StateError> {
    match &document.run {
        None => Ok(()),
        Some(run) => {
            let why = format!(
                "a run of `ebb {}` by {} is not over; run that command again, which settles it, then this one",
                run.command, run.by
            );
            Err(StateError::RelocationRefused { place: state.place(), why })
        }
    }
}

impl Writer<'_> {
    /// Keeps an earlier document, sealed with the present key.
    async fn keep(&mut self, serial: u64, document: &StateDocument) -> Result<(), StateError> {
        let bytes = self.sealed(document).await?;
        self.session_mut().keep(serial, &bytes).await
    }

    /// Leaves a note in the place of the document.
    async fn leave(&mut self, note: &[u8]) -> Result<(), StateError> {
        let (version, serial) = self.replaced();
        let commit = Commit { bytes: note, replaces: version.as_ref(), keep_as: serial };
        self.session_mut().commit(commit).await.map(drop)
    }
}
