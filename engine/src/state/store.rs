//! The state of one stack: documents and progress, on whatever backend keeps their bytes.

use std::sync::Arc;
use std::time::Instant;

use tracing::{debug, instrument};

use crate::logging::milliseconds;
use crate::state::document::{decode, encode};
use crate::state::encryption::{DataKey, Written, written};
use crate::state::{Backend, Commit, Keys, Lease, LockOwner, StateError, Stored, Version, WriteSession};
use ebbtide::record::{JournalEntry, StateDocument};

/// The state of one stack in one environment.
pub struct StateStore {
    backend: Box<dyn Backend>,
    environment: String,
    stack: String,
    keys: Keys,
}

/// What was read: the document, and the progress of its open run.
pub type Recorded = (StateDocument, Vec<JournalEntry>);

/// What was read, with the version and the data key of the document.
type Loaded = (Recorded, Version, Option<Arc<DataKey>>);

impl StateStore {
    /// The state that a backend keeps, sealed and opened with these keys.
    pub fn new(backend: Box<dyn Backend>, environment: &str, stack: &str, keys: Keys) -> Self {
        Self { backend, environment: environment.to_owned(), stack: stack.to_owned(), keys }
    }

    /// The place, for messages: a path or a URL.
    pub fn place(&self) -> String {
        self.backend.place()
    }

    /// The backend, for what concerns no document: who has the stack, and taking it away from them.
    pub fn backend(&self) -> &dyn Backend {
        self.backend.as_ref()
    }

    /// The committed document and the progress of its open run, or `None` if there was never a commit.
    pub async fn read(&self) -> Result<Option<Recorded>, StateError> {
        Ok(self.load().await?.map(|(recorded, ..)| recorded))
    }

    /// The serials that can be read, ascending, the committed one last.
    pub async fn serials(&self) -> Result<Vec<u64>, StateError> {
        let mut serials = self.backend.serials().await?;
        if let Some((document, _)) = self.read().await? {
            serials.retain(|serial| *serial < document.serial);
            serials.push(document.serial);
        }
        Ok(serials)
    }

    /// The document of a serial, as it was committed.
    pub async fn at(&self, serial: u64) -> Result<StateDocument, StateError> {
        if let Some(bytes) = self.backend.earlier(serial).await? {
            return Ok(self.document(bytes, &format!("{} at serial {serial}", self.place())).await?.0);
        }
        match self.read().await? {
            Some((document, _)) if document.serial == serial => Ok(document),
            _ => Err(self.no_such(serial).await?),
        }
    }

    async fn no_such(&self, serial: u64) -> Result<StateError, StateError> {
        let serials = self.serials().await?;
        let known = match (serials.first(), serials.last()) {
            (Some(first), Some(last)) => format!("there are serials from {first} to {last}: `ebb state history`"),
            _ => "nothing was ever committed".to_owned(),
        };
        Ok(StateError::NoSuchSerial { place: self.place(), serial, known })
    }

