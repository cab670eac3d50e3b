//! Reading a secret's value from its source.

use super::generated::generate;
use super::value::SecretValue;
use crate::sdk::Error;
use ebbtide::aws::secretsmanager::SecretSource;

/// The largest size of a value in bytes.
const MAX_BYTES: usize = 65_536;

/// A lookup of environment variables.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Looks a variable up in the environment of this process.
pub(super) fn process_environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Returns the keyed hash of a source's value, which is part of the planned inputs. A generated value has none.
pub(super) fn hash_of_source(
    source: &SecretSource,
    key: &str,
    recorded: Option<String>,
    environment: Lookup<'_>,
) -> Result<Option<String>, Error> {
    if matches!(source, SecretSource::Generated { .. }) {
        return Ok(None);
    }
    match read_source(source, environment)? {
        Some(value) => Ok(Some(value.hash(key))),
        // AWS has the value already. Machines that pause or resume the stack need not have it as well.
        None => recorded.map(Some).ok_or_else(|| missing_source(source)),
    }
}

/// Returns the value to send to AWS: read from the source, or newly generated.
pub(super) fn value_of_source(source: &SecretSource, environment: Lookup<'_>) -> Result<SecretValue, Error> {
    match source {
        SecretSource::Generated { length, alphabet, exclude, .. } => {
            generate(usize::from(*length), &alphabet.characters(exclude))
        }
        SecretSource::Environment(_) | SecretSource::File(_) => {
            read_source(source, environment)?.ok_or_else(|| missing_source(source))
        }
    }
}

/// Reads a value from the environment or a file; `None` if the source does not exist or generates its values.
fn read_source(source: &SecretSource, environment: Lookup<'_>) -> Result<Option<SecretValue>, Error> {
    let value = match source {
        SecretSource::Environment(name) => environment(name).map(SecretValue::new),
        SecretSource::File(path) => read_file(path)?,
        SecretSource::Generated { .. } => None,
    };
    match value.as_ref().map(|value| value.expose().len()) {
        Some(0) => Err(Error::invalid(format!("{} is empty, and a secret's value cannot be", source.description()))),
        Some(length) if length > MAX_BYTES => {
            let source = source.description();
            Err(Error::invalid(format!("{source} has {length} bytes, and a secret takes at most {MAX_BYTES}")))
        }
        _ => Ok(value),
    }
}

/// Reads a file without the line break at its end; `None` if it does not exist.
fn read_file(path: &str) -> Result<Option<SecretValue>, Error> {
    match fs_err::read_to_string(path) {
        Ok(mut text) => {
            // Shortened in place, so that no copy of the value stays in memory.
            let length = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).len());
            text.truncate(length.unwrap_or(text.len()));
            Ok(Some(SecretValue::new(text)))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::invalid(format!("the source of the secret's value: {error}"))),
    }
}

fn missing_source(source: &SecretSource) -> Error {
    let hint = match source {
        SecretSource::Environment(name) => format!("set it for this command: {name}=… ebb …"),
        SecretSource::File(_) | SecretSource::Generated { .. } => "create it, or name another source".to_owned(),
    };
    Error::invalid(format!("{}, the source of the secret's value, does not exist", source.description())).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn variable(name: &str) -> SecretSource {
        SecretSource::Environment(name.into())
    }

    fn environment(name: &str) -> Option<String> {
        (name == "TOKEN").then(|| "hf_secret".to_owned())
    }

    #[test]
    fn a_value_comes_from_the_environment_or_the_missing_variable_is_named() {
        let value = value_of_source(&variable("TOKEN"), &environment).unwrap();
        assert_eq!(value.expose(), "hf_secret");
        let error = value_of_source(&variable("OTHER"), &environment).err().unwrap();
        assert!(error.to_string().contains("environment variable OTHER"), "{error}");
        let empty = value_of_source(&variable("TOKEN"), &|_| Some(String::new())).err().unwrap();
        assert!(empty.to_string().contains("is empty"), "{empty}");
    }

    #[test]
    fn a_file_loses_one_line_break_at_its_end() {
        for (text, expected) in [("v", "v"), ("v\n", "v"), ("v\r\n", "v"), ("v\n\n", "v\n"), ("a\nb", "a\nb")] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let source = SecretSource::File(file.path().to_str().unwrap().to_owned());
            assert_eq!(value_of_source(&source, &environment).unwrap().expose(), expected);
        }
        let error = value_of_source(&SecretSource::File("/nowhere/token".into()), &environment).err().unwrap();
        assert!(error.to_string().contains("/nowhere/token"), "{error}");
    }

    #[test]
    fn too_long_a_value_is_refused_without_being_shown() {
        let too_long = |_: &str| Some("x".repeat(MAX_BYTES + 1));
        let error = value_of_source(&variable("TOKEN"), &too_long).err().unwrap();
        assert!(error.to_string().contains("65537 bytes") && !error.to_string().contains("xx"), "{error}");
    }

    #[test]
    fn the_hash_depends_on_the_key_and_a_found_value_replaces_the_recorded_hash() {
        let hash = hash_of_source(&variable("TOKEN"), "key", None, &environment).unwrap();
        let other = hash_of_source(&variable("TOKEN"), "other", Some("x".into()), &environment).unwrap();
        assert!(hash.is_some() && other.is_some() && other.as_deref() != Some("x"));
        assert_ne!(hash, other);
    }

    #[test]
    fn without_the_variable_the_recorded_hash_stays_or_the_variable_is_named() {
        let kept = hash_of_source(&variable("OTHER"), "key", Some("x".into()), &environment).unwrap();
        assert_eq!(kept.as_deref(), Some("x"));
        let error = hash_of_source(&variable("OTHER"), "key", None, &environment).unwrap_err();
        assert!(error.to_string().contains("OTHER"), "{error}");
    }

    #[test]
    fn a_generated_value_has_no_hash() {
        let hash = hash_of_source(&SecretSource::generated(32), "key", Some("x".into()), &environment).unwrap();
        assert_eq!(hash, None);
    }
}
