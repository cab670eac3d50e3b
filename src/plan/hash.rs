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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_double_hashes_alike_after_it_was_written_and_read() {
        // Without exact reading, each of these comes back as one of its neighbours.
        for value in [5.054203736480441e-19, 1.000_000_000_000_000_2e-10, 9.869_604_401_089_358e-300, 0.1 + 0.2] {
            let text = serde_json::to_string(&value).unwrap();
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(hash_of(&read), hash_of(&value), "{text}");
        }
    }
}
