//! The state of one stack: documents and journal, read from any backend.

use std::sync::Arc;

use tokio::time::Instant;
use tracing::{debug, instrument};

use crate::logging::milliseconds;

use crate::state::backend::{Backend, Stored, Version};
use crate::state::document::{check, decode};
use crate::state::encryption::{DataKey, Keys};
use crate::state::error::{Cause, StateError};
use crate::state::journal;
use crate::state::remembered::ReadSegments;
use ebbtide::record::{JournalEntry, StateDocument};

/// The state of one stack in one environment.
pub struct StateStore {
    backend: Arc<dyn Backend>,
    environment: String,
    stack: String,
    keys: Keys,
    /// The number of serials that are kept, the committed one included.
    kept: usize,
    /// The segments of ledgers that this process has read.
    read_before: ReadSegments,
}

/// The number of serials that are kept unless the settings say otherwise: those of the last hundred runs.
const KEPT: usize = 200;

/// Everything that is stored, as it was read at one moment.
pub(super) struct Loaded {
    pub(super) document: StateDocument,
    /// The journal of the open run.
    pub(super) journal: Vec<JournalEntry>,
    pub(super) version: Version,
    /// The data key that the document is encrypted with.
    pub(super) data_key: Option<Arc<DataKey>>,
}

impl StateStore {
    /// Creates the state that a backend keeps, encrypted and decrypted with some keys.
    pub fn new(backend: Box<dyn Backend>, environment: &str, stack: &str, keys: Keys) -> Self {
        let (environment, stack) = (environment.to_owned(), stack.to_owned());
        let read_before = ReadSegments::default();
        Self { backend: backend.into(), environment, stack, keys, kept: KEPT, read_before }
    }

    /// Changes the number of serials that are kept, the committed one included. `None` leaves the default.
    #[must_use]
    pub fn keeping(mut self, kept: Option<usize>) -> Self {
        self.kept = kept.unwrap_or(KEPT);
        self
    }

    /// Shares the segments of ledgers that were read with other states of this process.
    #[must_use]
    pub fn remembering(mut self, read: &ReadSegments) -> Self {
        self.read_before = read.clone();
        self
    }

    pub(super) fn read_before(&self) -> &ReadSegments {
        &self.read_before
    }

    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    /// Returns the location of the document, for messages: a path or a URL.
    pub fn location(&self) -> String {
        self.backend.location()
    }

    /// Returns the backend, for looking at the lock.
    pub fn backend(&self) -> &dyn Backend {
        self.backend.as_ref()
    }

