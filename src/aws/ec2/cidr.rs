//! IPv4 address blocks.

use std::collections::BTreeSet;
use std::fmt;
use std::iter::successors;
use std::net::Ipv4Addr;
use std::str::FromStr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An IPv4 block in CIDR notation, `10.0.0.0/16`, with no bits set beyond its prefix.
///
/// Blocks that are known when a program is written are constants; all others are parsed:
///
/// ```
/// use ebbtide::aws::ec2::Cidr;
///
/// const NETWORK: Cidr = Cidr::new([10, 20, 0, 0], 16);
/// assert_eq!("10.20.0.0/16".parse::<Cidr>(), Ok(NETWORK));
/// ```
///
/// A constant that is no block does not compile:
///
/// ```compile_fail
/// const NETWORK: ebbtide::aws::ec2::Cidr = ebbtide::aws::ec2::Cidr::new([10, 20, 0, 1], 16);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(Ipv4Net);

/// The error of a text that is not an IPv4 block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CidrError(String);

impl Cidr {
    /// All addresses: `0.0.0.0/0`.
    pub const ANYWHERE: Self = Self::new([0, 0, 0, 0], 0);

    /// Creates a block from an address and the length of its prefix. Meant for constants, which are checked by the compiler.
    ///
    /// # Panics
    ///
    /// Panics if the prefix is longer than 32 bits, or if the address has bits set beyond the prefix.
    #[track_caller]
    pub const fn new(octets: [u8; 4], prefix: u8) -> Self {
        assert!(prefix <= 32, "the prefix of an IPv4 block has at most 32 bits");
        let host_bits = match u32::MAX.checked_shr(prefix as u32) {
            Some(bits) => bits,
            None => 0,
        };
        assert!(u32::from_be_bytes(octets) & host_bits == 0, "the address has bits set beyond the prefix");
        Self(Ipv4Net::new_assert(Ipv4Addr::from_octets(octets), prefix))
    }

    /// Returns the length of the prefix in bits, 0 to 32.
    pub const fn prefix(&self) -> u8 {
        self.0.prefix_len()
    }

    /// Returns whether both blocks have an address in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Returns whether all of `other` lies inside this block.
    pub fn contains(&self, other: &Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Returns one of `blocks` that has an address in common with this one: the smallest block around it, or else the
    /// first block inside it. Looks up at most 33 blocks and one range.
    pub(super) fn overlapping(&self, blocks: &BTreeSet<Self>) -> Option<Self> {
        let around = successors(Some(self.0), Ipv4Net::supernet).map(Self).find(|block| blocks.contains(block));
        let last_inside = Self(Ipv4Net::from(self.0.broadcast()));
        around.or_else(|| blocks.range(*self..=last_inside).next().copied())
    }

    /// Returns the block with a longer prefix at position `index` inside this one, or `None` if there is none.
    pub fn subnet(&self, prefix: u8, index: u32) -> Option<Self> {
        let added_bits = prefix.checked_sub(self.prefix()).filter(|_| prefix <= 32)?;
        if u64::from(index) >= 1_u64 << added_bits {
            return None;
        }
        // An index of 0 is the only one that fits where nothing is left to shift by.
        let offset = index.checked_shl(u32::from(32 - prefix)).unwrap_or(0);
        Ipv4Net::new(Ipv4Addr::from_bits(self.0.addr().to_bits() + offset), prefix).ok().map(Self)
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text
            .split_once('/')
            .and_then(|(address, prefix)| Ipv4Net::new(address.parse().ok()?, prefix.parse().ok()?).ok());
        let Some(block) = parsed else {
            return Err(CidrError(format!(
                "`{text}` is not an IPv4 block: write an address and a prefix, such as 10.0.0.0/16"
            )));
        };
        let network = block.trunc();
        if network == block {
            Ok(Self(block))
        } else {
            Err(CidrError(format!("`{text}` has bits set beyond its prefix: write {network}")))
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// Written out because ipnet's own form accepts bits beyond the prefix.
impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cidr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Cidr {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cidr".into()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        concat!(module_path!(), "::Cidr").into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "An IPv4 block, 10.0.0.0/16",
            "pattern": r"^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)/([12]?\d|3[0-2])$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Cidr {
        text.parse().unwrap()
    }

    #[test]
    fn a_constant_equals_the_parsed_text() {
        assert_eq!(Cidr::new([10, 20, 0, 0], 16), block("10.20.0.0/16"));
        assert_eq!(Cidr::new([10, 20, 30, 40], 32), block("10.20.30.40/32"));
        assert_eq!(Cidr::new([0, 0, 0, 0], 0), Cidr::ANYWHERE);
    }

    #[test]
    #[should_panic(expected = "at most 32 bits")]
    fn a_constant_with_too_long_a_prefix_is_refused() {
        Cidr::new([10, 20, 30, 40], 33);
    }

    #[test]
    #[should_panic(expected = "bits set beyond the prefix")]
    fn a_constant_with_bits_beyond_its_prefix_is_refused() {
        Cidr::new([10, 20, 30, 40], 16);
    }

    #[test]
    fn blocks_contain_overlap_and_divide() {
        let network = block("10.0.0.0/16");
        assert_eq!(network.subnet(20, 1).unwrap().to_string(), "10.0.16.0/20");
        assert_eq!(network.subnet(20, 16), None);
        assert_eq!(network.subnet(8, 0), None);
        assert_eq!(network.subnet(33, 0), None);
        assert_eq!(Cidr::ANYWHERE.subnet(0, 0), Some(Cidr::ANYWHERE));
        assert_eq!(Cidr::ANYWHERE.subnet(32, u32::MAX), Some(block("255.255.255.255/32")));
        assert!(network.contains(&block("10.0.255.0/24")));
        assert!(!network.overlaps(&block("10.1.0.0/16")));
        assert!(Cidr::ANYWHERE.contains(&network));
    }

    #[test]
    fn the_search_for_overlaps_agrees_with_comparing_every_pair() {
        let all = ["10.0.0.0/16", "10.0.16.0/20", "10.1.0.0/24", "10.2.0.0/15", "0.0.0.0/0", "255.255.255.255/32"];
        for blocks in [&all[..1], &all[1..4], &all[2..3], &all[4..], &all[..0]] {
            let blocks: BTreeSet<Cidr> = blocks.iter().map(|text| block(text)).collect();
            for one in all.map(block) {
                let found = one.overlapping(&blocks);
                assert_eq!(found.is_some(), blocks.iter().any(|other| other.overlaps(&one)), "{one} {blocks:?}");
                assert!(found.is_none_or(|found| blocks.contains(&found) && found.overlaps(&one)));
            }
        }
    }

    #[test]
    fn blocks_travel_as_text() {
        assert_eq!(serde_json::to_value(block("10.0.0.0/16")).unwrap(), "10.0.0.0/16");
        assert_eq!(serde_json::from_str::<Cidr>("\"10.0.0.0/16\"").unwrap(), block("10.0.0.0/16"));
        assert!(serde_json::from_str::<Cidr>("\"10.0.0.1/16\"").is_err());
    }

    #[test]
    fn invalid_blocks_are_refused_with_advice() {
        for (text, advice) in [
            ("10.0.0.0", "10.0.0.0/16"),
            ("10.0.0.300/8", "address"),
            ("10.0.0.1/16", "write 10.0.0.0/16"),
            ("1.2.3.4/33", "prefix"),
        ] {
            let error = text.parse::<Cidr>().unwrap_err().to_string();
            assert!(error.contains(advice), "{error}");
        }
    }
}