    /// Takes the stack for one writer, or names who has it.
    #[instrument(name = "state_lock", level = "debug", skip_all, err(level = "debug"), fields(location = self.place()))]
    pub async fn acquire(&self, holder: LockOwner) -> Result<Writer<'_>, StateError> {
        let start = Instant::now();
        let session = self.backend.acquire(holder).await?;
        debug!(ms = milliseconds(start.elapsed()), "state locked");
        Ok(Writer { state: self, session, committed: None, data_key: None })
    }

    /// What is stored. Who reads without having the stack may read the journal after a writer has gone on to the next
    /// document: then both are read again.
    #[instrument(name = "state_read", level = "debug", skip_all, err(level = "debug"), fields(location = self.place()))]
    async fn load(&self) -> Result<Option<Loaded>, StateError> {
        let start = Instant::now();
        let loaded = self.load_consistently().await?;
        let serial = loaded.as_ref().map(|((document, _), ..)| document.serial);
        debug!(serial, ms = milliseconds(start.elapsed()), "state read");
        Ok(loaded)
    }

    async fn load_consistently(&self) -> Result<Option<Loaded>, StateError> {
        loop {
            let Some(Stored { bytes, version }) = self.backend.document().await? else { return Ok(None) };
            let (document, key) = self.document(bytes, &self.place()).await?;
            let Some(run) = &document.run else { return Ok(Some(((document, Vec::new()), version, key))) };
            let progress = self.progress(&run.id, key.as_deref()).await;
            if self.backend.document().await?.is_some_and(|stored| stored.version == version) {
                return Ok(Some(((document, progress?), version, key)));
            }
        }
    }

    async fn document(&self, bytes: Vec<u8>, place: &str) -> Result<(StateDocument, Option<Arc<DataKey>>), StateError> {
        let (bytes, key) = self.keys.open(bytes, &self.about(), place).await?;
        let document = decode(bytes, place)?;
        let scope = &document.scope;
        if (scope.environment.as_str(), scope.stack.as_str()) == (self.environment.as_str(), self.stack.as_str()) {
            return Ok((document, key));
        }
        Err(StateError::WrongStack {
            place: place.to_owned(),
            found: format!("{} in {}", scope.stack, scope.environment),
            expected: format!("{} in {}", self.stack, self.environment),
        })
    }

    /// The progress of a run. A last line that was cut off by a crash is dropped: its operation is looked up.
    async fn progress(&self, run: &str, key: Option<&DataKey>) -> Result<Vec<JournalEntry>, StateError> {
        let journal = self.backend.journal().await?;
        let mut progress = Vec::new();
        let mut lines =
            journal.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()).peekable();
        while let Some((index, line)) = lines.next() {
            match self.entries(line, run, key) {
                Ok(entries) => progress.extend(entries),
                Err(_) if lines.peek().is_none() => {}
                Err(why) => {
                    let place = format!("the journal of {}", self.place());
                    return Err(StateError::Damaged { place, message: format!("line {}: {why}", index + 1) });
                }
            }
        }
        Ok(progress)
    }

    /// What a line of the journal says of a run, or why it cannot be read.
    fn entries(&self, line: &[u8], run: &str, key: Option<&DataKey>) -> Result<Vec<JournalEntry>, String> {
        let opened;
        let sealed = !matches!(written(line), Written::Plain);
        let plain = match written(line) {
            Written::Plain => line,
            Written::Sealed(of, _) if of != run => return Ok(Vec::new()),
            Written::Sealed(_, body) => {
                opened = key.and_then(|key| key.open_line(&body, &self.about()));
                opened.as_deref().ok_or("it was changed after it was encrypted")?
            }
            Written::Damaged => return Err("it was changed after it was encrypted".to_owned()),
        };
        let mut entries = Vec::new();
        for line in plain.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let entry: JournalEntry = serde_json::from_slice(line).map_err(|error| error.to_string())?;
            if entry.run != run {
                continue;
            }
            if key.is_some() && !sealed {
                return Err("it is not encrypted, and the document is".to_owned());
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// What ties sealed bytes to this stack.
    fn about(&self) -> String {
        format!("{}/{}", self.environment, self.stack)
    }
}

/// The right to write the state of a stack.
pub struct Writer<'a> {
    state: &'a StateStore,
    session: Box<dyn WriteSession>,
    /// The document that was read or committed last: what the next one replaces.
    committed: Option<Committed>,
    /// What documents are sealed with: a document keeps its data key from write to write.
    data_key: Option<Arc<DataKey>>,
}

struct Committed {
    version: Version,
    lineage: String,
    /// `None` for what is no document, such as the note that state was moved away.
    serial: Option<u64>,
    /// What it is sealed with, and the lines of its run.
    data_key: Option<Arc<DataKey>>,
}

