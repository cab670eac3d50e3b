//! Values from a cryptographic random generator.

use aws_lc_rs::rand;
use zeroize::Zeroizing;

use super::value::SecretValue;
use crate::sdk::{Error, ErrorKind};

/// Generates a value of `length` characters, each drawn uniformly from `characters`.
pub(super) fn generate(length: usize, characters: &[u8]) -> Result<SecretValue, Error> {
    let Some(count) = u8::try_from(characters.len()).ok().filter(|count| *count > 0) else {
        return Err(Error::invalid("no character is left to generate a value from"));
    };
    // 256 is rarely a multiple of `count`. Bytes beyond the largest multiple would favour the first characters and are
    // dropped.
    let highest = u8::MAX - (u8::MAX % count + 1) % count;
    let mut value = String::with_capacity(length);
    let mut random = Zeroizing::new([0_u8; 256]);
    while value.len() < length {
        rand::fill(random.as_mut())
            .map_err(|_| Error::new(ErrorKind::Unavailable, "the system's random generator failed"))?;
        let drawn = random.iter().filter(|byte| **byte <= highest);
        let missing = length - value.len();
        value.extend(drawn.map(|byte| char::from(characters[usize::from(byte % count)])).take(missing));
    }
    Ok(SecretValue::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::aws::secretsmanager::Alphabet;

    #[test]
    fn values_have_the_declared_length_and_characters() {
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
    fn all_characters_are_about_equally_frequent() {
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
