//! `ec2_internet_gateway`: the connection of a VPC to the internet, with its attachment.

use serde::{Deserialize, Serialize};

use crate::aws::lists::repeat_conflicts;
use crate::aws::{InternetGatewayId, VpcId};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_tags,
};

/// The connection of a VPC to the internet.
///
/// ```
/// # use ebbtide::aws::ec2::{InternetGateway, VpcOutputs};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, vpc: &VpcOutputs<Declared>) {
/// let gateway = stack.add("main", InternetGateway::new(&vpc.vpc_id));
/// stack.output("INTERNET_GATEWAY_ID", &gateway.internet_gateway_id);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct InternetGateway<P: Phase = Declared> {
    /// The VPC of the gateway. A VPC has at most one.
    pub vpc: P::Of<VpcId>,
    /// Whether the gateway is attached to its VPC; `false` cuts the VPC off.
    #[serde(default = "attached")]
    pub attached: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

fn attached() -> bool {
    true
}

impl InternetGateway {
    /// Creates a gateway that is attached to a VPC.
    pub fn new(vpc: impl Into<Input<VpcId>>) -> Self {
        Self { vpc: vpc.into(), attached: true, tags: Tags::new() }
    }
}

/// The outputs of an internet gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct InternetGatewayOutputs<P: Phase> {
    /// The id, `igw-…`.
    pub internet_gateway_id: P::Of<InternetGatewayId>,
}

impl Resource for InternetGateway {
    const KIND: &'static str = "ec2_internet_gateway";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(InternetGateway: vpc);
    const IDEMPOTENT_CREATE: bool = false;
    type Resolved = InternetGateway<Resolved>;
    type Outputs<P: Phase> = InternetGatewayOutputs<P>;

    /// Returns the charge for data that leaves to the internet. The gateway itself is free.
    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::by_use("datatransfer.out.internet", "data_out_gb")])
    }

    fn validate(&self, problems: &mut Problems) {
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let message = "its VPC has another internet gateway already; a VPC takes one";
        repeat_conflicts(all, |gateway| gateway.attached.then_some(&gateway.vpc), |_| message.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vpc_takes_one_attached_gateway() {
        let gateway = || InternetGateway::new(VpcId::from("vpc-1"));
        let spare = InternetGateway { attached: false, ..gateway() };
        assert_eq!(InternetGateway::conflicts(&[spare, gateway()]), []);
        assert_eq!(InternetGateway::conflicts(&[gateway(), gateway()])[0].index, 1);
    }
}
