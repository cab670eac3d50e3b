//! The keys that state is sealed with: the one in use, and the one before it while it is rotated.

use std::sync::{Arc, Mutex, PoisonError};

use crate::state::StateError;
use crate::state::encryption::envelope::{DataKey, Wrapped, sealed};
use crate::state::encryption::kms::KmsKey;
use crate::state::encryption::passphrase::Passphrase;

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
    /// Data keys that were unwrapped or made: unwrapping one is meant to be slow.
    known: Mutex<Vec<Arc<DataKey>>>,
}

impl Keys {
    /// `current` seals what is written; either opens what is read.
    pub fn new(current: Option<Key>, previous: Option<Key>) -> Self {
        Self { current, previous, known: Mutex::default() }
    }

    /// The bytes of a document as they were before they were sealed, and its data key; what is not sealed is answered as
    /// it is.
    pub(in crate::state) async fn open(
        &self,
        bytes: Vec<u8>,
        about: &str,
        place: &str,
    ) -> Result<(Vec<u8>, Option<Arc<DataKey>>), StateError> {
        let Some((wrapped, body)) = sealed(&bytes) else { return Ok((bytes, None)) };
        let key = self.unwrap(&wrapped, place).await?;
        let opened = key.open(body, about).ok_or_else(|| StateError::Damaged {
            place: place.to_owned(),
            message: "it was changed after it was encrypted, or belongs to another stack".to_owned(),
        })?;
        Ok((opened, Some(key)))
    }

    /// Seals a document, if there is a key to seal with. `data_key` is the one to seal with, if the present key wraps it;
    /// else it becomes another one.
    pub(in crate::state) async fn seal(
        &self,
        bytes: Vec<u8>,
        about: &str,
        place: &str,
        data_key: &mut Option<Arc<DataKey>>,
    ) -> Result<Vec<u8>, StateError> {
        let Some(current) = &self.current else {
            *data_key = None;
            return Ok(bytes);
        };
        let key = match data_key.take() {
            Some(key) if current.wrapped(&key.wrapped).await? => key,
            _ => self.note(current.make(place).await?),
        };
        data_key.insert(key).seal(&bytes, about)
    }

    async fn unwrap(&self, wrapped: &Wrapped, place: &str) -> Result<Arc<DataKey>, StateError> {
        let known = self.known().iter().find(|key| key.wrapped == *wrapped).cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        let mut refused = StateError::NoKey { place: place.to_owned(), with: wrapped.to_string() };
        for candidate in self.current.iter().chain(&self.previous) {
            match candidate.unwrap(wrapped, place).await {
                Ok(Some(key)) => return Ok(self.note(key)),
                Ok(None) => {}
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn note(&self, key: DataKey) -> Arc<DataKey> {
        let key = Arc::new(key);
        self.known().push(Arc::clone(&key));
        key
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Vec<Arc<DataKey>>> {
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
