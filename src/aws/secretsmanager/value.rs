//! A secret's value while it is on its way to AWS.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::engine::sdk::Error;

/// A secret's value. It cannot be printed, compared or serialized, and its memory is overwritten when it goes.
pub(super) struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// Takes a value over.
    pub(super) fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself, for the call that hands it to AWS.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// A hash of the value under a key (HMAC-SHA256): it tells whether a value changed, and nothing to whoever lacks
    /// the key.
    pub(super) fn hash(&self, key: &str) -> Result<String, Error> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
            .map_err(|error| Error::invalid(format!("the key that hashes secrets: {error}")))?;
        mac.update(self.0.as_bytes());
        Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_hmac_sha256() {
        // RFC 4231, test case 2.
        let value = SecretValue::new("what do ya want for nothing?".into());
        assert_eq!(value.hash("Jefe").unwrap(), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_ne!(value.hash("Jefe").unwrap(), value.hash("other").unwrap());
    }
}
