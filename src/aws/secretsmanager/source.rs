//! The sources of secret values.

use serde::{Deserialize, Serialize};

use super::alphabet::Alphabet;

/// The source of a secret's value. The value itself is read when it is needed and is stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    /// An environment variable of the program.
    Environment(String),
    /// A text file, absolute or relative to the project's directory; one line break at its end is not part of the value.
    File(String),
    /// A random value, generated when the secret is created, and again whenever any of these fields changes.
    Generated {
        /// The number of characters, 8 to 4,096.
        length: u16,
        /// The characters to draw from.
        #[serde(default)]
        alphabet: Alphabet,
        /// Characters to leave out.
        #[serde(default)]
        exclude: String,
        /// Any number; another number generates another value.
        #[serde(default)]
        revision: u32,
    },
}

impl SecretSource {
    /// Creates a source of random letters and digits of a length.
    pub fn generated(length: u16) -> Self {
        Self::Generated { length, alphabet: Alphabet::default(), exclude: String::new(), revision: 1 }
    }

    /// Returns a description of the source for messages.
    #[doc(hidden)]
    pub fn description(&self) -> String {
        match self {
            Self::Environment(name) => format!("the environment variable {name}"),
            Self::File(path) => format!("the file {path}"),
            Self::Generated { .. } => "the generated value".to_owned(),
        }
    }
}

/// Returns the reason why a source can have no value, if there is one.
pub(super) fn source_problem(source: &SecretSource) -> Option<String> {
    match source {
        SecretSource::Environment(name) if name.is_empty() || name.contains(['=', '\0']) => {
            Some(format!("`{name}` is not a name of an environment variable"))
        }
        SecretSource::File(path) if path.is_empty() => Some("the file needs a path".to_owned()),
        SecretSource::Generated { length, .. } if !(8..=4096).contains(length) => {
            Some(format!("a length of {length} is not between 8 and 4096"))
        }
        SecretSource::Generated { alphabet, exclude, .. } if alphabet.characters(exclude).len() < 2 => {
            Some("leaves out too many characters".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_sources_are_refused() {
        let generated = |length, exclude: &str| SecretSource::Generated {
            length,
            alphabet: Alphabet::Hexadecimal,
            exclude: exclude.into(),
            revision: 1,
        };
        for invalid in [
            SecretSource::Environment("A=B".into()),
            SecretSource::Environment(String::new()),
            SecretSource::File(String::new()),
            generated(4, ""),
            generated(32, "0123456789abcde"),
        ] {
            assert!(source_problem(&invalid).is_some(), "{invalid:?}");
        }
        assert_eq!(source_problem(&generated(32, "")), None);
    }
}