    /// Returns the backend, for reading many things at once.
    pub(super) fn shared_backend(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.backend)
    }

    /// Returns the committed document and the journal of its open run, or `None` if there was never a commit.
    pub async fn read(&self) -> Result<Option<(StateDocument, Vec<JournalEntry>)>, StateError> {
        Ok(self.load().await?.map(|loaded| (loaded.document, loaded.journal)))
    }

    /// Returns the serials that can be read, ascending, the committed one last.
    pub async fn serials(&self) -> Result<Vec<u64>, StateError> {
        let mut serials = self.backend.serials().await?;
        if let Some((document, _)) = self.read().await? {
            serials.retain(|serial| *serial < document.serial);
            serials.push(document.serial);
        }
        Ok(serials)
    }

    /// Returns the document of a serial, as it was committed.
    pub async fn at(&self, serial: u64) -> Result<StateDocument, StateError> {
        if let Some(bytes) = self.backend.earlier(serial).await? {
            return Ok(self.document(bytes, &format!("{} at serial {serial}", self.location())).await?.0);
        }
        match self.read().await? {
            Some((document, _)) if document.serial == serial => Ok(document),
            _ => Err(self.no_such_serial(serial).await?),
        }
    }

    async fn no_such_serial(&self, serial: u64) -> Result<StateError, StateError> {
        let serials = self.serials().await?;
        let known = serials.first().copied().zip(serials.last().copied());
        Ok(StateError::NoSuchSerial { location: self.location(), serial, known })
    }

    /// Loads document and journal. Without the lock a writer may commit between the two reads; then both are read again.
    #[instrument(name = "state_read", level = "debug", skip_all, err(level = "debug"), fields(location = self.location()))]
    pub(super) async fn load(&self) -> Result<Option<Loaded>, StateError> {
        let start = Instant::now();
        let loaded = self.load_consistently().await?;
        let serial = loaded.as_ref().map(|loaded| loaded.document.serial);
        debug!(serial, ms = milliseconds(start.elapsed()), "state read");
        Ok(loaded)
    }

    async fn load_consistently(&self) -> Result<Option<Loaded>, StateError> {
        loop {
            let Some(Stored { bytes, version }) = self.backend.document().await? else { return Ok(None) };
            let (document, data_key) = self.document(bytes, &self.location()).await?;
            let Some(run) = &document.run else {
                return Ok(Some(Loaded { document, journal: Vec::new(), version, data_key }));
            };
            let journal = self.journal(&run.id, data_key.as_deref()).await;
            if self.backend.document().await?.is_some_and(|stored| stored.version == version) {
                return Ok(Some(Loaded { document, journal: journal?, version, data_key }));
            }
        }
    }

    /// Decrypts and decodes a document of this stack that does not contradict itself. Returns its data key too.
    async fn document(
        &self,
        bytes: Vec<u8>,
        location: &str,
    ) -> Result<(StateDocument, Option<Arc<DataKey>>), StateError> {
        let (document, data_key) = self.unchecked(bytes, location).await?;
        check(&document, location)?;
        Ok((document, data_key))
    }

    /// Decrypts and decodes a document of this stack, whether or not it contradicts itself.
    async fn unchecked(
        &self,
        bytes: Vec<u8>,
        location: &str,
    ) -> Result<(StateDocument, Option<Arc<DataKey>>), StateError> {
        let (bytes, data_key) = self.keys.decrypt(bytes, &self.context(), location).await?;
        let document = decode(bytes, location)?;
        let scope = &document.scope;
        if (scope.environment.as_str(), scope.stack.as_str()) == (self.environment.as_str(), self.stack.as_str()) {
            return Ok((document, data_key));
        }
        Err(StateError::WrongStack {
            location: location.to_owned(),
            found: format!("{} in {}", scope.stack, scope.environment),
            expected: format!("{} in {}", self.stack, self.environment),
        })
    }

    async fn journal(&self, run: &str, key: Option<&DataKey>) -> Result<Vec<JournalEntry>, StateError> {
        let bytes = self.backend.journal().await?;
        journal::decode(&bytes, run, key, &self.context()).map_err(|error| self.damaged_journal(error))
    }

    /// Creates the error for a journal that is incomplete or changed, or cannot be that of its run.
    pub fn damaged_journal(&self, cause: impl Into<Cause>) -> StateError {
        StateError::DamagedJournal { location: self.location(), source: cause.into() }
    }

    /// Returns the document, whether or not it contradicts itself, with those entries of its journal that can be read, the
    /// number of lines that cannot, and the version.
    pub(super) async fn load_readable(&self) -> Result<Option<(Loaded, usize)>, StateError> {
        let Some(Stored { bytes, version }) = self.backend.document().await? else { return Ok(None) };
        let (document, data_key) = self.unchecked(bytes, &self.location()).await?;
        let (journal, unreadable) = match &document.run {
            Some(run) => {
                let bytes = self.backend.journal().await?;
                journal::decode_readable(&bytes, &run.id, data_key.as_deref(), &self.context())
            }
            None => (Vec::new(), 0),
        };
        Ok(Some((Loaded { document, journal, version, data_key }, unreadable)))
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Returns the context that binds encrypted bytes to this stack.
    pub(super) fn context(&self) -> String {
        format!("{}/{}", self.environment, self.stack)
    }
}
