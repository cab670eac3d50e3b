//! Hashes of data.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::resource::hex;

/// Returns the SHA-256 of a value's JSON, in hexadecimal. Objects are written with sorted keys, so equal values hash alike.
pub fn hash_of(value: &impl Serialize) -> String {
    struct Hasher(Sha256);
    impl std::io::Write for Hasher {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hasher = Hasher(Sha256::new());
    // Writing into a hash cannot fail, and every hashed type serializes: it is read back from the same type.
    let written = serde_json::to_writer(&mut hasher, value);
    debug_assert!(written.is_ok());
    hex(&hasher.0.finalize())
}
