//! Passphrases: keys that are derived from them wrap data keys.

use std::num::NonZeroU32;
use std::sync::Mutex;

use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

use super::cipher::{KEY_BYTES, aes, decrypt, encrypt, random};
use super::envelope::{DataKey, WrappedKey};
use crate::logging::register_secret;
use crate::state::error::StateError;
use crate::state::refusal::KeyMismatch;

/// The number of times a passphrase is hashed: OWASP's figure for PBKDF2 with HMAC-SHA-256 (Password Storage Cheat Sheet,
/// 2023).
const ITERATIONS: NonZeroU32 = NonZeroU32::new(600_000).expect("not zero");
/// The least number of characters; fewer can be guessed.
const LEAST: usize = 16;
/// The context of wrapped keys.
const CONTEXT: &str = "the data key of ebb state";

/// A passphrase and its origin. It is never shown.
pub struct Passphrase {
    text: Zeroizing<String>,
    /// The variable or file that it came from.
    origin: String,
    iterations: NonZeroU32,
    /// The salts of keys that it wrapped or unwrapped. Other keys were wrapped with another passphrase.
    salts: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passphrase").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Passphrase {
    /// Creates a passphrase. `origin` names its source in messages: `the environment variable …`.
    pub fn new(text: Zeroizing<String>, origin: &str) -> Result<Self, StateError> {
        if text.chars().count() < LEAST {
            return Err(StateError::PassphraseTooShort { origin: origin.to_owned(), least: LEAST });
        }
        register_secret(&text);
        Ok(Self { text, origin: origin.to_owned(), iterations: ITERATIONS, salts: Mutex::default() })
    }

    /// Changes how many times the passphrase is hashed for new keys. Fewer times are quicker, and easier to guess.
    #[must_use]
    pub fn with_iterations(mut self, iterations: NonZeroU32) -> Self {
        self.iterations = iterations;
        self
    }

    /// Generates a data key and wraps it.
    pub(super) fn generate(&self) -> Result<DataKey, StateError> {
        let salt = random::<16>()?;
        let key = random::<KEY_BYTES>()?;
        let wrapping = aes(&self.derive(salt.as_ref(), self.iterations))?;
        let salt = BASE64.encode(salt.as_ref());
        let wrapped = WrappedKey::Passphrase {
            salt: salt.clone(),
            iterations: self.iterations.get(),
            key: BASE64.encode(encrypt(&wrapping, key.as_ref(), CONTEXT)?),
        };
        self.remember(salt);
        DataKey::new(&key, wrapped)
    }

    /// Unwraps a data key that a passphrase wrapped.
    pub(super) fn unwrap(&self, wrapped: &WrappedKey, location: &str) -> Result<DataKey, StateError> {
        let damaged = || StateError::damaged(location, "its wrapped key is cut off");
        let WrappedKey::Passphrase { salt, iterations, key } = wrapped else { return Err(damaged()) };
        let (Ok(salt_bytes), Ok(encrypted), Some(times)) =
            (BASE64.decode(salt), BASE64.decode(key), NonZeroU32::new(*iterations))
        else {
            return Err(damaged());
        };
        let decrypted = decrypt(&aes(&self.derive(&salt_bytes, times))?, &encrypted, CONTEXT);
        let key = decrypted.map(Zeroizing::new).ok_or_else(|| StateError::WrongKey {
            location: location.to_owned(),
            with: self.origin.clone(),
            source: KeyMismatch::Passphrase,
        })?;
        let key = Zeroizing::new(key.as_slice().try_into().map_err(|_| damaged())?);
        self.remember(salt.clone());
        DataKey::new(&key, wrapped.clone())
    }

    /// Returns whether this passphrase is known to have wrapped a key.
    pub(super) fn wraps(&self, wrapped: &WrappedKey) -> bool {
        matches!(wrapped, WrappedKey::Passphrase { salt, .. } if self.salts().contains(salt))
    }

    fn derive(&self, salt: &[u8], iterations: NonZeroU32) -> Zeroizing<[u8; KEY_BYTES]> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, self.text.as_bytes(), key.as_mut());
        key
    }

    fn remember(&self, salt: String) {
        self.salts().push(salt);
    }

    fn salts(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.salts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(Zeroizing::new(text.to_owned()), "the environment variable X").unwrap()
    }

    #[test]
    fn a_wrong_passphrase_is_reported_and_none_is_ever_shown() {
        let right = passphrase("correct horse battery staple");
        let key = right.generate().unwrap();
        assert!(right.wraps(&key.wrapped));
        let again = passphrase("correct horse battery staple");
        assert!(!again.wraps(&key.wrapped), "not before it was tried");
        again.unwrap(&key.wrapped, "demo.json").unwrap();
        assert!(again.wraps(&key.wrapped));
        let wrong = passphrase("incorrect horse battery staple");
        let error = wrong.unwrap(&key.wrapped, "demo.json").err().unwrap().to_string();
        assert!(error.contains("the environment variable X does not open it"), "{error}");
        assert!(!format!("{wrong:?}{error}").contains("horse"));
        let short = Passphrase::new(Zeroizing::new("secret".to_owned()), "it").unwrap_err().to_string();
        assert!(short.contains("fewer than 16") && !short.contains("secret"), "{short}");
    }
}
