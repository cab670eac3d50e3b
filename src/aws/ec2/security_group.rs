//! `ec2_security_group`: the traffic that may come in and go out.

use serde::{Deserialize, Serialize};

use super::security_rule::SecurityRule;
use super::security_text::{MARKS, is_text};
use crate::aws::lists::{repeat_conflicts, repeats};
use crate::aws::{SecurityGroupId, VpcId};
use crate::resource::{
    Billing, Conflict, Declared, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags,
};

/// A security group with all its rules. Rules that are not declared are removed.
///
/// ```
/// # use ebbtide::aws::ec2::{Cidr, Peer, SecurityGroup, SecurityRule, VpcOutputs};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, vpc: &VpcOutputs<Declared>) {
/// let https = SecurityRule::tcp(443, Peer::Cidr(Cidr::new([10, 0, 0, 0], 16))).describe("HTTPS from the VPC");
/// let group = SecurityGroup { ingress: vec![https], ..SecurityGroup::new(&vpc.vpc_id, "The endpoints") };
/// let group = stack.add("endpoints", group);
/// stack.output("SECURITY_GROUP_ID", &group.security_group_id);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SecurityGroup<P: Phase = Declared> {
    /// The VPC.
    pub vpc: P::Of<VpcId>,
    /// The name, unique in the VPC; derived from the address unless it is given.
    #[serde(default)]
    pub name: Option<String>,
    /// The purpose of the group.
    pub description: String,
    /// The traffic that may come in.
    #[serde(default = "Vec::new")]
    pub ingress: Vec<SecurityRule<P>>,
    /// The traffic that may go out. Without rules, none may.
    #[serde(default = "Vec::new")]
    pub egress: Vec<SecurityRule<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl SecurityGroup {
    /// Creates a group that lets nothing in and everything out.
    pub fn new(vpc: impl Into<Input<VpcId>>, description: impl Into<String>) -> Self {
        Self {
            vpc: vpc.into(),
            name: None,
            description: description.into(),
            ingress: Vec::new(),
            egress: vec![SecurityRule::anywhere()],
            tags: Tags::new(),
        }
    }
}

/// The outputs of a security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SecurityGroupOutputs<P: Phase> {
    /// The id, `sg-…`.
    pub security_group_id: P::Of<SecurityGroupId>,
}

/// The number of rules that no quota exceeds: the quota of rules times that of groups per network interface cannot exceed it
/// ("Amazon VPC quotas" in AWS's guide to VPC).
const MAX_RULES: usize = 1000;

impl Resource for SecurityGroup {
    const KIND: &'static str = "ec2_security_group";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(SecurityGroup: vpc, name, description);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    type Resolved = SecurityGroup<Resolved>;
    type Outputs<P: Phase> = SecurityGroupOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills no security group")
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(message) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", message);
        }
        if let Some(message) = text_problem(&self.description) {
            problems.refuse("description", message);
        }
        validate_rules("ingress", &self.ingress, problems);
        validate_rules("egress", &self.egress, problems);
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let message = |name| format!("another security group of the same VPC is named `{name}`");
        // "Names are case-insensitive and must be unique within the VPC" (CreateSecurityGroup of EC2's model).
        repeat_conflicts(
            all,
            |group| Some((&group.vpc, group.name.as_ref()?.to_lowercase())),
            |(_, name)| message(name),
        )
    }
}

/// Checks the rules of one direction of a group.
pub(super) fn validate_rules(field: &str, rules: &[SecurityRule], problems: &mut Problems) {
    if rules.len() > MAX_RULES {
        problems.refuse(field, format!("a group has at most {MAX_RULES} rules, whatever the quota is"));
    }
    for message in rules.iter().filter_map(SecurityRule::problem) {
        problems.refuse(field, message);
    }
    // EC2 keeps one rule for the same traffic and peer, whatever the descriptions are.
    if !repeats(rules, |rule| Some((&rule.traffic, &rule.peer))).is_empty() {
        problems.refuse(field, "two rules let the same traffic through");
    }
}

fn name_problem(name: &str) -> Option<String> {
    if name.starts_with("sg-") || name == "default" {
        return Some("a name cannot begin with sg- and cannot be `default`".to_owned());
    }
    if name.ends_with(' ') {
        return Some("EC2 removes spaces from the end of a name: remove them".to_owned());
    }
    text_problem(name)
}

fn text_problem(text: &str) -> Option<String> {
    let valid = !text.is_empty() && is_text(text);
    (!valid).then(|| format!("`{text}` must have 1 to 255 letters, digits, spaces and {MARKS}"))
}

#[cfg(test)]
mod tests {
    use super::super::Peer;
    use super::*;

    #[test]
    fn invalid_security_groups_are_refused() {
        let group = || SecurityGroup::new(VpcId::from("vpc-1"), "The endpoints");
        let rule = || SecurityRule::tcp(443, Peer::Itself);
        let cases = [
            (group(), vec![]),
            (SecurityGroup { name: Some("sg-mine".into()), ..group() }, vec!["name"]),
            (SecurityGroup { name: Some("x".repeat(256)), ..group() }, vec!["name"]),
            (SecurityGroup { name: Some("web ".into()), ..group() }, vec!["name"]),
            (
                SecurityGroup {
                    ingress: (0..=1000_u16).map(|port| SecurityRule::tcp(port, Peer::Itself)).collect(),
                    ..group()
                },
                vec!["ingress"],
            ),
            (SecurityGroup { description: String::new(), ..group() }, vec!["description"]),
            (SecurityGroup { description: "Überall".into(), ..group() }, vec!["description"]),
            (SecurityGroup { ingress: vec![rule(), rule().describe("again")], ..group() }, vec!["ingress"]),
        ];
        for (group, fields) in cases {
            let mut problems = Problems::new();
            group.validate(&mut problems);
            assert_eq!(problems.fields(), fields, "{group:?}");
        }
    }

    #[test]
    fn names_are_unique_in_a_vpc() {
        let group = |vpc: &str| SecurityGroup {
            name: Some("endpoints".into()),
            ..SecurityGroup::new(VpcId::from(vpc), "The endpoints")
        };
        assert_eq!(SecurityGroup::conflicts(&[group("vpc-1"), group("vpc-2")]), []);
        assert_eq!(SecurityGroup::conflicts(&[group("vpc-1"), group("vpc-1")])[0].index, 1);
        let capital = SecurityGroup { name: Some("Endpoints".into()), ..group("vpc-1") };
        assert_eq!(SecurityGroup::conflicts(&[group("vpc-1"), capital])[0].index, 1);
    }
}
