//! Bytes as hexadecimal text.

use std::fmt::Write as _;

/// Returns bytes as hexadecimal text in lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
