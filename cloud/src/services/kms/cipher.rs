//! Encryption: AES-256 in Galois/Counter Mode, with the encryption context as authenticated data.
//!
//! A ciphertext names the key that made it, so that Decrypt needs no key id:
//! one byte of version, 16 of the key's id, 12 of nonce, then the sealed text with its tag.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use uuid::Uuid;

use super::Key;
use crate::service::Fault;

const VERSION: u8 = 1;
const ID_LEN: usize = 16;
const HEAD_LEN: usize = 1 + ID_LEN;

/// Returns the secret of a new key, in base64.
pub fn new_secret() -> Result<String, Fault> {
    Ok(BASE64.encode(random(AES_256_GCM.key_len())?))
}

/// Returns random bytes.
pub fn random(length: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = vec![0; length];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| internal("the system gives no random numbers"))?;
    Ok(bytes)
}

/// Encrypts under a key, bound to the context.
pub fn seal(key: &Key, context: &Value, plaintext: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut blob = vec![VERSION];
    blob.extend_from_slice(Uuid::try_parse(&key.id).map_err(internal)?.as_bytes());
    let bound = bound(&blob, context);
    let nonce: [u8; NONCE_LEN] = random(NONCE_LEN)?.try_into().map_err(|_| internal("a nonce has another length"))?;
    blob.extend_from_slice(&nonce);
    let mut sealed = plaintext.to_vec();
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut sealed)
        .map_err(|_| internal("the plaintext cannot be sealed"))?;
    blob.extend_from_slice(&sealed);
    Ok(blob)
}

/// Decrypts a ciphertext of [`seal`]; the context must be the same.
pub fn open(key: &Key, context: &Value, blob: &[u8]) -> Result<Vec<u8>, Fault> {
    let (head, rest) = blob.split_at_checked(HEAD_LEN).ok_or_else(unreadable)?;
    let (nonce, sealed) = rest.split_at_checked(NONCE_LEN).ok_or_else(unreadable)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| unreadable())?;
    let mut text = sealed.to_vec();
    let length =
        cipher(key)?.open_in_place(nonce, Aad::from(bound(head, context)), &mut text).map_err(|_| unreadable())?.len();
    text.truncate(length);
    Ok(text)
}

/// Returns the id of the key that made a ciphertext.
pub fn key_of(blob: &[u8]) -> Result<String, Fault> {
    match blob.split_at_checked(HEAD_LEN) {
        Some((head, _)) if head[0] == VERSION => {
            Uuid::from_slice(&head[1..]).map(|id| id.to_string()).map_err(|_| unreadable())
        }
        _ => Err(unreadable()),
    }
}

fn cipher(key: &Key) -> Result<LessSafeKey, Fault> {
    let secret = BASE64.decode(&key.secret).map_err(internal)?;
    UnboundKey::new(&AES_256_GCM, &secret).map(LessSafeKey::new).map_err(|_| internal("the secret of a key is damaged"))
}

/// Returns the head and the context in one form: the pairs in the order of their names, each part after its length.
fn bound(head: &[u8], context: &Value) -> Vec<u8> {
    let mut bytes = head.to_vec();
    let mut pairs: Vec<_> = context.as_object().into_iter().flatten().collect();
    pairs.sort_by_key(|(name, _)| name.as_str());
    for (name, value) in pairs {
        for part in [name.as_str(), value.as_str().unwrap_or_default()] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    bytes
}

/// Returns AWS's error for a ciphertext that was changed or belongs to another context: it does not say which.
fn unreadable() -> Fault {
    Fault::new("InvalidCiphertextException", "")
}

fn internal(what: impl std::fmt::Display) -> Fault {
    Fault { status: 500, ..Fault::new("KMSInternalException", what.to_string()) }
}