impl Writer<'_> {
    /// The committed document and the progress of its open run.
    pub async fn read(&mut self) -> Result<Option<Recorded>, StateError> {
        let Some((recorded, version, data_key)) = self.state.load().await? else {
            self.committed = None;
            return Ok(None);
        };
        let (lineage, serial) = (recorded.0.lineage.clone(), recorded.0.serial);
        self.data_key.clone_from(&data_key);
        self.committed = Some(Committed { version, lineage, serial: Some(serial), data_key });
        Ok(Some(recorded))
    }

    /// Makes a document durable in place of the one that was read or committed last, whose serial it counts on from.
    /// The progress of an earlier run is dropped with it.
    pub async fn commit(&mut self, document: &StateDocument) -> Result<(), StateError> {
        let place = self.state.place();
        if let Some(Committed { lineage, serial: Some(serial), .. }) = &self.committed
            && (document.lineage != *lineage || document.serial <= *serial)
        {
            let (lineage, serial) = (document.lineage.clone(), document.serial.saturating_sub(1));
            return Err(StateError::Conflict { place, lineage, serial });
        }
        self.put(document).await
    }

    /// Makes a document durable with whatever serial it has.
    #[instrument(
        name = "state_write", level = "debug", skip_all, err(level = "debug"),
        fields(location = self.state.place(), serial = document.serial)
    )]
    pub(super) async fn put(&mut self, document: &StateDocument) -> Result<(), StateError> {
        let start = Instant::now();
        self.check_lease()?;
        let bytes = self.sealed(document).await?;
        let before = self.committed.as_ref();
        let commit = Commit {
            bytes: &bytes,
            replaces: before.map(|committed| &committed.version),
            keep_as: before.and_then(|committed| committed.serial),
        };
        let version = self.session.commit(commit).await.map_err(|error| self.moved(error, document))?;
        let (lineage, serial) = (document.lineage.clone(), Some(document.serial));
        self.committed = Some(Committed { version, lineage, serial, data_key: self.data_key.clone() });
        debug!(ms = milliseconds(start.elapsed()), "state written");
        Ok(())
    }

    /// The bytes of a document as they are stored.
    pub(super) async fn sealed(&mut self, document: &StateDocument) -> Result<Vec<u8>, StateError> {
        let place = self.state.place();
        self.state.keys.seal(encode(document, &place)?, &self.state.about(), &place, &mut self.data_key).await
    }

    /// What is written from now on gets another data key.
    pub(super) fn forget_data_key(&mut self) {
        self.data_key = None;
    }

    pub(super) fn session_mut(&mut self) -> &mut dyn WriteSession {
        self.session.as_mut()
    }

    /// The version of what the next document replaces, and the serial under which it stays readable.
    pub(super) fn replaced(&self) -> (Option<Version>, Option<u64>) {
        (self.committed.as_ref().map(|before| before.version.clone()), self.committed.as_ref().and_then(|b| b.serial))
    }

    /// What is stored is no document, and the next one takes its place.
    pub(super) fn take_the_place_of(&mut self, version: Option<Version>) {
        self.committed =
            version.map(|version| Committed { version, lineage: String::new(), serial: None, data_key: None });
    }

    /// Backends know versions; people know lineages and serials.
    fn moved(&self, error: StateError, document: &StateDocument) -> StateError {
        match error {
            StateError::Conflict { place, .. } => StateError::Conflict {
                place,
                lineage: document.lineage.clone(),
                serial: self.committed.as_ref().and_then(|committed| committed.serial).unwrap_or(0),
            },
            other => other,
        }
    }

    /// Makes progress of the open run durable.
    #[instrument(
        name = "journal_write", level = "debug", skip_all, err(level = "debug"),
        fields(location = self.state.place(), entries = progress.len())
    )]
    pub async fn append(&mut self, progress: &[JournalEntry]) -> Result<(), StateError> {
        let start = Instant::now();
        self.check_lease()?;
        let Some(JournalEntry { run, .. }) = progress.first() else { return Ok(()) };
        let place = self.state.place();
        let mut lines = Vec::new();
        for entry in progress {
            serde_json::to_writer(&mut lines, entry)
                .map_err(|error| StateError::Inconsistent { place: place.clone(), message: error.to_string() })?;
            lines.push(b'\n');
        }
        if let Some(key) = self.committed.as_ref().and_then(|committed| committed.data_key.as_ref()) {
            lines = key.seal_line(&lines, run, &self.state.about())?;
        }
        self.session.append(&lines).await?;
        debug!(ms = milliseconds(start.elapsed()), "journal written");
        Ok(())
    }

    /// Tells at any time whether the right to write still stands.
    pub fn lease(&self) -> Lease {
        self.session.lease()
    }

    /// An error once the right to write is lost.
    pub fn check_lease(&self) -> Result<(), StateError> {
        match self.session.lease().lost() {
            Some(why) => Err(StateError::LeaseLost { place: self.state.place(), why }),
            None => Ok(()),
        }
    }

    /// Gives the right back.
    pub async fn release(self) {
        self.session.release().await;
    }
}
