//! IPv4 address ranges in CIDR notation.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// A range such as `10.0.0.0/16`, always canonical: the bits behind the prefix are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    first: u32,
    /// The length of the prefix in bits, 0 to 32.
    pub prefix: u8,
}

/// A text that is no IPv4 range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an IPv4 range in CIDR notation")]
pub struct NotCidr;

impl FromStr for Cidr {
    type Err = NotCidr;

    fn from_str(text: &str) -> Result<Self, NotCidr> {
        let (address, prefix) = text.split_once('/').ok_or(NotCidr)?;
        let address: Ipv4Addr = address.parse().map_err(|_| NotCidr)?;
        let prefix: u8 = prefix.parse().map_err(|_| NotCidr)?;
        if prefix > 32 {
            return Err(NotCidr);
        }
        // AWS canonicalizes too: 100.68.0.18/18 becomes 100.68.0.0/18.
        Ok(Self { first: u32::from(address) & mask(prefix), prefix })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", Ipv4Addr::from(self.first), self.prefix)
    }
}

impl Cidr {
    /// Returns whether the other range lies within this one (or is the same).
    pub fn contains(self, other: Cidr) -> bool {
        other.prefix >= self.prefix && other.first & mask(self.prefix) == self.first
    }

    /// Returns whether the two ranges share an address.
    pub fn overlaps(self, other: Cidr) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Returns how many addresses the range has.
    pub fn size(self) -> u64 {
        1 << (32 - self.prefix)
    }

    /// Returns the address `offset` places behind the range's first.
    pub fn address(self, offset: u32) -> Ipv4Addr {
        Ipv4Addr::from(self.first.wrapping_add(offset))
    }
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().expect("a range")
    }

    #[test]
    fn reads_and_writes_canonically() {
        assert_eq!(cidr("100.68.0.18/18").to_string(), "100.68.0.0/18");
        assert_eq!(cidr("1.2.3.4/0").to_string(), "0.0.0.0/0");
        assert_eq!(cidr("1.2.3.4/32").size(), 1);
        for wrong in ["10.0.0.0", "10.0.0/16", "10.0.0.0/33", "10.0.0.256/8", "10.0.0.0/x", ""] {
            assert!(wrong.parse::<Cidr>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn containment_and_overlap() {
        assert!(cidr("10.0.0.0/16").contains(cidr("10.0.255.0/24")));
        assert!(!cidr("10.0.0.0/24").contains(cidr("10.0.0.0/16")));
        assert!(cidr("10.0.0.0/24").overlaps(cidr("10.0.0.0/16")));
        assert!(!cidr("10.0.0.0/24").overlaps(cidr("10.0.1.0/24")));
        assert!(cidr("0.0.0.0/0").contains(cidr("192.168.1.1/32")));
        assert_eq!(cidr("10.0.1.0/24").address(4).to_string(), "10.0.1.4");
    }
}
