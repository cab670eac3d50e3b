//! The settings of a network.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::aws::ec2::Cidr;
use crate::resource::Tags;

/// The number of zones that a block has room for.
pub(super) const MAX_ZONES: usize = 8;

/// A network: a VPC with public and private subnets in several zones, and their routes to the internet.
///
/// The letter of a zone determines its part of the VPC's block: adding or removing a zone moves no subnet of another.
/// Start from [`Network::new`] and change single fields.
///
/// ```
/// # use ebbtide::components::{Nat, Network};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) -> Result<(), Box<dyn std::error::Error>> {
/// let network = Network { nat: Nat::One, ..Network::new("10.0.0.0/16".parse()?) };
/// let network = network.declare(stack, "main");
/// stack.output("VPC_ID", &network.vpc_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The IPv4 block, /16 to /24. It has sixteen parts: a private and a public subnet for up to eight zones.
    pub cidr: Cidr,
    /// The zones.
    #[serde(default)]
    pub zones: Zones,
    /// The route of private subnets to the internet.
    #[serde(default)]
    pub nat: Nat,
    /// Whether a pause keeps the public addresses of the NAT gateways. They stay the same, and are billed meanwhile.
    #[serde(default)]
    pub keep_addresses: bool,
    /// Whether there are public subnets and an internet gateway. NAT gateways need them.
    #[serde(default = "yes")]
    pub public: bool,
    /// Services reached by gateway endpoints, which are free: `s3`, `dynamodb`.
    #[serde(default)]
    pub gateway_endpoints: Vec<String>,
    /// Services reached by interface endpoints, such as `sagemaker.runtime`. They are billed by the hour and zone, and
    /// a pause deletes them.
    #[serde(default)]
    pub interface_endpoints: Vec<String>,
    /// The policies of endpoints, by service. They may contain references. An endpoint without one lets everything through.
    #[serde(default)]
    pub endpoint_policies: BTreeMap<String, Value>,
    /// Whether the VPC's default security group loses all of its rules. AWS uses the group wherever none is named.
    #[serde(default)]
    pub close_default_group: bool,
    /// Tags of all resources of the network.
    #[serde(default)]
    pub tags: Tags,
}

/// The zones that a network spreads over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Zones {
    /// This number of zones: the first ones that the account has in the region. `ebb validate`, which does not ask AWS, takes
    /// `eu-west-1a`, `eu-west-1b` and so on.
    Count(usize),
    /// Zones by name, in which a network stays even if AWS gives the account other zones.
    Named(Vec<String>),
}

impl<'de> Deserialize<'de> for Zones {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Count(usize),
            Named(Vec<String>),
        }
        // The derived form would name itself in the error.
        match Form::deserialize(deserializer) {
            Ok(Form::Count(count)) => Ok(Self::Count(count)),
            Ok(Form::Named(names)) => Ok(Self::Named(names)),
            Err(_) => Err(D::Error::custom(format!(
                "zones are a number from 1 to {MAX_ZONES}, such as 2, or a list of names, such as [\"eu-west-1a\", \"eu-west-1b\"]"
            ))),
        }
    }
}

impl JsonSchema for Zones {
    fn schema_name() -> Cow<'static, str> {
        "Zones".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Zones").into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The zones that a network spreads over.",
            "anyOf": [
                {
                    "description": "This number of zones: the first ones that the account has in the region.",
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_ZONES,
                },
                {
                    "description": "Zones by name, in which a network stays even if AWS gives the account other zones.",
                    "type": "array",
                    "items": {"type": "string", "format": "availability-zone", "pattern": "^[a-z]+(-[a-z]+)+-[0-9]+[a-h]$"},
                    "minItems": 1,
                    "maxItems": MAX_ZONES,
                },
            ],
        })
    }
}

impl Default for Zones {
    fn default() -> Self {
        Self::Count(2)
    }
}

/// The route of private subnets to the internet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nat {
    /// No route: private subnets reach only the services that have endpoints.
    #[default]
    None,
    /// One NAT gateway in the first zone: cheaper, but all zones depend on that one.
    One,
    /// A NAT gateway in each zone.
    PerZone,
}

fn yes() -> bool {
    true
}

impl Network {
    /// Creates a network over two zones, with public subnets and a free endpoint for S3, without NAT.
    pub fn new(cidr: Cidr) -> Self {
        Self {
            cidr,
            zones: Zones::default(),
            nat: Nat::None,
            keep_addresses: false,
            public: true,
            gateway_endpoints: vec!["s3".to_owned()],
            interface_endpoints: Vec::new(),
            endpoint_policies: BTreeMap::new(),
            close_default_group: false,
            tags: Tags::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_need_only_the_block() {
        let network: Network =
            serde_json::from_str(r#"{"cidr": "10.0.0.0/16", "zones": 3, "nat": "per_zone"}"#).unwrap();
        assert_eq!((network.zones, network.nat, network.public), (Zones::Count(3), Nat::PerZone, true));
        let named: Zones = serde_json::from_str(r#"["us-west-1a", "us-west-1c"]"#).unwrap();
        assert_eq!(named, Zones::Named(vec!["us-west-1a".to_owned(), "us-west-1c".to_owned()]));
    }
}
