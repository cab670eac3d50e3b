//! The address of a resource in its stack: `ec2_subnet.private-a`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where a resource stands in its stack: its kind and the name it was added under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    kind: String,
    name: String,
}

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an address: write KIND.NAME, such as ec2_subnet.private-a (name: letters, digits, `-`, `_`, `/`, 1 to 80 characters)"
)]
pub struct AddressError(String);

impl Address {
    /// Puts an address together; the name may have letters, digits, `-`, `_` and `/`, 1 to 80 characters.
    pub fn new(kind: &str, name: &str) -> Result<Self, AddressError> {
        let named = |text: &str, more: &str| {
            (1..=80).contains(&text.len())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
                && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        };
        if named(kind, "_") && named(name, "-_/") {
            Ok(Self { kind: kind.to_owned(), name: name.to_owned() })
        } else {
            Err(AddressError(format!("{kind}.{name}")))
        }
    }

    /// The kind, e.g. `ec2_subnet`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The name in the stack, e.g. `private-a`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, name) = text.split_once('.').ok_or_else(|| AddressError(text.to_owned()))?;
        Self::new(kind, name)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        let address: Address = "ec2_subnet.private-a".parse().unwrap();
        assert_eq!((address.kind(), address.name()), ("ec2_subnet", "private-a"));
        assert_eq!(address.to_string(), "ec2_subnet.private-a");
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_form_to_write() {
        for text in ["", "ec2_vpc", "ec2_vpc.", ".main", "ec2_vpc.a b", "ec2_vpc.-a"] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains("KIND.NAME"), "{text}: {error}");
        }
    }
}
