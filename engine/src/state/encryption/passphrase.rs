//! A passphrase as the key to state.

use std::num::NonZeroU32;
use std::sync::Mutex;

use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

use crate::logging::register_secret;
use crate::state::StateError;
use crate::state::encryption::envelope::{DataKey, KEY_BYTES, Wrapped, aes, open_with, random, seal_with};

/// How often a passphrase is hashed: OWASP's figure for PBKDF2 with HMAC-SHA-256
/// (Password Storage Cheat Sheet, 2023).
const ITERATIONS: NonZeroU32 = NonZeroU32::new(600_000).expect("not zero");
/// Fewer characters can be guessed.
const SHORTEST: usize = 16;
const ABOUT: &str = "the data key of ebb state";

/// A passphrase, and where it came from. It is never shown.
pub struct Passphrase {
    text: Zeroizing<String>,
    source: String,
    iterations: NonZeroU32,
    /// The salts of wrapped keys that it opened or made: others were wrapped with another passphrase.
    salts: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passphrase").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Passphrase {
    /// A passphrase; `source` says where it came from, for messages: `the environment variable …`.
    pub fn new(text: Zeroizing<String>, source: &str) -> Result<Self, StateError> {
        register_secret(&text);
        if text.chars().count() < SHORTEST {
            let message = format!("{source} has fewer than {SHORTEST} characters; take a longer one");
            return Err(StateError::NoPassphrase(message));
        }
        Ok(Self { text, source: source.to_owned(), iterations: ITERATIONS, salts: Mutex::default() })
    }

    /// Hashed another number of times for keys that are made from now on: fewer is quicker, and easier to guess.
    #[must_use]
    pub fn hashed(mut self, iterations: NonZeroU32) -> Self {
        self.iterations = iterations;
        self
    }

    pub(in crate::state) fn make(&self) -> Result<DataKey, StateError> {
        let salt = random::<16>()?;
        let key = random::<KEY_BYTES>()?;
        let wrapping = aes(&self.derive(salt.as_ref(), self.iterations))?;
        let salt = BASE64.encode(salt.as_ref());
        let wrapped = Wrapped::Passphrase {
            salt: salt.clone(),
            iterations: self.iterations.get(),
            key: BASE64.encode(seal_with(&wrapping, key.as_ref(), ABOUT)?),
        };
        self.note(salt);
        DataKey::new(&key, wrapped)
    }

    pub(in crate::state) fn unwrap(&self, wrapped: &Wrapped, place: &str) -> Result<DataKey, StateError> {
        let damaged = || StateError::Damaged { place: place.to_owned(), message: "its wrapped key is cut off".into() };
        let Wrapped::Passphrase { salt, iterations, key } = wrapped else { return Err(damaged()) };
        let (Ok(salted), Ok(sealed), Some(times)) =
            (BASE64.decode(salt), BASE64.decode(key), NonZeroU32::new(*iterations))
        else {
            return Err(damaged());
        };
        let opened = open_with(&aes(&self.derive(&salted, times))?, &sealed, ABOUT);
        let key = opened.map(Zeroizing::new).ok_or_else(|| StateError::WrongKey {
            place: place.to_owned(),
            with: self.source.clone(),
            why:
                "it is another passphrase; give the right one, or name it under [state.encryption.previous] if it was \
                  changed"
                    .to_owned(),
        })?;
        let key = Zeroizing::new(key.as_slice().try_into().map_err(|_| damaged())?);
        self.note(salt.clone());
        DataKey::new(&key, wrapped.clone())
    }

    /// Whether a wrapped key is known to be this passphrase's.
    pub(in crate::state) fn wrapped(&self, wrapped: &Wrapped) -> bool {
        matches!(wrapped, Wrapped::Passphrase { salt, .. } if self.salts().contains(salt))
    }

    fn derive(&self, salt: &[u8], iterations: NonZeroU32) -> Zeroizing<[u8; KEY_BYTES]> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, self.text.as_bytes(), key.as_mut());
        key
    }

    fn note(&self, salt: String) {
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
    fn another_passphrase_says_so_and_none_is_ever_shown() {
        let right = passphrase("correct horse battery staple");
        let made = right.make().unwrap();
        assert!(right.wrapped(&made.wrapped));
        let again = passphrase("correct horse battery staple");
        assert!(!again.wrapped(&made.wrapped), "not before it was tried");
        again.unwrap(&made.wrapped, "demo.json").unwrap();
        assert!(again.wrapped(&made.wrapped));
        let wrong = passphrase("incorrect horse battery staple");
        let error = wrong.unwrap(&made.wrapped, "demo.json").err().unwrap().to_string();
        assert!(error.contains("the environment variable X does not open it"), "{error}");
        assert!(!format!("{wrong:?}{error}").contains("horse"));
        let short = Passphrase::new(Zeroizing::new("secret".to_owned()), "it").unwrap_err().to_string();
        assert!(short.contains("fewer than 16") && !short.contains("secret"), "{short}");
    }
}
