//! `ec2_vpc`: a virtual private cloud.

use serde::{Deserialize, Serialize};

use super::Cidr;
use crate::aws::VpcId;
use crate::resource::{Billing, Charge, Persistence, Phase, Problems, Resource, Tags, fields, validate_tags};

/// A virtual private cloud: the network that subnets, gateways and endpoints belong to.
///
/// ```
/// # use ebbtide::aws::ec2::{Cidr, Vpc};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let vpc = stack.add("main", Vpc::new(Cidr::new([10, 0, 0, 0], 16)));
/// stack.output("VPC_ID", &vpc.vpc_id);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vpc {
    /// The IPv4 block, /16 to /28.
    pub cidr: Cidr,
    /// Whether instances resolve names through Amazon's DNS. Interface endpoints with private names need it.
    pub dns_support: bool,
    /// Whether public addresses get names. Interface endpoints with private names need it.
    pub dns_hostnames: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Vpc {
    /// Creates a VPC with DNS on, as interface endpoints need it.
    pub fn new(cidr: Cidr) -> Self {
        Self { cidr, dns_support: true, dns_hostnames: true, tags: Tags::new() }
    }
}

/// The outputs of a VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VpcOutputs<P: Phase> {
    /// The id, `vpc-…`.
    pub vpc_id: P::Of<VpcId>,
}

impl Resource for Vpc {
    const KIND: &'static str = "ec2_vpc";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Vpc: cidr);
    // CreateVpc takes neither a name nor a client token.
    const IDEMPOTENT_CREATE: bool = false;
    type Resolved = Self;
    type Outputs<P: Phase> = VpcOutputs<P>;

    /// Returns the charge for data between zones, which AWS bills in each direction. The VPC itself is free.
    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::by_use("datatransfer.inter_zone", "inter_zone_gb").times(2.0)])
    }

    fn validate(&self, problems: &mut Problems) {
        if !(16..=28).contains(&self.cidr.prefix()) {
            let message = format!("{} is not a valid block for a VPC: its prefix must be /16 to /28", self.cidr);
            problems.refuse("cidr", message);
        }
        // "You can only enable DNS hostnames if you've enabled DNS support" (ModifyVpcAttribute of EC2's model).
        if self.dns_hostnames && !self.dns_support {
            problems.refuse("dns_hostnames", "AWS gives names only with `dns_support`: set both, or none");
        }
        validate_tags(&self.tags, problems);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_vpcs_are_refused() {
        let vpc = || Vpc::new(Cidr::new([10, 0, 0, 0], 16));
        let reserved = Tags::from([("ebb:stack".to_owned(), "mine".to_owned())]);
        let cases = [
            (vpc(), vec![]),
            (Vpc::new(Cidr::new([10, 0, 0, 0], 28)), vec![]),
            (Vpc::new(Cidr::new([10, 0, 0, 0], 15)), vec!["cidr"]),
            (Vpc::new(Cidr::new([10, 0, 0, 0], 29)), vec!["cidr"]),
            (Vpc { dns_support: false, ..vpc() }, vec!["dns_hostnames"]),
            (Vpc { dns_support: false, dns_hostnames: false, ..vpc() }, vec![]),
            (Vpc { tags: reserved, ..vpc() }, vec!["tags"]),
        ];
        for (vpc, fields) in cases {
            let mut problems = Problems::new();
            vpc.validate(&mut problems);
            assert_eq!(problems.fields(), fields, "{vpc:?}");
        }
    }
}
