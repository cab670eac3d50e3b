//! Envelope encryption: a document is encrypted with a data key of its own, which is stored with it, itself encrypted
//! ("wrapped") by a key that is stored elsewhere.
//!
//! An encrypted document is one line of JSON, `{"sealed":{…}}` with the wrapped data key, and after the line break the
//! nonce and the AES-256-GCM ciphertext. An encrypted line of the journal is `{"sealed":"BASE64","run":"…"}`: the lines of
//! one append, encrypted with the data key of the document that the run is open in. Lines of another run have another key.

use aws_lc_rs::aead::LessSafeKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::cipher::{KEY_BYTES, aes, decrypt, encrypt};
use crate::logging::register_secret_bytes;
use crate::state::error::StateError;

/// The beginning of everything that is encrypted.
const PREFIX: &[u8] = b"{\"sealed\":";

/// A data key as it is stored in the document that it encrypts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "provider", rename_all = "snake_case")]
pub(super) enum WrappedKey {
    /// Encrypted with a key that is derived from a passphrase: PBKDF2 with HMAC-SHA-256.
    Passphrase {
        /// Random, BASE64.
        salt: String,
        /// The number of times the passphrase is hashed.
        iterations: u32,
        /// Nonce and ciphertext of the data key, BASE64.
        key: String,
    },
    /// Encrypted by a key of KMS.
    Kms {
        /// The key's ARN.
        arn: String,
        /// The ciphertext of KMS, BASE64.
        key: String,
    },
}

impl std::fmt::Display for WrappedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Passphrase { .. } => f.write_str("a passphrase"),
            Self::Kms { arn, .. } => write!(f, "the KMS key {arn}"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    sealed: WrappedKey,
}

#[derive(Serialize, Deserialize)]
struct Line {
    sealed: String,
    run: String,
}

/// The form of a line of the journal.
#[derive(Debug)]
pub(in crate::state) enum Envelope {
    /// It is not encrypted.
    Plain,
    /// It is encrypted.
    Encrypted {
        /// The run.
        run: String,
        /// The ciphertext, BASE64.
        body: String,
    },
    /// It was cut off or changed.
    Damaged,
}

impl Envelope {
    /// Returns the form of a line of the journal.
    pub(in crate::state) fn of(line: &[u8]) -> Self {
        if !line.starts_with(PREFIX) {
            return Self::Plain;
        }
        match serde_json::from_slice(line) {
            Ok(Line { sealed, run }) => Self::Encrypted { run, body: sealed },
            Err(_) => Self::Damaged,
        }
    }
}

/// A data key, unwrapped.
pub(in crate::state) struct DataKey {
    key: LessSafeKey,
    pub(super) wrapped: WrappedKey,
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataKey").field("wrapped", &self.wrapped).finish_non_exhaustive()
    }
}

impl DataKey {
    pub(super) fn new(key: &Zeroizing<[u8; KEY_BYTES]>, wrapped: WrappedKey) -> Result<Self, StateError> {
        register_secret_bytes(key.as_slice());
        Ok(Self { key: aes(key)?, wrapped })
    }

    /// Encrypts a document. The context names its stack, and must be the same for decryption.
    pub(in crate::state) fn encrypt(&self, bytes: &[u8], context: &str) -> Result<Vec<u8>, StateError> {
        let header = Header { sealed: self.wrapped.clone() };
        let mut encrypted = serde_json::to_vec(&header).map_err(|error| StateError::Encryption(error.into()))?;
        encrypted.push(b'\n');
        encrypted.extend(encrypt(&self.key, bytes, context)?);
        Ok(encrypted)
    }

    /// Decrypts the body of an [encrypted](Self::encrypt) document; `None` if it was changed since, or if the context is
    /// another one.
    pub(super) fn decrypt(&self, body: &[u8], context: &str) -> Option<Vec<u8>> {
        decrypt(&self.key, body, context)
    }

    /// Encrypts lines of the journal, of one run, into one line.
    pub(in crate::state) fn encrypt_line(&self, lines: &[u8], run: &str, context: &str) -> Result<Vec<u8>, StateError> {
        let sealed = BASE64.encode(encrypt(&self.key, lines, context)?);
        let line = Line { sealed, run: run.to_owned() };
        let mut line = serde_json::to_vec(&line).map_err(|error| StateError::Encryption(error.into()))?;
        line.push(b'\n');
        Ok(line)
    }

    /// Decrypts the body of an encrypted line of the journal; `None` as for [`decrypt`](Self::decrypt).
    pub(in crate::state) fn decrypt_line(&self, body: &str, context: &str) -> Option<Vec<u8>> {
        self.decrypt(&BASE64.decode(body).ok()?, context)
    }
}

/// Returns the wrapped data key and the encrypted body of a document; `None` if it is not encrypted.
pub(super) fn split(bytes: &[u8]) -> Option<(WrappedKey, &[u8])> {
    if !bytes.starts_with(PREFIX) {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let header: Header = serde_json::from_slice(&bytes[..end]).ok()?;
    Some((header.sealed, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::encryption::cipher::random;

    fn key() -> DataKey {
        let wrapped = WrappedKey::Kms { arn: "arn:aws:kms:eu-west-1:123456789012:key/1".into(), key: "AA==".into() };
        DataKey::new(&random().unwrap(), wrapped).unwrap()
    }

    #[test]
    fn a_document_is_decrypted_only_unchanged_with_its_key_and_for_its_stack() {
        let (one, other) = (key(), key());
        let bytes = one.encrypt(b"{\"format\":2}", "demo in prod").unwrap();
        let (wrapped, body) = split(&bytes).unwrap();
        assert_eq!(wrapped, one.wrapped);
        assert_eq!(one.decrypt(body, "demo in prod").unwrap(), b"{\"format\":2}");
        assert_eq!(one.decrypt(body, "demo in dev"), None);
        assert_eq!(other.decrypt(body, "demo in prod"), None);
        let mut changed = body.to_vec();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(one.decrypt(&changed, "demo in prod"), None);
        assert_eq!(one.decrypt(&body[..5], "demo in prod"), None);
        assert!(split(b"{\"format\":2}").is_none());
    }

    #[test]
    fn lines_are_encrypted_one_by_one() {
        let key = key();
        let line = key.encrypt_line(b"{}\n{}\n", "r", "demo").unwrap();
        assert!(line.ends_with(b"\n") && !line[..line.len() - 1].contains(&b'\n'));
        let Envelope::Encrypted { run, body } = Envelope::of(&line) else { panic!("it is encrypted") };
        assert_eq!((run.as_str(), key.decrypt_line(&body, "demo").unwrap().as_slice()), ("r", &b"{}\n{}\n"[..]));
        assert_eq!(key.decrypt_line(&body, "other"), None);
        assert!(matches!(Envelope::of(b"{\"run\":\"r\"}"), Envelope::Plain));
        assert!(matches!(Envelope::of(&line[..line.len() / 2]), Envelope::Damaged));
    }
}
