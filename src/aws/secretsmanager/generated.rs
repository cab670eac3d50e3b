//! Values made by a cryptographic random generator.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::value::SecretValue;
use crate::engine::sdk::{Error, ErrorKind};

/// What a generated value is made of.
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
    /// Its characters without those left out.
    pub(super) fn characters(self, exclude: &str) -> Vec<u8> {
        let all = (b'!'..=b'~').filter(|byte| match self {
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Hexadecimal => byte.is_ascii_digit() || (b'a'..=b'f').contains(byte),
            Self::Printable => true,
        });
        all.filter(|byte| !exclude.contains(char::from(*byte))).collect()
    }
}

/// A value of `length` characters, each drawn evenly from `characters`.
pub(super) fn generate(length: usize, characters: &[u8]) -> Result<SecretValue, Error> {
    let Some(count) = u8::try_from(characters.len()).ok().filter(|count| *count > 0) else {
        return Err(Error::invalid("no character is left to make a value of"));
    };
    // Numbers of the last, incomplete round would favour the first characters: they are drawn again.
    let even = u8::MAX - (u8::MAX % count + 1) % count;
    let mut value = String::with_capacity(length);
    let mut random = Zeroizing::new([0_u8; 256]);
    while value.len() < length {
        getrandom::fill(random.as_mut())
            .map_err(|error| Error::new(ErrorKind::Unavailable, format!("the system's random generator: {error}")))?;
        let drawn = random.iter().filter(|byte| **byte <= even);
        let missing = length - value.len();
        value.extend(drawn.map(|byte| char::from(characters[usize::from(byte % count)])).take(missing));
    }
    Ok(SecretValue::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_length_and_only_the_characters_asked_for() {
        for (alphabet, exclude, length) in
            [(Alphabet::Alphanumeric, "0Oo1Il", 40), (Alphabet::Hexadecimal, "", 1000), (Alphabet::Printable, "\"'", 8)]
        {
            let characters = alphabet.characters(exclude);
            let value = generate(length, &characters).unwrap();
            assert_eq!(value.expose().len(), length);
            assert!(
                value.expose().bytes().all(|byte| characters.contains(&byte) && !exclude.contains(char::from(byte)))
            );
        }
        assert!(generate(8, &[]).is_err());
    }

    #[test]
    fn every_character_comes_up_about_as_often_as_any_other() {
        let characters = Alphabet::Alphanumeric.characters("");
        let value = generate(62_000, &characters).unwrap();
        for character in characters {
            let count = value.expose().bytes().filter(|byte| *byte == character).count();
            // 1,000 expected; ten standard deviations are about 316.
            assert!((684..=1316).contains(&count), "{}: {count}", char::from(character));
        }
    }

    #[test]
    fn two_values_differ() {
        let characters = Alphabet::Hexadecimal.characters("");
        assert_ne!(generate(32, &characters).unwrap().expose(), generate(32, &characters).unwrap().expose());
    }
}
