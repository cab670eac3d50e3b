//! Where a secret's value comes from.

use serde::{Deserialize, Serialize};

use super::Alphabet;
use super::generated::generate;
use super::value::SecretValue;
use crate::engine::sdk::Error;

/// The most bytes of a value.
const LONGEST: usize = 65_536;

/// Where a secret's value comes from. The value itself is read when it is needed and kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    /// An environment variable of the program.
    Environment(String),
    /// A text file, absolute or from the current directory; one line break at its end is not part of the value.
    File(String),
    /// Made at random, once: when it is created, and anew whenever any of this changes.
    Generated {
        /// How many characters, 8 to 4,096.
        length: u16,
        /// Which characters.
        #[serde(default)]
        alphabet: Alphabet,
        /// Characters to leave out.
        #[serde(default)]
        exclude: String,
        /// Any number; another number makes another value.
        #[serde(default)]
        revision: u32,
    },
}

/// Looks an environment variable up.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The environment of this process.
pub(super) fn process_environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl SecretSource {
    /// Letters and digits of this length, made at random.
    pub fn generated(length: u16) -> Self {
        Self::Generated { length, alphabet: Alphabet::default(), exclude: String::new(), revision: 1 }
    }

    /// What is wrong with it.
    pub(super) fn problem(&self) -> Option<String> {
        match self {
            Self::Environment(name) if name.is_empty() || name.contains(['=', '\0']) => {
                Some(format!("`{name}` is no name of an environment variable"))
            }
            Self::File(path) if path.is_empty() => Some("the file needs a path".to_owned()),
            Self::Generated { length, .. } if !(8..=4096).contains(length) => {
                Some(format!("a length of {length} is not between 8 and 4096"))
            }
            Self::Generated { alphabet, exclude, .. } if alphabet.characters(exclude).len() < 2 => {
                Some("leaves out too many characters".to_owned())
            }
            _ => None,
        }
    }

    /// The value from outside: `None` for one that is generated, and for what is not there.
    pub(super) fn look(&self, environment: Lookup<'_>) -> Result<Option<SecretValue>, Error> {
        let value = match self {
            Self::Environment(name) => environment(name).map(SecretValue::new),
            Self::File(path) => match fs_err::read_to_string(path) {
                Ok(mut text) => {
                    let line = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text).len());
                    text.truncate(line.unwrap_or(text.len()));
                    Some(SecretValue::new(text))
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(Error::invalid(format!("the source of the secret's value: {error}"))),
            },
            Self::Generated { .. } => None,
        };
        match value.as_ref().map(|value| value.expose().len()) {
            Some(0) => Err(Error::invalid(format!("{} is empty, and a secret's value cannot be", self.name()))),
            Some(length) if length > LONGEST => {
                Err(Error::invalid(format!("{} has {length} bytes, and a secret takes {LONGEST}", self.name())))
            }
            _ => Ok(value),
        }
    }

    /// A value to hand to AWS: read, or made anew.
    pub(super) fn value(&self, environment: Lookup<'_>) -> Result<SecretValue, Error> {
        match self {
            Self::Generated { length, alphabet, exclude, .. } => {
                generate(usize::from(*length), &alphabet.characters(exclude))
            }
            Self::Environment(_) | Self::File(_) => self.look(environment)?.ok_or_else(|| self.missing()),
        }
    }

    /// That the source is not there.
    pub(super) fn missing(&self) -> Error {
        let hint = match self {
            Self::Environment(name) => format!("set it for this command: {name}=… ebb …"),
            Self::File(_) | Self::Generated { .. } => "make it, or name another source".to_owned(),
        };
        Error::invalid(format!("{}, which the secret's value comes from, does not exist", self.name())).hint(hint)
    }

    fn name(&self) -> String {
        match self {
            Self::Environment(name) => format!("the environment variable {name}"),
            Self::File(path) => format!("the file {path}"),
            Self::Generated { .. } => "the generated value".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_value_comes_from_the_environment_or_says_what_is_missing() {
        let environment = |name: &str| (name == "TOKEN").then(|| "hf_x".to_owned());
        let value = SecretSource::Environment("TOKEN".into()).value(&environment).unwrap();
        assert_eq!(value.expose(), "hf_x");
        let error = SecretSource::Environment("OTHER".into()).value(&environment).err().unwrap();
        assert!(error.to_string().contains("environment variable OTHER"), "{error}");
        let empty = SecretSource::Environment("TOKEN".into()).value(&|_| Some(String::new())).err().unwrap();
        assert!(empty.to_string().contains("is empty"), "{empty}");
    }

    #[test]
    fn a_file_loses_one_line_break_at_its_end() {
        for (text, expected) in [("v", "v"), ("v\n", "v"), ("v\r\n", "v"), ("v\n\n", "v\n"), ("a\nb", "a\nb")] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let source = SecretSource::File(file.path().to_str().unwrap().to_owned());
            assert_eq!(source.value(&process_environment).unwrap().expose(), expected);
        }
        let error = SecretSource::File("/nowhere/token".into()).value(&process_environment).err().unwrap();
        assert!(error.to_string().contains("/nowhere/token"), "{error}");
    }

    #[test]
    fn too_long_a_value_is_refused_without_being_shown() {
        let source = SecretSource::Environment("TOKEN".into());
        let error = source.value(&|_| Some("x".repeat(LONGEST + 1))).err().unwrap();
        assert!(error.to_string().contains("65537 bytes") && !error.to_string().contains("xx"), "{error}");
    }

    #[test]
    fn sources_that_cannot_be_are_found_before() {
        let generated = |length, exclude: &str| SecretSource::Generated {
            length,
            alphabet: Alphabet::Hexadecimal,
            exclude: exclude.into(),
            revision: 1,
        };
        for bad in [
            SecretSource::Environment("A=B".into()),
            SecretSource::Environment(String::new()),
            SecretSource::File(String::new()),
            generated(4, ""),
            generated(32, "0123456789abcde"),
        ] {
            assert!(bad.problem().is_some(), "{bad:?}");
        }
        assert_eq!(generated(32, "").problem(), None);
    }
}
