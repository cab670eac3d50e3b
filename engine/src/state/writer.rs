//! Writing the state of one stack.

use std::sync::Arc;

use tokio::time::Instant;
use tracing::{debug, instrument};

use crate::logging::milliseconds;

use crate::state::backend::{Commit, Lease, Version, WriteSession};
use crate::state::document::encode;
use crate::state::encryption::DataKey;
use crate::state::error::{Expected, StateError};
use crate::state::journal;
use crate::state::lock::LockOwner;
use crate::state::store::{Loaded, StateStore};
use crate::state::summary::{Index, SerialSummary};
use ebbtide::record::{JournalEntry, StateDocument};

impl StateStore {
    /// Locks the stack for one writer. If it is locked already, the error names the owner of the lock.
    #[instrument(name = "state_lock", level = "debug", skip_all, err(level = "debug"), fields(location = self.location()))]
    pub async fn acquire(&self, owner: LockOwner) -> Result<Writer<'_>, StateError> {
        let start = Instant::now();
        let session = self.backend().acquire(owner).await?;
        debug!(ms = milliseconds(start.elapsed()), "state locked");
        Ok(Writer { store: self, session, committed: None, data_key: None, index: None })
    }
}

/// The right to write the state of a stack.
pub struct Writer<'a> {
    store: &'a StateStore,
    session: Box<dyn WriteSession>,
    /// The document that was read or committed last. The next commit replaces it.
    committed: Option<Committed>,
    /// The key that documents are encrypted with. A document keeps its data key from write to write.
    data_key: Option<Arc<DataKey>>,
    /// The index of the history, once it was read.
    index: Option<Index>,
}

struct Committed {
    version: Version,
    /// The lineage and serial; `None` if a note that state was moved away stands in the document's place.
    document: Option<Expected>,
    summary: Option<SerialSummary>,
    /// The key that the document and the journal of its run are encrypted with.
    data_key: Option<Arc<DataKey>>,
}

impl Committed {
    fn new(version: Version, document: &StateDocument, data_key: Option<Arc<DataKey>>) -> Self {
        let expected = Expected { lineage: document.lineage.clone(), serial: document.serial };
        Self { version, document: Some(expected), summary: Some(SerialSummary::of(document)), data_key }
    }
}

impl<'a> Writer<'a> {
    /// Returns the committed document and the journal of its open run.
    pub async fn read(&mut self) -> Result<Option<(StateDocument, Vec<JournalEntry>)>, StateError> {
        let Some(Loaded { document, journal, version, data_key }) = self.store.load().await? else {
            self.committed = None;
            return Ok(None);
        };
        self.data_key.clone_from(&data_key);
        self.committed = Some(Committed::new(version, &document, data_key));
        Ok(Some((document, journal)))
    }

    /// Returns the committed document, those entries of the journal of its open run that can be read, and the number of lines
    /// that cannot.
    pub(super) async fn read_readable(
        &mut self,
    ) -> Result<Option<(StateDocument, Vec<JournalEntry>, usize)>, StateError> {
        let Some((loaded, unreadable)) = self.store.load_readable().await? else { return Ok(None) };
        let Loaded { document, journal, version, data_key } = loaded;
        self.data_key.clone_from(&data_key);
        self.committed = Some(Committed::new(version, &document, data_key));
        Ok(Some((document, journal, unreadable)))
    }

    /// Makes a document durable in place of the one that was read or committed last. It must have the same lineage and a
    /// higher serial. The journal of an earlier run is dropped.
    pub async fn commit(&mut self, document: &StateDocument) -> Result<(), StateError> {
        if let Some(before) = self.expected()
            && (document.lineage != before.lineage || document.serial <= before.serial)
        {
            let expected = Expected { lineage: document.lineage.clone(), serial: document.serial.saturating_sub(1) };
            return Err(StateError::Conflict { location: self.store.location(), expected: Some(expected) });
        }
        self.put(document).await
    }

