//! The keys that state is sealed with: the one in use, and the one before it while it is rotated.

use std::sync::{Arc, Mutex, PoisonError};

use super::StateError;
use super::kms::KmsKey;
use super::passphrase::Passphrase;
use super::seal::{DataKey, Wrapped, sealed};

/// What wraps data keys.
#[derive(Debug)]
pub enum Key {
    /// A key derived from a passphrase.
    Passphrase(Passphrase),
    /// A key of KMS, which never leaves it.
    Kms(KmsKey),
}

/// The keys of one stack's state. Without any, state is written as it is.
#[derive(Debug, Default)]
pub struct Keys {
    current: Option<Key>,
    previous: Option<Key>,
    known: Mutex<Known>,
}

/// Data keys that were opened or made.
#[derive(Debug, Default)]
struct Known {
    /// The latest last.
    opened: Vec<Arc<DataKey>>,
    /// The one for what is written: a document keeps its data key from write to write.
    writing: Option<Arc<DataKey>>,
}

impl Keys {
    /// `current` seals what is written; either opens what is read.
    pub fn new(current: Option<Key>, previous: Option<Key>) -> Self {
        Self { current, previous, known: Mutex::default() }
    }

    /// The bytes of a document as they were before they were sealed; what is not sealed is answered as it is.
    pub(super) async fn open(&self, bytes: Vec<u8>, about: &str, place: &str) -> Result<Vec<u8>, StateError> {
        let Some((wrapped, body)) = sealed(&bytes) else { return Ok(bytes) };
        let key = self.unwrap(&wrapped, place).await?;
        key.open(body, about).ok_or_else(|| StateError::Damaged {
            place: place.to_owned(),
            message: "it was changed after it was encrypted, or belongs to another stack".to_owned(),
        })
    }

    /// Seals a document, if there is a key to seal with.
    pub(super) async fn seal(&self, bytes: Vec<u8>, about: &str, place: &str) -> Result<Vec<u8>, StateError> {
        match self.sealing(place).await? {
            Some(key) => key.seal(&bytes, about),
            None => Ok(bytes),
        }
    }

    /// Seals lines of the journal with the data key of the document that they belong to.
    pub(super) async fn seal_lines(&self, lines: Vec<u8>, about: &str, place: &str) -> Result<Vec<u8>, StateError> {
        match self.sealing(place).await? {
            Some(key) => key.seal_line(&lines, about),
            None => Ok(lines),
        }
    }

    /// A line of the journal as it was before it was sealed: the lines of one write.
    pub(super) fn open_line(&self, line: &[u8], about: &str) -> Option<Vec<u8>> {
        if !line.starts_with(b"{\"sealed\":") {
            return Some(line.to_vec());
        }
        let opened = self.known().opened.clone();
        opened.iter().rev().find_map(|key| key.open_line(line, about))
    }

    /// What is written from now on gets another data key.
    pub(super) async fn renew(&self, place: &str) -> Result<(), StateError> {
        if let Some(current) = &self.current {
            self.write_with(Arc::new(current.make(place).await?));
        }
        Ok(())
    }

    /// The data key for what is written next: that of the document that was read, if the present key wraps it.
    async fn sealing(&self, place: &str) -> Result<Option<Arc<DataKey>>, StateError> {
        let Some(current) = &self.current else { return Ok(None) };
        let (writing, last) = {
            let known = self.known();
            (known.writing.clone(), known.opened.last().cloned())
        };
        if writing.is_some() {
            return Ok(writing);
        }
        let key = match last {
            Some(key) if current.wrapped(&key.wrapped).await? => key,
            _ => Arc::new(current.make(place).await?),
        };
        Ok(Some(self.write_with(key)))
    }

    fn write_with(&self, key: Arc<DataKey>) -> Arc<DataKey> {
        let mut known = self.known();
        known.opened.push(Arc::clone(&key));
        known.writing = Some(Arc::clone(&key));
        key
    }

    async fn unwrap(&self, wrapped: &Wrapped, place: &str) -> Result<Arc<DataKey>, StateError> {
        let known = self.known().opened.iter().find(|key| key.wrapped == *wrapped).cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        let mut refused = StateError::NoKey { place: place.to_owned(), with: wrapped.to_string() };
        for candidate in self.current.iter().chain(&self.previous) {
            match candidate.unwrap(wrapped, place).await {
                Ok(Some(key)) => {
                    let key = Arc::new(key);
                    self.known().opened.push(Arc::clone(&key));
                    return Ok(key);
                }
                Ok(None) => {}
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        // Keys are only ever added: nothing is half done.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    /// A new data key, wrapped.
    async fn make(&self, place: &str) -> Result<DataKey, StateError> {
        match self {
            Self::Passphrase(passphrase) => passphrase.make(),
            Self::Kms(key) => key.make(place).await,
        }
    }

    /// Unwraps a data key; `None` if it was not wrapped by a key of this sort.
    async fn unwrap(&self, wrapped: &Wrapped, place: &str) -> Result<Option<DataKey>, StateError> {
        match (self, wrapped) {
            (Self::Passphrase(passphrase), Wrapped::Passphrase { .. }) => passphrase.unwrap(wrapped, place).map(Some),
            (Self::Kms(key), Wrapped::Kms { .. }) => key.unwrap(wrapped, place).await.map(Some),
            (Self::Passphrase(_), Wrapped::Kms { .. }) | (Self::Kms(_), Wrapped::Passphrase { .. }) => Ok(None),
        }
    }

    /// Whether this very key wrapped a data key.
    async fn wrapped(&self, wrapped: &Wrapped) -> Result<bool, StateError> {
        match (self, wrapped) {
            (Self::Passphrase(passphrase), Wrapped::Passphrase { .. }) => Ok(passphrase.wrapped(wrapped)),
            (Self::Kms(key), Wrapped::Kms { arn, .. }) => key.is(arn).await,
            (Self::Passphrase(_), Wrapped::Kms { .. }) | (Self::Kms(_), Wrapped::Passphrase { .. }) => Ok(false),
        }
    }
}
