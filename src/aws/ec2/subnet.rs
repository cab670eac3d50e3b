//! `ec2_subnet`: a part of a VPC in one zone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Cidr;
use crate::aws::{SubnetId, VpcId};
use crate::resource::{
    Billing, Conflict, Declared, Input, Persistence, Phase, Problems, Replacement, Resolved, Resource, Tags, fields,
    validate_tags,
};

/// A part of a VPC in one zone.
///
/// ```
/// # use ebbtide::aws::ec2::{Subnet, VpcOutputs};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, vpc: &VpcOutputs<Declared>) -> Result<(), Box<dyn std::error::Error>> {
/// let subnet = stack.add("private-a", Subnet::private(&vpc.vpc_id, "10.0.1.0/24".parse()?, "eu-west-1a"));
/// stack.output("SUBNET_ID", &subnet.subnet_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Subnet<P: Phase = Declared> {
    /// The VPC.
    pub vpc: P::Of<VpcId>,
    /// The IPv4 block, /16 to /28, inside that of the VPC.
    pub cidr: Cidr,
    /// The availability zone, e.g. `eu-west-1a`.
    pub zone: String,
    /// Whether instances launched here get a public address.
    #[serde(default)]
    pub public: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Subnet {
    /// Creates a private subnet.
    pub fn private(vpc: impl Into<Input<VpcId>>, cidr: Cidr, zone: impl Into<String>) -> Self {
        Self { vpc: vpc.into(), cidr, zone: zone.into(), public: false, tags: Tags::new() }
    }

    /// Creates a subnet in which every instance gets a public address.
    pub fn public(vpc: impl Into<Input<VpcId>>, cidr: Cidr, zone: impl Into<String>) -> Self {
        Self { public: true, ..Self::private(vpc, cidr, zone) }
    }
}

/// The outputs of a subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SubnetOutputs<P: Phase> {
    /// The id, `subnet-…`.
    pub subnet_id: P::Of<SubnetId>,
}

impl Resource for Subnet {
    const KIND: &'static str = "ec2_subnet";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Subnet: vpc, cidr, zone);
    const IDEMPOTENT_CREATE: bool = false;
    // A VPC cannot have the same block twice.
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    type Resolved = Subnet<Resolved>;
    type Outputs<P: Phase> = SubnetOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills no subnet")
    }

    fn validate(&self, problems: &mut Problems) {
        if !(16..=28).contains(&self.cidr.prefix()) {
            let message = format!("{} is not a valid block for a subnet: its prefix must be /16 to /28", self.cidr);
            problems.refuse("cidr", message);
        }
        if !is_zone(&self.zone) {
            let message = format!("`{}` is not the name of a zone: write one such as eu-west-1a", self.zone);
            problems.refuse("zone", message);
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let mut blocks: BTreeMap<String, BTreeSet<Cidr>> = BTreeMap::new();
        let mut conflicts = Vec::new();
        for (index, subnet) in all.iter().enumerate() {
            let vpc = serde_json::to_string(&subnet.vpc).unwrap_or_default();
            let earlier = blocks.entry(vpc).or_default();
            if let Some(other) = subnet.cidr.overlapping(earlier) {
                let message = format!("{} overlaps {other}, another subnet of the same VPC", subnet.cidr);
                conflicts.push(Conflict { index, message });
            }
            earlier.insert(subnet.cidr);
        }
        conflicts
    }
}

fn is_zone(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && name.ends_with(|c: char| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(vpc: &str, cidr: &str, zone: &str) -> Subnet {
        Subnet::private(VpcId::from(vpc), cidr.parse().unwrap(), zone)
    }

    #[test]
    fn overlapping_blocks_of_one_vpc_are_reported_at_the_later_one() {
        let all = [
            subnet("vpc-1", "10.0.0.0/20", "eu-west-1a"),
            subnet("vpc-2", "10.0.0.0/20", "eu-west-1a"),
            subnet("vpc-1", "10.0.8.0/24", "eu-west-1b"),
        ];
        let conflicts = Subnet::conflicts(&all);
        assert_eq!(conflicts.len(), 1);
        assert_eq!(conflicts[0].index, 2);
        assert!(conflicts[0].message.contains("10.0.8.0/24 overlaps 10.0.0.0/20"), "{}", conflicts[0].message);
    }

    #[test]
    fn invalid_subnets_are_refused() {
        let cases = [
            ("10.0.0.0/24", "us-west-2-lax-1a", vec![]),
            ("10.0.0.0/29", "eu-west-1a", vec!["cidr"]),
            ("10.0.0.0/24", "eu-west-1", vec!["zone"]),
            ("10.0.0.0/24", "", vec!["zone"]),
        ];
        for (cidr, zone, fields) in cases {
            let mut problems = Problems::new();
            subnet("vpc-1", cidr, zone).validate(&mut problems);
            assert_eq!(problems.fields(), fields, "{cidr} {zone}");
        }
    }
}
