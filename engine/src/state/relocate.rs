//! Moving state to another location, and encrypting it again.

use crate::state::backend::{Stored, Version};
use crate::state::document::moved_away;
use crate::state::error::StateError;
use crate::state::lock::LockOwner;
use crate::state::refusal::RelocationRefusal;
use crate::state::store::StateStore;
use crate::state::writer::Writer;
use ebbtide::record::StateDocument;

impl StateStore {
    /// Checks that the state can be moved to another location. Returns whether it is there already, after an earlier move.
    pub async fn check_move(&self, other: &Self) -> Result<bool, StateError> {
        let document = match self.read().await {
            Ok(Some((document, _))) => document,
            Ok(None) => return Err(self.refuse(RelocationRefusal::Nothing { act: "move" })),
            Err(StateError::Relocated { to, .. }) if to == other.location() => return Ok(true),
            Err(error) => return Err(error),
        };
        self.check_no_open_run(&document)?;
        match other.read().await {
            Ok(there) => self.check_destination(&document, there.as_ref().map(|(there, _)| there), other)?,
            Err(StateError::Relocated { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(false)
    }

    /// Moves all serials to another location, and leaves a note here that names it. Returns the number of serials there.
    ///
    /// After an interruption at any point it can be repeated: serials that are there already are the same. No run may be
    /// open.
    pub async fn move_to(&self, other: &Self, owner: LockOwner) -> Result<usize, StateError> {
        let mut from = self.acquire(owner.clone()).await?;
        let to = other.acquire(owner).await;
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
        let nothing = || self.refuse(RelocationRefusal::Nothing { act: "move" });
        let (document, _) = from.read().await?.ok_or_else(nothing)?;
        self.check_no_open_run(&document)?;
        let there = match to.read().await {
            Ok(there) => there.map(|(document, _)| document),
            // The state was moved away from there once, and returns.
            Err(StateError::Relocated { .. }) => {
                to.replace_note(other.stored_version().await?);
                None
            }
            Err(error) => return Err(error),
        };
        self.check_destination(&document, there.as_ref(), other)?;
        let serials = self.backend().serials().await?;
        for serial in serials.iter().filter(|serial| **serial < document.serial) {
            let earlier = self.at(*serial).await?;
            to.keep(*serial, &earlier).await?;
        }
        for stored in self.backend().segments(0).await? {
            to.keep_segment(&self.segment(stored.number).await?).await?;
        }
        if there.is_none() {
            to.put(&document).await?;
        }
        from.leave_note(&moved_away(&other.location())).await?;
        Ok(serials.len() + 1)
    }

    /// Fails if there is other state at the destination.
    fn check_destination(
        &self,
        document: &StateDocument,
        there: Option<&StateDocument>,
        other: &Self,
    ) -> Result<(), StateError> {
        match there {
            Some(there) if (&there.lineage, there.serial) != (&document.lineage, document.serial) => {
                Err(self.refuse(RelocationRefusal::OtherState {
                    location: other.location(),
                    lineage: there.lineage.clone(),
                    serial: there.serial,
                }))
            }
            _ => Ok(()),
        }
    }

    /// Returns the version of the stored bytes, whether or not they are a document.
    async fn stored_version(&self) -> Result<Option<Version>, StateError> {
        Ok(self.backend().document().await?.map(|Stored { version, .. }| version))
    }

    /// Encrypts every serial again with a new data key under the present key, or decrypts every serial if no key is
    /// configured any more. Returns the number of serials.
    pub async fn rekey(&self, owner: LockOwner) -> Result<usize, StateError> {
        let mut writer = self.acquire(owner).await?;
        let done = self.encrypt_again(&mut writer).await;
        writer.release().await;
        done
    }

    async fn encrypt_again(&self, writer: &mut Writer<'_>) -> Result<usize, StateError> {
        let nothing = || self.refuse(RelocationRefusal::Nothing { act: "encrypt" });
        let (mut document, _) = writer.read().await?.ok_or_else(nothing)?;
        self.check_no_open_run(&document)?;
        writer.forget_data_key();
        let committed = document.serial;
        document.serial += 1;
        document.edit = None;
        writer.commit(&document).await?;
        let serials = self.backend().serials().await?;
        for serial in serials.iter().filter(|serial| **serial <= committed) {
            let earlier = self.at(*serial).await?;
            writer.keep(*serial, &earlier).await?;
        }
        for stored in self.backend().segments(0).await? {
            writer.keep_segment(&self.segment(stored.number).await?).await?;
        }
        Ok(serials.len() + 1)
    }

    /// Fails if a run is open: its journal belongs to the location and the key that it was started with.
    fn check_no_open_run(&self, document: &StateDocument) -> Result<(), StateError> {
        let Some(run) = &document.run else { return Ok(()) };
        Err(self.refuse(RelocationRefusal::OpenRun { command: run.command.clone(), by: run.by.clone() }))
    }

    fn refuse(&self, source: RelocationRefusal) -> StateError {
        StateError::RelocationRefused { location: self.location(), source }
    }
}
