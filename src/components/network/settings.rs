//! What can be said of a network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::ec2::Cidr;
use crate::resource::Tags;

/// A network: a VPC with public and private subnets in several zones, and their ways out.
///
/// Each zone has its own part of the VPC's block, given by the letter of the zone: adding or removing a zone moves
/// no subnet of another. Start from [`Network::new`] and change what should differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The IPv4 block, /16 to /24. It is divided into sixteen: a private and a public subnet for up to eight zones.
    pub cidr: Cidr,
    /// The zones.
    #[serde(default)]
    pub zones: Zones,
    /// The private subnets' way out to the internet.
    #[serde(default)]
    pub nat: Nat,
    /// Whether a pause keeps the public addresses of the NAT gateways, so that they stay the same; they bill on.
    #[serde(default)]
    pub keep_addresses: bool,
    /// Whether there are public subnets, with an internet gateway. NAT gateways need them.
    #[serde(default = "yes")]
    pub public: bool,
    /// Services reached by gateway endpoints, which are free: `s3`, `dynamodb`.
    #[serde(default)]
    pub gateway_endpoints: Vec<String>,
    /// Services reached by interface endpoints, billed by the hour and zone and deleted by a pause: `sagemaker.runtime`.
    #[serde(default)]
    pub interface_endpoints: Vec<String>,
    /// Tags of everything in it.
    #[serde(default)]
    pub tags: Tags,
}

/// The zones that a network spreads over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Zones {
    /// The first so many of the region: `eu-west-1a`, `eu-west-1b`, …
    Count(usize),
    /// These, by name: for regions where an account has no zone of some letter.
    Named(Vec<String>),
}

impl Default for Zones {
    fn default() -> Self {
        Self::Count(2)
    }
}

/// How private subnets reach the internet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nat {
    /// Not at all: only endpoints lead out.
    #[default]
    None,
    /// Through one gateway in the first zone: cheaper, but all depend on that zone.
    One,
    /// Through a gateway in each zone.
    PerZone,
}

fn yes() -> bool {
    true
}

impl Network {
    /// A network over two zones, with public subnets and a free endpoint for S3, without NAT.
    pub fn new(cidr: Cidr) -> Self {
        Self {
            cidr,
            zones: Zones::default(),
            nat: Nat::None,
            keep_addresses: false,
            public: true,
            gateway_endpoints: vec!["s3".to_owned()],
            interface_endpoints: Vec::new(),
            tags: Tags::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_short() {
        let network: Network =
            serde_json::from_str(r#"{"cidr": "10.0.0.0/16", "zones": 3, "nat": "per_zone"}"#).unwrap();
        assert_eq!((network.zones, network.nat, network.public), (Zones::Count(3), Nat::PerZone, true));
        let named: Zones = serde_json::from_str(r#"["us-west-1a", "us-west-1c"]"#).unwrap();
        assert_eq!(named, Zones::Named(vec!["us-west-1a".to_owned(), "us-west-1c".to_owned()]));
    }
}
