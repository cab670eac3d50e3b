//! IPv4 address blocks.

use std::collections::BTreeSet;
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An IPv4 block in CIDR notation, `10.0.0.0/16`, with no bits set beyond its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    address: Ipv4Addr,
    prefix: u8,
}

/// Why a text is not an IPv4 block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CidrError(String);

impl Cidr {
    /// Everything: `0.0.0.0/0`.
    pub const ANYWHERE: Self = Self { address: Ipv4Addr::UNSPECIFIED, prefix: 0 };

    /// The block of an address and a prefix of at most 32 bits; what the address has beyond the prefix is left out.
    pub const fn new(address: [u8; 4], prefix: u8) -> Self {
        let prefix = if prefix > 32 { 32 } else { prefix };
        let mask = if prefix == 0 { 0 } else { u32::MAX << (32 - prefix) };
        Self { address: Ipv4Addr::from_bits(u32::from_be_bytes(address) & mask), prefix }
    }

    /// The length of the prefix in bits, 0 to 32.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether both blocks have an address in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Whether all of `other` lies inside.
    pub fn contains(&self, other: &Self) -> bool {
        self.prefix <= other.prefix && u32::from(other.address) & mask(self.prefix) == u32::from(self.address)
    }

    /// One of some blocks that has an address in common with this one: one around it, or the first inside it.
    pub(super) fn overlapping(&self, blocks: &BTreeSet<Self>) -> Option<Self> {
        let address = u32::from(self.address);
        let around = |prefix| Self { address: Ipv4Addr::from(address & mask(prefix)), prefix };
        let last = Self { address: Ipv4Addr::from(address | !mask(self.prefix)), prefix: 32 };
        let around = (0..=self.prefix).map(around).find(|block| blocks.contains(block));
        around.or_else(|| blocks.range(*self..=last).next().copied())
    }

    /// The `index`-th block of a longer prefix inside this one, or `None` if there is none.
    pub fn subnet(&self, prefix: u8, index: u32) -> Option<Self> {
        let more = prefix.checked_sub(self.prefix).filter(|_| prefix <= 32)?;
        if u64::from(index) >= 1_u64 << more {
            return None;
        }
        let step = index.checked_shl(u32::from(32 - prefix)).unwrap_or(0);
        Some(Self { address: Ipv4Addr::from(u32::from(self.address) + step), prefix })
    }
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(u32::from(32 - prefix)).unwrap_or(0)
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.split_once('/').and_then(|(address, prefix)| {
            Some((address.parse::<Ipv4Addr>().ok()?, prefix.parse::<u8>().ok().filter(|prefix| *prefix <= 32)?))
        });
        let Some((address, prefix)) = parsed else {
            return Err(CidrError(format!(
                "`{text}` is not an IPv4 block: write an address and a prefix, such as 10.0.0.0/16"
            )));
        };
        let network = Ipv4Addr::from(u32::from(address) & mask(prefix));
        if network == address {
            Ok(Self { address, prefix })
        } else {
            Err(CidrError(format!("`{text}` has bits set beyond its prefix: write {network}/{prefix}")))
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

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
            "pattern": r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_made_of_an_address_and_a_prefix() {
        assert_eq!(Cidr::new([10, 20, 30, 40], 16), "10.20.0.0/16".parse().unwrap());
        assert_eq!(Cidr::new([10, 20, 30, 40], 40), "10.20.30.40/32".parse().unwrap());
        assert_eq!(Cidr::new([10, 20, 30, 40], 0), Cidr::ANYWHERE);
    }

    #[test]
    fn blocks_contain_overlap_and_divide() {
        let block: Cidr = "10.0.0.0/16".parse().unwrap();
        assert_eq!(block.subnet(20, 1).unwrap().to_string(), "10.0.16.0/20");
        assert_eq!(block.subnet(20, 16), None);
        assert_eq!(block.subnet(8, 0), None);
        assert!(block.contains(&"10.0.255.0/24".parse().unwrap()));
        assert!(!block.overlaps(&"10.1.0.0/16".parse().unwrap()));
        assert!(Cidr::ANYWHERE.contains(&block));
    }

    #[test]
    fn an_overlap_is_found_as_by_looking_at_every_block() {
        let block = |text: &str| text.parse::<Cidr>().unwrap();
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
    fn what_is_no_block_is_refused_with_what_to_write() {
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
