//! `ec2_nat_gateway`: the way out of private subnets.

use serde::{Deserialize, Serialize};

use crate::aws::lists::repeat_conflicts;
use crate::aws::{AllocationId, NatGatewayId, SubnetId};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Input, Persistence, Phase, Problems, Replacement, Resolved, Resource, Since,
    Tags, fields, validate_tags,
};

/// The way out of private subnets.
///
/// ```
/// # use ebbtide::aws::ec2::{ElasticIp, NatGateway, SubnetOutputs};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, public: &SubnetOutputs<Declared>) {
/// let address = stack.add("nat-a", ElasticIp::default());
/// let gateway = stack.add("nat-a", NatGateway::public(&public.subnet_id, &address.allocation_id));
/// stack.output("NAT_GATEWAY_ID", &gateway.nat_gateway_id);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct NatGateway<P: Phase = Declared> {
    /// The subnet of the gateway: a public one, unless the gateway has no address.
    pub subnet: P::Of<SubnetId>,
    /// The public address. A gateway without one only leads to other private networks.
    #[serde(default)]
    pub allocation: Option<P::Of<AllocationId>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl NatGateway {
    /// Creates a gateway to the internet.
    pub fn public(subnet: impl Into<Input<SubnetId>>, allocation: impl Into<Input<AllocationId>>) -> Self {
        Self { subnet: subnet.into(), allocation: Some(allocation.into()), tags: Tags::new() }
    }
}

/// The outputs of a NAT gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct NatGatewayOutputs<P: Phase> {
    /// The id, `nat-…`.
    pub nat_gateway_id: P::Of<NatGatewayId>,
}

impl Resource for NatGateway {
    const KIND: &'static str = "ec2_nat_gateway";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(NatGateway: subnet, allocation);
    // An address belongs to one gateway at a time.
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const TYPICAL_SECONDS: u32 = 110;
    type Resolved = NatGateway<Resolved>;
    type Outputs<P: Phase> = NatGatewayOutputs<P>;

    /// "You are charged for each NAT Gateway-hour that your gateway is provisioned and available", and "each partial NAT
    /// Gateway-hour consumed is billed as a full hour" (Amazon VPC pricing).
    fn billing(&self) -> Billing {
        Billing::Charges(vec![
            Charge::by_begun_hour("vpc.nat.hour", 1.0, Since::Ready),
            Charge::by_use("vpc.nat.data", "processed_gb"),
        ])
    }

    fn validate(&self, problems: &mut Problems) {
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let message = "its address belongs to another NAT gateway already; give it its own";
        repeat_conflicts(all, |gateway| gateway.allocation.as_ref(), |_| message.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_gateways_cannot_share_an_address() {
        let gateway = |allocation: &str| NatGateway::public("subnet-1", AllocationId::from(allocation));
        assert_eq!(NatGateway::conflicts(&[gateway("eipalloc-1"), gateway("eipalloc-2")]), []);
        assert_eq!(NatGateway::conflicts(&[gateway("eipalloc-1"), gateway("eipalloc-1")])[0].index, 1);
    }
}
