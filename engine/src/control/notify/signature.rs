//! The signature of a webhook's request, by which its receiver knows the sender.

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

/// The key that requests are signed with.
pub(super) struct SigningKey(hmac::Key);

impl SigningKey {
    /// Creates a key from its text.
    pub(super) fn new(text: &Zeroizing<String>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes()))
    }

    /// Returns the signature of a body that is sent at a time, in seconds since 1970: `v1=` and the HMAC-SHA256 of the time, a
    /// full stop and the body, in hexadecimal. The time is part of it, so that a receiver can refuse a request that is repeated
    /// later.
    pub(super) fn sign(&self, seconds: i64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(seconds.to_string().as_bytes());
        context.update(b".");
        context.update(body);
        let hex: String = context.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("v1={hex}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_covers_the_time_and_the_body() {
        let key = SigningKey::new(&Zeroizing::new("correct horse".to_owned()));
        // printf '1760000000.{"text":"hi"}' | openssl dgst -sha256 -hmac 'correct horse'
        let expected = "v1=14ae88f1d6aec7c41300bcc2a5a2f32f52eee7b939b3633bce9ff361e221344c";
        assert_eq!(key.sign(1_760_000_000, b"{\"text\":\"hi\"}"), expected);
        assert_ne!(key.sign(1_760_000_001, b"{\"text\":\"hi\"}"), expected);
        assert_ne!(key.sign(1_760_000_000, b"{\"text\":\"ho\"}"), expected);
    }
}
