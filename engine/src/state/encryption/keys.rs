//! The keys that state is encrypted with: the present one, and the previous one during a rotation.

use std::sync::{Arc, Mutex, PoisonError};

use super::envelope::{DataKey, WrappedKey, split};
use super::kms::KmsKey;
use super::passphrase::Passphrase;
use crate::state::error::StateError;

/// A key that wraps data keys.
#[derive(Debug)]
pub enum Key {
    /// A key derived from a passphrase.
    Passphrase(Passphrase),
    /// A key of KMS, which never leaves KMS.
    Kms(KmsKey),
}

/// The keys of one stack's state. Without any, state is not encrypted.
#[derive(Debug, Default)]
pub struct Keys {
    current: Option<Key>,
    previous: Option<Key>,
    /// Data keys that were unwrapped or generated. They are kept because unwrapping is slow by design.
    known: Mutex<Vec<Arc<DataKey>>>,
}

impl Keys {
    /// Creates the keys of a stack. `current` encrypts; both decrypt.
    pub fn new(current: Option<Key>, previous: Option<Key>) -> Self {
        Self { current, previous, known: Mutex::default() }
    }

    /// Decrypts a document. Returns its data key too. Bytes that are not encrypted are returned as they are.
    pub(in crate::state) async fn decrypt(
        &self,
        bytes: Vec<u8>,
        context: &str,
        location: &str,
    ) -> Result<(Vec<u8>, Option<Arc<DataKey>>), StateError> {
        let Some((wrapped, body)) = split(&bytes) else { return Ok((bytes, None)) };
        let key = self.unwrap(&wrapped, location).await?;
        let decrypted = key.decrypt(body, context).ok_or_else(|| {
            StateError::damaged(location, "it was changed after it was encrypted, or belongs to another stack")
        })?;
        Ok((decrypted, Some(key)))
    }

    /// Decrypts bytes that are kept beside the state; `None` if they are not encrypted, or were changed since.
    pub(in crate::state) async fn open(
        &self,
        bytes: &[u8],
        context: &str,
        location: &str,
    ) -> Result<Option<Vec<u8>>, StateError> {
        let Some((wrapped, body)) = split(bytes) else { return Ok(None) };
        Ok(self.unwrap(&wrapped, location).await?.decrypt(body, context))
    }

    /// Returns whether there is a key that encrypts.
    pub(in crate::state) fn encrypt_anything(&self) -> bool {
        self.current.is_some()
    }

    /// Encrypts a document, if there is a present key. Uses `data_key` if the present key wraps it, and else replaces it by
    /// a new one.
    pub(in crate::state) async fn encrypt(
        &self,
        bytes: Vec<u8>,
        context: &str,
        location: &str,
        data_key: &mut Option<Arc<DataKey>>,
    ) -> Result<Vec<u8>, StateError> {
        let Some(current) = &self.current else {
            *data_key = None;
            return Ok(bytes);
        };
        let key = match data_key.take() {
            Some(key) if current.wraps(&key.wrapped).await? => key,
            _ => self.remember(current.generate(location).await?),
        };
        data_key.insert(key).encrypt(&bytes, context)
    }

    async fn unwrap(&self, wrapped: &WrappedKey, location: &str) -> Result<Arc<DataKey>, StateError> {
        let known = self.known().iter().find(|key| key.wrapped == *wrapped).cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        let mut refused = StateError::NoKey { location: location.to_owned(), with: wrapped.to_string() };
        for candidate in self.current.iter().chain(&self.previous) {
            match candidate.unwrap(wrapped, location).await {
                Ok(Some(key)) => return Ok(self.remember(key)),
                Ok(None) => {}
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn remember(&self, key: DataKey) -> Arc<DataKey> {
        let key = Arc::new(key);
        self.known().push(Arc::clone(&key));
        key
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Vec<Arc<DataKey>>> {
        // Keys are only ever added, so a panic leaves nothing half done.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    /// Generates a data key and wraps it.
    async fn generate(&self, location: &str) -> Result<DataKey, StateError> {
        match self {
            Self::Passphrase(passphrase) => passphrase.generate(),
            Self::Kms(key) => key.generate(location).await,
        }
    }

    /// Unwraps a data key; `None` if a key of another kind wrapped it.
    async fn unwrap(&self, wrapped: &WrappedKey, location: &str) -> Result<Option<DataKey>, StateError> {
        match (self, wrapped) {
            (Self::Passphrase(passphrase), WrappedKey::Passphrase { .. }) => {
                passphrase.unwrap(wrapped, location).map(Some)
            }
            (Self::Kms(key), WrappedKey::Kms { .. }) => key.unwrap(wrapped, location).await.map(Some),
            (Self::Passphrase(_), WrappedKey::Kms { .. }) | (Self::Kms(_), WrappedKey::Passphrase { .. }) => Ok(None),
        }
    }

    /// Returns whether this very key wrapped a data key.
    async fn wraps(&self, wrapped: &WrappedKey) -> Result<bool, StateError> {
        match (self, wrapped) {
            (Self::Passphrase(passphrase), WrappedKey::Passphrase { .. }) => Ok(passphrase.wraps(wrapped)),
            (Self::Kms(key), WrappedKey::Kms { arn, .. }) => key.has_arn(arn).await,
            (Self::Passphrase(_), WrappedKey::Kms { .. }) | (Self::Kms(_), WrappedKey::Passphrase { .. }) => Ok(false),
        }
    }
}
