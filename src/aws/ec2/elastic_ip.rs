//! `ec2_elastic_ip`: a public address.

use serde::{Deserialize, Serialize};

use crate::aws::AllocationId;
use crate::resource::{Billing, Charge, OnPause, Persistence, Phase, Problems, Resource, Tags, validate_tags};

/// A public IPv4 address.
///
/// ```
/// # use ebbtide::aws::ec2::ElasticIp;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let address = stack.add("nat-a", ElasticIp { keep_while_paused: true, ..ElasticIp::default() });
/// stack.output("NAT_ADDRESS", &address.public_ip);
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ElasticIp {
    /// Whether a pause keeps the address, for example because a firewall elsewhere allows it. A kept address is billed.
    #[serde(default)]
    pub keep_while_paused: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The outputs of a public address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ElasticIpOutputs<P: Phase> {
    /// The allocation, `eipalloc-…`.
    pub allocation_id: P::Of<AllocationId>,
    /// The address itself, `203.0.113.7`.
    pub public_ip: P::Of<String>,
}

impl Resource for ElasticIp {
    const KIND: &'static str = "ec2_elastic_ip";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = &[];
    const IDEMPOTENT_CREATE: bool = false;
    type Resolved = Self;
    type Outputs<P: Phase> = ElasticIpOutputs<P>;

    /// Returns the charge for a public address, in use or idle.
    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::hourly("vpc.public_ipv4.hour", 1.0)])
    }

    fn validate(&self, problems: &mut Problems) {
        validate_tags(&self.tags, problems);
    }

    fn paused(&self) -> OnPause<Self> {
        if self.keep_while_paused { OnPause::Keep } else { OnPause::Delete }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_releases_an_address_unless_it_is_kept() {
        assert_eq!(ElasticIp::default().paused(), OnPause::Delete);
        assert_eq!(ElasticIp { keep_while_paused: true, ..ElasticIp::default() }.paused(), OnPause::Keep);
    }
}
