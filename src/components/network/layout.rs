//! The zones of a network, and the part of its block that each of them gets.

use super::settings::Zones;
use crate::aws::ec2::Cidr;

/// The number of zones that a block has room for.
const MAX_ZONES: usize = 8;
/// The bits added to the prefix of the VPC, which make sixteen parts: private ones first, then public ones.
const SUBNET_BITS: u8 = 4;

/// One zone of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    /// The name, `eu-west-1a`.
    pub name: String,
    /// The letter of the zone, which the names of its resources contain: `a`.
    pub letter: char,
    /// The block of its private subnet.
    pub private: Cidr,
    /// The block of its public subnet.
    pub public: Cidr,
}

/// Returns the zones of a network. The error is a field of the network and a message.
pub(super) fn zones(cidr: Cidr, zones: &Zones, region: &str) -> Result<Vec<Zone>, (&'static str, String)> {
    if !(16..=24).contains(&cidr.prefix()) {
        let message = format!(
            "{cidr} is not a block for a network: its prefix must be /16 to /24, as it is divided into 16 parts"
        );
        return Err(("cidr", message));
    }
    let names: Vec<String> = match zones {
        Zones::Count(count) => {
            ('a'..='z').take((*count).min(MAX_ZONES + 1)).map(|letter| format!("{region}{letter}")).collect()
        }
        Zones::Named(names) => names.clone(),
    };
    if names.is_empty() || names.len() > MAX_ZONES {
        return Err(("zones", format!("a network spreads over 1 to {MAX_ZONES} zones")));
    }
    let mut all: Vec<Zone> = Vec::new();
    for name in names {
        let zone = zone(cidr, region, &name).ok_or_else(|| {
            ("zones", format!("`{name}` is not a zone of this region: write one such as {region}a, up to {region}h"))
        })?;
        if all.iter().any(|other| other.letter == zone.letter) {
            return Err(("zones", format!("`{name}` is listed twice")));
        }
        all.push(zone);
    }
    Ok(all)
}

fn zone(cidr: Cidr, region: &str, name: &str) -> Option<Zone> {
    let mut letters = name.strip_prefix(region)?.chars();
    let (letter @ 'a'..='h', None) = (letters.next()?, letters.next()) else { return None };
    let slot = u32::from(letter) - u32::from('a');
    let prefix = cidr.prefix() + SUBNET_BITS;
    Some(Zone {
        name: name.to_owned(),
        letter,
        private: cidr.subnet(prefix, slot)?,
        public: cidr.subnet(prefix, slot + 8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay_out(cidr: &str, which: &Zones) -> Result<Vec<Zone>, (&'static str, String)> {
        zones(cidr.parse().unwrap(), which, "eu-west-1")
    }

    fn named(names: &[&str]) -> Zones {
        Zones::Named(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn the_block_is_divided_by_the_letter_of_the_zone() {
        let zones = lay_out("10.0.0.0/16", &Zones::Count(2)).unwrap();
        let blocks: Vec<_> =
            zones.iter().map(|zone| format!("{} {} {}", zone.name, zone.private, zone.public)).collect();
        assert_eq!(blocks, ["eu-west-1a 10.0.0.0/20 10.0.128.0/20", "eu-west-1b 10.0.16.0/20 10.0.144.0/20"]);
    }

    #[test]
    fn adding_or_removing_a_zone_moves_no_subnet() {
        let all = lay_out("10.0.0.0/24", &Zones::Count(8)).unwrap();
        assert_eq!(lay_out("10.0.0.0/24", &Zones::Count(3)).unwrap(), all[..3]);
        assert_eq!(lay_out("10.0.0.0/24", &named(&["eu-west-1c"])).unwrap(), all[2..3]);
        let blocks: Vec<Cidr> = all.iter().flat_map(|zone| [zone.private, zone.public]).collect();
        for (index, block) in blocks.iter().enumerate() {
            assert!(!blocks[..index].iter().any(|other| other.overlaps(block)), "{block}");
        }
    }

    #[test]
    fn invalid_blocks_and_zones_are_refused() {
        let cases = [
            ("10.0.0.0/25", Zones::Count(2), "cidr", "/16 to /24"),
            ("10.0.0.0/8", Zones::Count(2), "cidr", "/16 to /24"),
            ("10.0.0.0/16", Zones::Count(0), "zones", "1 to 8"),
            ("10.0.0.0/16", Zones::Count(9), "zones", "1 to 8"),
            ("10.0.0.0/16", named(&["us-east-1a"]), "zones", "eu-west-1a"),
            ("10.0.0.0/16", named(&["eu-west-1"]), "zones", "eu-west-1a"),
            ("10.0.0.0/16", named(&["eu-west-1a", "eu-west-1a"]), "zones", "twice"),
        ];
        for (cidr, zones, field, text) in cases {
            let (at, message) = lay_out(cidr, &zones).unwrap_err();
            assert!(at == field && message.contains(text), "{cidr} {zones:?}: {at}: {message}");
        }
    }
}
