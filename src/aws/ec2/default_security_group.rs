//! `ec2_default_security_group`: the security group that comes with a VPC.

use serde::{Deserialize, Serialize};

use super::security_group::validate_rules;
use super::security_rule::SecurityRule;
use crate::aws::lists::repeat_conflicts;
use crate::aws::{SecurityGroupId, VpcId};
use crate::resource::{
    Billing, Conflict, Declared, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags,
};

/// The security group that comes with a VPC, which AWS uses wherever none is named. It cannot be created or deleted: a creation
/// takes it over and removes all rules that are not declared; a deletion lets go of it and restores no rule.
///
/// ```
/// # use ebbtide::aws::ec2::{DefaultSecurityGroup, VpcOutputs};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, vpc: &VpcOutputs<Declared>) {
/// let closed = stack.add("main", DefaultSecurityGroup::closed(&vpc.vpc_id));
/// stack.output("DEFAULT_SECURITY_GROUP_ID", &closed.security_group_id);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DefaultSecurityGroup<P: Phase = Declared> {
    /// The VPC.
    pub vpc: P::Of<VpcId>,
    /// The traffic that may come in.
    #[serde(default = "Vec::new")]
    pub ingress: Vec<SecurityRule<P>>,
    /// The traffic that may go out.
    #[serde(default = "Vec::new")]
    pub egress: Vec<SecurityRule<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl DefaultSecurityGroup {
    /// Creates a group without rules, through which no traffic passes.
    pub fn closed(vpc: impl Into<Input<VpcId>>) -> Self {
        Self { vpc: vpc.into(), ingress: Vec::new(), egress: Vec::new(), tags: Tags::new() }
    }
}

/// The outputs of a default security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DefaultSecurityGroupOutputs<P: Phase> {
    /// The id, `sg-…`.
    pub security_group_id: P::Of<SecurityGroupId>,
}

impl Resource for DefaultSecurityGroup {
    const KIND: &'static str = "ec2_default_security_group";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(DefaultSecurityGroup: vpc);
    const DELETED_WITH: &'static [&'static str] = fields!(DefaultSecurityGroup: vpc);
    type Resolved = DefaultSecurityGroup<Resolved>;
    type Outputs<P: Phase> = DefaultSecurityGroupOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills no security group")
    }

    fn validate(&self, problems: &mut Problems) {
        validate_rules("ingress", &self.ingress, problems);
        validate_rules("egress", &self.egress, problems);
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let message =
            |_| "a VPC has one default security group, and another resource is that of the same VPC".to_owned();
        repeat_conflicts(all, |group| Some(&group.vpc), message)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Peer;
    use super::*;

    fn group(vpc: &str) -> DefaultSecurityGroup {
        DefaultSecurityGroup::closed(VpcId::from(vpc))
    }

    #[test]
    fn invalid_rules_are_refused() {
        let rule = || SecurityRule::tcp(443, Peer::Itself);
        let mut problems = Problems::new();
        DefaultSecurityGroup { ingress: vec![rule(), rule().describe("again")], ..group("vpc-1") }
            .validate(&mut problems);
        assert_eq!(problems.fields(), ["ingress"]);
    }

    #[test]
    fn a_vpc_has_one_default_group() {
        assert_eq!(DefaultSecurityGroup::conflicts(&[group("vpc-1"), group("vpc-2")]), []);
        assert_eq!(DefaultSecurityGroup::conflicts(&[group("vpc-1"), group("vpc-1")])[0].index, 1);
    }
}