    /// Makes a document durable, whatever its serial.
    #[instrument(
        name = "state_write", level = "debug", skip_all, err(level = "debug"),
        fields(location = self.store.location(), serial = document.serial)
    )]
    pub(super) async fn put(&mut self, document: &StateDocument) -> Result<(), StateError> {
        let start = Instant::now();
        self.check_lease()?;
        let bytes = self.encrypted(document).await?;
        let version = self.replace(&bytes).await?;
        let before = self.committed.take().and_then(|committed| committed.summary);
        self.committed = Some(Committed::new(version, document, self.data_key.clone()));
        debug!(ms = milliseconds(start.elapsed()), "state written");
        self.tidy(before, document).await;
        Ok(())
    }

    /// Leaves a note in place of the document.
    pub(super) async fn leave_note(&mut self, note: &[u8]) -> Result<(), StateError> {
        self.replace(note).await.map(drop)
    }

    /// Replaces the document or note that was read or committed last.
    async fn replace(&mut self, bytes: &[u8]) -> Result<Version, StateError> {
        let before = self.committed.as_ref();
        let expected = self.expected().cloned();
        let commit = Commit {
            bytes,
            replaces: before.map(|committed| &committed.version),
            keep_as: expected.as_ref().map(|expected| expected.serial),
        };
        self.session.commit(commit).await.map_err(|error| match error {
            StateError::Conflict { location, .. } => StateError::Conflict { location, expected },
            other => other,
        })
    }

    /// Keeps an earlier document, encrypted with the present key.
    pub(super) async fn keep(&mut self, serial: u64, document: &StateDocument) -> Result<(), StateError> {
        let bytes = self.encrypted(document).await?;
        self.session.keep(serial, &bytes).await?;
        self.index(document).await.add(SerialSummary::of(document));
        Ok(())
    }

    /// Returns the index of the history, read once.
    pub(super) async fn index(&mut self, document: &StateDocument) -> &mut Index {
        let index = match self.index.take() {
            Some(index) => index,
            None => self.store.index(&document.lineage).await,
        };
        self.index.insert(index)
    }

    /// Removes earlier documents.
    pub(super) async fn remove(&mut self, serials: &[u64]) -> Result<(), StateError> {
        self.session.remove(serials).await
    }

    /// Writes the index of the history, encrypted like the document.
    pub(super) async fn write_index(&mut self, bytes: Vec<u8>) -> Result<(), StateError> {
        let bytes = match &self.data_key {
            Some(key) => key.encrypt(&bytes, &self.store.context())?,
            None => bytes,
        };
        self.session.write_index(&bytes).await
    }

    /// Writes a segment of the ledger, encrypted like the document for a context of its own.
    pub(super) async fn write_segment(&mut self, number: u64, bytes: Vec<u8>, context: &str) -> Result<(), StateError> {
        let location = self.store.location();
        let bytes = self.store.keys().encrypt(bytes, context, &location, &mut self.data_key).await?;
        self.session.keep_segment(number, &bytes).await
    }

    pub(super) fn store(&self) -> &'a StateStore {
        self.store
    }

    /// Returns the bytes of a document as they are stored.
    async fn encrypted(&mut self, document: &StateDocument) -> Result<Vec<u8>, StateError> {
        let bytes = encode(document, &self.store.location())?;
        let location = self.store.location();
        self.store.keys().encrypt(bytes, &self.store.context(), &location, &mut self.data_key).await
    }

    /// Makes the next write generate a new data key.
    pub(super) fn forget_data_key(&mut self) {
        self.data_key = None;
    }

    /// Makes the next commit replace bytes that are no document.
    pub(super) fn replace_note(&mut self, version: Option<Version>) {
        self.committed = version.map(|version| Committed { version, document: None, summary: None, data_key: None });
    }

    /// Returns the lineage and serial of the document that the next commit replaces.
    fn expected(&self) -> Option<&Expected> {
        self.committed.as_ref()?.document.as_ref()
    }

    /// Makes entries of the open run's journal durable.
    #[instrument(
        name = "journal_write", level = "debug", skip_all, err(level = "debug"),
        fields(location = self.store.location(), entries = journal.len())
    )]
    pub async fn append(&mut self, journal: &[JournalEntry]) -> Result<(), StateError> {
        let start = Instant::now();
        self.check_lease()?;
        let Some(JournalEntry { run, .. }) = journal.first() else { return Ok(()) };
        let lines = journal::encode(journal);
        let mut lines = lines.map_err(|error| StateError::inconsistent(self.store.location(), error))?;
        if let Some(key) = self.committed.as_ref().and_then(|committed| committed.data_key.as_ref()) {
            lines = key.encrypt_line(&lines, run, &self.store.context())?;
        }
        self.session.append(&lines).await?;
        debug!(ms = milliseconds(start.elapsed()), "journal written");
        Ok(())
    }

    /// Returns the lease, which shows at any time whether this process may still write.
    pub fn lease(&self) -> Lease {
        self.session.lease()
    }

    /// Fails once the right to write is lost.
    pub fn check_lease(&self) -> Result<(), StateError> {
        match self.session.lease().expired() {
            Some(reason) => Err(StateError::LeaseLost { location: self.store.location(), reason }),
            None => Ok(()),
        }
    }

    /// Releases the lock.
    pub async fn release(self) {
        self.session.release().await;
    }
}
