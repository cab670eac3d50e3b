//! The zones of a network, and the part of its block that each of them gets.

use super::settings::{MAX_ZONES, Zones};
use crate::aws::ec2::Cidr;

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

/// Returns the zones of a network. `known` are those of the account, or none if they are unknown: then the region is taken
/// to have zones from `a` on. The error is a field of the network and a message.
pub(super) fn zones(
    cidr: Cidr,
    zones: &Zones,
    region: &str,
    known: &[String],
) -> Result<Vec<Zone>, (&'static str, String)> {
    if !(16..=24).contains(&cidr.prefix()) {
        let message = format!(
            "{cidr} is not a block for a network: its prefix must be /16 to /24, as it is divided into 16 parts"
        );
        return Err(("cidr", message));
    }
    let names = names(zones, region, known)?;
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

/// Returns the names of the zones that the settings choose.
fn names(zones: &Zones, region: &str, known: &[String]) -> Result<Vec<String>, (&'static str, String)> {
    let refuse = |message: String| Err(("zones", message));
    let has = || format!("this account has {} in {region}", known.join(", "));
    match zones {
        Zones::Count(count) if known.is_empty() || *count > MAX_ZONES => {
            Ok(('a'..='z').take((*count).min(MAX_ZONES + 1)).map(|letter| format!("{region}{letter}")).collect())
        }
        Zones::Count(count) if *count > known.len() => refuse(format!("there are not {count} zones: {}", has())),
        Zones::Count(count) => Ok(known.iter().take(*count).cloned().collect()),
        Zones::Named(names) => match names.iter().find(|name| !known.is_empty() && !known.contains(name)) {
            Some(name) => refuse(format!("there is no zone `{name}`: {}", has())),
            None => Ok(names.clone()),
        },
    }
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
        zones(cidr.parse().unwrap(), which, "eu-west-1", &[])
    }

    fn lay_out_in_tokyo(which: &Zones) -> Result<Vec<String>, String> {
        let known = ["a", "c", "d"].map(|letter| format!("ap-northeast-1{letter}"));
        let zones = zones("10.0.0.0/16".parse().unwrap(), which, "ap-northeast-1", &known);
        match zones {
            Ok(zones) => Ok(zones.iter().map(|zone| format!("{} {}", zone.letter, zone.private)).collect()),
            Err((_, message)) => Err(message),
        }
    }

    #[test]
    fn a_count_takes_the_first_zones_that_the_account_has() {
        assert_eq!(lay_out_in_tokyo(&Zones::Count(2)).unwrap(), ["a 10.0.0.0/20", "c 10.0.32.0/20"]);
        let message = lay_out_in_tokyo(&Zones::Count(4)).unwrap_err();
        assert!(message.contains("ap-northeast-1a, ap-northeast-1c, ap-northeast-1d"), "{message}");
        assert!(lay_out_in_tokyo(&named(&["ap-northeast-1d"])).is_ok());
        let message = lay_out_in_tokyo(&named(&["ap-northeast-1b"])).unwrap_err();
        assert!(message.contains("`ap-northeast-1b`"), "{message}");
        assert!(lay_out_in_tokyo(&Zones::Count(9)).unwrap_err().contains("1 to 8"));
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
