//! A secret's value in memory.

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::logging::register_secret;

/// A secret's value. It cannot be printed, compared or serialized, and its memory is overwritten when it is dropped.
pub(super) struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// Takes ownership of a value.
    pub(super) fn new(value: String) -> Self {
        register_secret(&value);
        Self(Zeroizing::new(value))
    }

    /// Returns the value itself, for the call that sends it to AWS.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// Returns a hash of the value under a key: the HMAC-SHA-256 in hexadecimal digits. It shows whether a value
    /// changed, and reveals nothing without the key.
    pub(super) fn hash(&self, key: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        let tag = hmac::sign(&key, self.0.as_bytes());
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_hmac_sha256() {
        // RFC 4231, test case 2.
        let value = SecretValue::new("what do ya want for nothing?".into());
        assert_eq!(value.hash("Jefe"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_ne!(value.hash("Jefe"), value.hash("other"));
    }
}
