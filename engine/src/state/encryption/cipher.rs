//! AES-256-GCM: encrypted bytes are a nonce, the ciphertext and a tag, bound to a context.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::state::error::StateError;

/// The length of a key of AES-256 in bytes.
pub(super) const KEY_BYTES: usize = 32;

/// Returns random bytes that cannot be predicted.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, StateError> {
    let mut bytes = Zeroizing::new([0; N]);
    aws_lc_rs::rand::fill(bytes.as_mut()).map_err(|_| failed("the system gives no random numbers"))?;
    Ok(bytes)
}

/// Returns a key that encrypts and decrypts.
pub(super) fn aes(key: &[u8; KEY_BYTES]) -> Result<LessSafeKey, StateError> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| failed("a key has the wrong length"))?;
    Ok(LessSafeKey::new(key))
}

/// Encrypts bytes, to be decrypted with the same context. Each nonce is random: 2^32 writes with one data key are safe, and
/// no stack lives that long.
pub(super) fn encrypt(key: &LessSafeKey, bytes: &[u8], context: &str) -> Result<Vec<u8>, StateError> {
    let nonce = random::<NONCE_LEN>()?;
    let mut body = bytes.to_vec();
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(*nonce), Aad::from(context.as_bytes()), &mut body)
        .map_err(|_| failed("it is too long"))?;
    Ok([nonce.as_ref(), &body, tag.as_ref()].concat())
}

/// Decrypts bytes; `None` if the key or the context is another one, or if the bytes were changed.
pub(super) fn decrypt(key: &LessSafeKey, encrypted: &[u8], context: &str) -> Option<Vec<u8>> {
    let (nonce, body) = encrypted.split_at_checked(NONCE_LEN)?;
    let mut body = body.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let length = key.open_in_place(nonce, Aad::from(context.as_bytes()), &mut body).ok()?.len();
    body.truncate(length);
    Some(body)
}

/// Returns the error for a failed encryption; the library gives no reasons.
fn failed(reason: &str) -> StateError {
    StateError::Encryption(reason.into())
}
