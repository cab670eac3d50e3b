//! Places for state, as a command line names them.

use crate::sdk::Hint;

/// A place for state that a command line names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NamedPlace<'a> {
    /// A bucket, and the beginning of the names of its objects.
    Bucket { name: &'a str, prefix: &'a str },
    /// A directory.
    Directory(&'a str),
}

/// The error of a text that names no place for state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{named}` is no place for state: {reason}")]
pub struct InvalidPlace {
    named: String,
    reason: &'static str,
}

impl Hint for InvalidPlace {
    fn hint(&self) -> Option<String> {
        Some("write s3://BUCKET/PREFIX, or a directory, relative to the project's".to_owned())
    }
}

impl<'a> NamedPlace<'a> {
    /// Reads a place. A misspelt URL is refused: it would become a directory of that name.
    pub(super) fn parse(named: &'a str) -> Result<Self, InvalidPlace> {
        let refuse = |reason| Err(InvalidPlace { named: named.to_owned(), reason });
        if let Some(rest) = named.strip_prefix("s3://") {
            let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
            return match (3..=63).contains(&name.len()) && name.chars().all(plain) {
                true => Ok(Self::Bucket { name, prefix: prefix.trim_matches('/') }),
                false => refuse("a bucket has 3 to 63 lower-case letters, digits, `-` and `.`"),
            };
        }
        match named.split_once(':') {
            _ if named.trim().is_empty() => refuse("it is empty"),
            // A single letter is a drive of Windows.
            Some((scheme, _)) if scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric()) => {
                refuse("it is a URL of an unknown form")
            }
            _ => Ok(Self::Directory(named)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_and_directories_are_told_apart() {
        for (named, name, prefix) in [("s3://acme-state", "acme-state", ""), ("s3://a.b.c/x/y/", "a.b.c", "x/y")] {
            assert_eq!(NamedPlace::parse(named), Ok(NamedPlace::Bucket { name, prefix }));
        }
        for named in ["elsewhere", "./state", "/var/ebb", "C:\\state", "../a:b"] {
            assert_eq!(NamedPlace::parse(named), Ok(NamedPlace::Directory(named)));
        }
    }

    #[test]
    fn a_misspelt_url_is_refused() {
        for (named, reason) in [
            ("s3:/acme-state/x", "unknown form"),
            ("S3://acme-state", "unknown form"),
            ("s3:acme-state", "unknown form"),
            ("https://acme-state.s3.amazonaws.com", "unknown form"),
            ("s3://", "3 to 63"),
            ("s3:///x", "3 to 63"),
            ("s3://Acme_State/x", "3 to 63"),
            (" ", "empty"),
        ] {
            let error = NamedPlace::parse(named).unwrap_err();
            assert!(error.to_string().contains(reason), "{named}: {error}");
            assert!(error.hint().is_some());
        }
    }
}
