//! The characters of generated values.

use serde::{Deserialize, Serialize};

/// The characters that a generated value consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alphabet {
    /// Letters and digits.
    #[default]
    Alphanumeric,
    /// The digits 0 to 9 and a to f.
    Hexadecimal,
    /// Letters, digits and punctuation.
    Printable,
}

impl Alphabet {
    /// Returns the characters of the alphabet, all ASCII, without those in `exclude`.
    #[doc(hidden)]
    pub fn characters(self, exclude: &str) -> Vec<u8> {
        let all = (b'!'..=b'~').filter(|byte| match self {
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Hexadecimal => byte.is_ascii_digit() || (b'a'..=b'f').contains(byte),
            Self::Printable => true,
        });
        all.filter(|byte| !exclude.contains(char::from(*byte))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alphabet_lacks_the_excluded_characters() {
        assert_eq!(Alphabet::Hexadecimal.characters("0a"), b"123456789bcdef");
        assert_eq!(Alphabet::Alphanumeric.characters("").len(), 62);
        assert_eq!(Alphabet::Printable.characters("\"'").len(), 92);
    }
}
