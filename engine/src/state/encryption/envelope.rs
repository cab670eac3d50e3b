//! Encryption at rest: a document is sealed with a data key of its own, which travels with it, itself wrapped by a key
//! that never does (an envelope).
//!
//! A sealed document is one line of JSON, `{"sealed":{…}}` with the wrapped data key, and after the line break the
//! nonce and the AES-256-GCM ciphertext. A sealed line of the journal is `{"sealed":"BASE64","run":"…"}`: the lines of one
//! append, sealed with the data key of the document that the run is open in. What another run left has another key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::logging::register_secret_bytes;
use crate::state::StateError;

/// Bytes of a key of AES-256.
pub(in crate::state) const KEY_BYTES: usize = 32;

/// A data key as it stands in the document that it seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "provider", rename_all = "snake_case")]
pub(in crate::state) enum Wrapped {
    /// Wrapped with a key derived from a passphrase: PBKDF2 with HMAC-SHA-256.
    Passphrase {
        /// Random, BASE64.
        salt: String,
        /// How often it is hashed.
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

impl std::fmt::Display for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Passphrase { .. } => f.write_str("a passphrase"),
            Self::Kms { arn, .. } => write!(f, "the KMS key {arn}"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    sealed: Wrapped,
}

#[derive(Serialize, Deserialize)]
struct Line {
    sealed: String,
    run: String,
}

/// A line of the journal as it stands there.
pub(in crate::state) enum Written {
    /// As it is.
    Plain,
    /// Sealed, of this run; its body, BASE64.
    Sealed(String, String),
    /// Cut off or changed.
    Damaged,
}

/// A data key, unwrapped.
pub(in crate::state) struct DataKey {
    key: LessSafeKey,
    pub(in crate::state) wrapped: Wrapped,
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataKey").field("wrapped", &self.wrapped).finish_non_exhaustive()
    }
}

impl DataKey {
    pub(in crate::state) fn new(key: &Zeroizing<[u8; KEY_BYTES]>, wrapped: Wrapped) -> Result<Self, StateError> {
        register_secret_bytes(key.as_slice());
        Ok(Self { key: aes(key)?, wrapped })
    }

    /// Seals a document; `about` says whose it is and must be the same when it is opened.
    pub(in crate::state) fn seal(&self, bytes: &[u8], about: &str) -> Result<Vec<u8>, StateError> {
        let header = Header { sealed: self.wrapped.clone() };
        let mut sealed = serde_json::to_vec(&header).map_err(|error| crypto(&error.to_string()))?;
        sealed.push(b'\n');
        sealed.extend(seal_with(&self.key, bytes, about)?);
        Ok(sealed)
    }

    /// Opens what [`seal`](Self::seal) made; `None` if it was changed since, or is about something else.
    pub(in crate::state) fn open(&self, body: &[u8], about: &str) -> Option<Vec<u8>> {
        open_with(&self.key, body, about)
    }

    /// Seals lines of the journal, of one run, into one.
    pub(in crate::state) fn seal_line(&self, lines: &[u8], run: &str, about: &str) -> Result<Vec<u8>, StateError> {
        let sealed = BASE64.encode(seal_with(&self.key, lines, about)?);
        let line = Line { sealed, run: run.to_owned() };
        let mut line = serde_json::to_vec(&line).map_err(|error| crypto(&error.to_string()))?;
        line.push(b'\n');
        Ok(line)
    }

    /// Opens the body of a sealed line of the journal; `None` as for [`open`](Self::open).
    pub(in crate::state) fn open_line(&self, body: &str, about: &str) -> Option<Vec<u8>> {
        self.open(&BASE64.decode(body).ok()?, about)
    }
}

/// What a line of the journal is.
pub(in crate::state) fn written(line: &[u8]) -> Written {
    if !line.starts_with(b"{\"sealed\":") {
        return Written::Plain;
    }
    match serde_json::from_slice(line) {
        Ok(Line { sealed, run }) => Written::Sealed(run, sealed),
        Err(_) => Written::Damaged,
    }
}

/// The wrapped data key and the sealed body of a document, if it is sealed.
pub(in crate::state) fn sealed(bytes: &[u8]) -> Option<(Wrapped, &[u8])> {
    if !bytes.starts_with(b"{\"sealed\":") {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let header: Header = serde_json::from_slice(&bytes[..end]).ok()?;
    Some((header.sealed, &bytes[end + 1..]))
}

/// Random bytes that nobody can foretell.
pub(in crate::state) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, StateError> {
    let mut bytes = Zeroizing::new([0; N]);
    aws_lc_rs::rand::fill(bytes.as_mut()).map_err(|_| crypto("the system gives no random numbers"))?;
    Ok(bytes)
}

pub(in crate::state) fn aes(key: &[u8; KEY_BYTES]) -> Result<LessSafeKey, StateError> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| crypto("a key of the wrong length"))?;
    Ok(LessSafeKey::new(key))
}

/// Nonce and ciphertext. Each nonce is random: 2^32 writes with one data key are safe, and no stack lives that long.
pub(in crate::state) fn seal_with(key: &LessSafeKey, bytes: &[u8], about: &str) -> Result<Vec<u8>, StateError> {
    let nonce = random::<NONCE_LEN>()?;
    let mut body = bytes.to_vec();
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(*nonce), Aad::from(about.as_bytes()), &mut body)
        .map_err(|_| crypto("it is too long"))?;
    Ok([nonce.as_ref(), &body, tag.as_ref()].concat())
}

pub(in crate::state) fn open_with(key: &LessSafeKey, sealed: &[u8], about: &str) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
    let mut body = body.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let length = key.open_in_place(nonce, Aad::from(about.as_bytes()), &mut body).ok()?.len();
    body.truncate(length);
    Some(body)
}

fn crypto(why: &str) -> StateError {
    StateError::Io { act: "encrypt", place: "the state".to_owned(), source: std::io::Error::other(why.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> DataKey {
        let wrapped = Wrapped::Kms { arn: "arn:aws:kms:eu-west-1:123456789012:key/1".into(), key: "AA==".into() };
        DataKey::new(&random().unwrap(), wrapped).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_only_with_its_key_unchanged_and_in_its_place() {
        let (one, other) = (key(), key());
        let bytes = one.seal(b"{\"format\":2}", "demo in prod").unwrap();
        let (wrapped, body) = sealed(&bytes).unwrap();
        assert_eq!(wrapped, one.wrapped);
        assert_eq!(one.open(body, "demo in prod").unwrap(), b"{\"format\":2}");
        assert_eq!(one.open(body, "demo in dev"), None);
        assert_eq!(other.open(body, "demo in prod"), None);
        let mut changed = body.to_vec();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(one.open(&changed, "demo in prod"), None);
        assert_eq!(one.open(&body[..5], "demo in prod"), None);
        assert!(sealed(b"{\"format\":2}").is_none());
    }

    #[test]
    fn lines_are_sealed_one_by_one() {
        let key = key();
        let line = key.seal_line(b"{}\n{}\n", "r", "demo").unwrap();
        assert!(line.ends_with(b"\n") && !line[..line.len() - 1].contains(&b'\n'));
        let Written::Sealed(run, body) = written(&line) else { panic!("it is sealed") };
        assert_eq!((run.as_str(), key.open_line(&body, "demo").unwrap().as_slice()), ("r", &b"{}\n{}\n"[..]));
        assert_eq!(key.open_line(&body, "other"), None);
        assert!(matches!(written(b"{\"run\":\"r\"}"), Written::Plain));
        assert!(matches!(written(&line[..line.len() / 2]), Written::Damaged));
    }
}
