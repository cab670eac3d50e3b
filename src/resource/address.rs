//! The address of a resource in its stack: `ec2_subnet.private-a`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::name::is_name;

/// The address of a resource in its stack: its kind and the name it was added under.
///
/// Every resource names several others, so an address is one text that its copies share. A dot sorts before all that a
/// kind is written with: addresses sort by kind, then by name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    text: Arc<str>,
    dot: u8,
}

/// The error of a text that is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an address: write KIND.NAME, such as ec2_subnet.private-a (name: letters, digits, `-`, `_`, `/`, 1 to 80 characters)"
)]
pub struct AddressError(String);

impl Address {
    /// Creates an address. The name has 1 to 80 letters, digits, `-`, `_` and `/`.
    pub fn new(kind: &str, name: &str) -> Result<Self, AddressError> {
        // Neither may have a dot in it, so that the first one is where they meet.
        format!("{kind}.{name}").parse()
    }

    /// Returns a valid address to go on with after a resource's own was refused.
    pub(crate) fn placeholder() -> Self {
        const KIND: &str = "invalid";
        Self { text: "invalid.invalid".into(), dot: KIND.len() as u8 }
    }

    /// Returns the kind, e.g. `ec2_subnet`.
    pub fn kind(&self) -> &str {
        &self.text[..usize::from(self.dot)]
    }

    /// Returns the name in the stack, e.g. `private-a`.
    pub fn name(&self) -> &str {
        &self.text[usize::from(self.dot) + 1..]
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Unlike `write_str`, this obeys the width of a column.
        f.pad(&self.text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.text)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('.') {
            // A kind has 80 bytes at most.
            Some((kind, name)) if is_name(kind, "_", 80) && is_name(name, "-_/", 80) => {
                Ok(Self { text: text.into(), dot: u8::try_from(kind.len()).unwrap_or(u8::MAX) })
            }
            _ => Err(AddressError(text.to_owned())),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

/// Reads an address without a copy of its text: a document has tens of thousands of addresses.
struct Text;

impl Visitor<'_> for Text {
    type Value = Address;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address of a resource, KIND.NAME")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Address, E> {
        text.parse().map_err(E::custom)
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
    fn addresses_sort_by_kind_then_by_name() {
        let mut addresses: Vec<Address> = ["b_c.a", "b.z", "b0.a", "b.a", "B.b", "b.a-b", "b.a/b", "b.a_b"]
            .into_iter()
            .map(|text| text.parse().unwrap())
            .collect();
        addresses.sort();
        assert!(addresses.is_sorted_by_key(|address| (address.kind().to_owned(), address.name().to_owned())));
    }

    #[test]
    fn an_invalid_address_is_refused_with_the_expected_form() {
        for text in ["", "ec2_vpc", "ec2_vpc.", ".main", "ec2_vpc.a b", "ec2_vpc.-a"] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains("KIND.NAME"), "{text}: {error}");
        }
    }
}
