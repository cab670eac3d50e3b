//! `elbv2_load_balancer`: a load balancer for HTTP or for connections.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::names::{balancer_name_problem, derived_name};
use super::settings::{balancer_default, check_balancer};
use super::types::LoadBalancerType;
use crate::aws::lists::{has_repeats, repeat_conflicts};
use crate::aws::{LoadBalancerArn, SecurityGroupId, SubnetId};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, OnPause, Persistence, Phase, Problems, Resolved, Resource,
    Since, Tags, fields, validate_plain_tags,
};

/// A load balancer: an Application Load Balancer for HTTP, or a Network Load Balancer for connections.
///
/// It is billed by the hour, so a pause deletes it with its listeners, and a resume makes another one, which has **another DNS name**: records
/// and callers that have the name of the first one have to follow, as everything does that refers to [`LoadBalancerOutputs::dns_name`]. One
/// with `deletion_protection.enabled` stays and goes on to cost.
///
/// AWS refuses one that the internet reaches in a VPC without an internet gateway, so it is declared after that gateway
/// ([`Stack::after`](crate::stack::Stack::after)).
///
/// ```
/// # use ebbtide::aws::ec2::{SecurityGroupOutputs, SubnetOutputs, VpcOutputs};
/// # use ebbtide::aws::elbv2::{Action, Listener, LoadBalancer, TargetGroup};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(
/// #     stack: &mut Stack, vpc: &VpcOutputs<Declared>, public: &[SubnetOutputs<Declared>], open: &SecurityGroupOutputs<Declared>,
/// # ) {
/// let subnets = public.iter().map(|subnet| &subnet.subnet_id);
/// let front = stack.add("front", LoadBalancer::application(subnets).with_group(&open.security_group_id));
/// let web = stack.add("web", TargetGroup::http(&vpc.vpc_id, 8080));
/// stack.add("front", Listener::http(&front.arn, 80, Action::forward(&web.arn)));
/// stack.output("URL", &front.dns_name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct LoadBalancer<P: Phase = Declared> {
    /// The name, up to 32 letters, digits and hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The type.
    pub kind: LoadBalancerType,
    /// Whether its addresses are public.
    pub scheme: Scheme,
    /// The subnets, each in another zone: two at least for an Application Load Balancer.
    pub subnets: Vec<P::Of<SubnetId>>,
    /// The security groups. A Network Load Balancer that was made without any takes none later.
    #[serde(default)]
    pub security_groups: Vec<P::Of<SecurityGroupId>>,
    /// The addresses that it has.
    #[serde(default)]
    pub ip_addresses: LoadBalancerAddresses,
    /// Settings under AWS's own keys, `idle_timeout.timeout_seconds`. Those that are not declared are AWS's to choose.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// Whether the addresses of a load balancer are public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// They are, and each public IPv4 address is billed.
    InternetFacing,
    /// They are private.
    Internal,
}

/// The addresses of a load balancer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadBalancerAddresses {
    /// IPv4.
    #[default]
    Ipv4,
    /// IPv4 and IPv6.
    Dualstack,
    /// Public IPv6 and private IPv4: for an Application Load Balancer.
    DualstackWithoutPublicIpv4,
}

impl LoadBalancer {
    /// Creates an Application Load Balancer that the internet reaches.
    pub fn application<I: Into<Input<SubnetId>>>(subnets: impl IntoIterator<Item = I>) -> Self {
        Self {
            name: None,
            kind: LoadBalancerType::Application,
            scheme: Scheme::InternetFacing,
            subnets: subnets.into_iter().map(Into::into).collect(),
            security_groups: Vec::new(),
            ip_addresses: LoadBalancerAddresses::Ipv4,
            attributes: BTreeMap::new(),
            tags: Tags::new(),
        }
    }

    /// Creates a Network Load Balancer that the internet reaches.
    pub fn network<I: Into<Input<SubnetId>>>(subnets: impl IntoIterator<Item = I>) -> Self {
        Self { kind: LoadBalancerType::Network, ..Self::application(subnets) }
    }

    /// Makes its addresses private.
    #[must_use]
    pub fn internal(self) -> Self {
        Self { scheme: Scheme::Internal, ..self }
    }

    /// Adds a security group.
    #[must_use]
    pub fn with_group(mut self, group: impl Into<Input<SecurityGroupId>>) -> Self {
        self.security_groups.push(group.into());
        self
    }

    /// Declares a setting.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(key.into(), value.into());
        self
    }

    /// Returns how many public IPv4 addresses it has: one in each subnet.
    fn public_addresses(&self) -> usize {
        let has_public = self.scheme == Scheme::InternetFacing
            && self.ip_addresses != LoadBalancerAddresses::DualstackWithoutPublicIpv4;
        if has_public { self.subnets.len() } else { 0 }
    }
}

impl<P: Phase> LoadBalancer<P> {
    /// Returns the name that the load balancer has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| derived_name(identity))
    }
}

/// The outputs of a load balancer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct LoadBalancerOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<LoadBalancerArn>,
    /// The name.
    pub name: P::Of<String>,
    /// The end of the ARN, `app/NAME/ID`, by which CloudWatch's metrics name it.
    pub full_name: P::Of<String>,
    /// The DNS name. It is another one after a pause.
    pub dns_name: P::Of<String>,
    /// The id of the hosted zone of the DNS name, for records that are aliases of it.
    pub hosted_zone: P::Of<String>,
}

impl Resource for LoadBalancer {
    const KIND: &'static str = "elbv2_load_balancer";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const BILLED_WHILE_PAUSED: Option<&'static str> = Some("AWS deletes none that is protected from deletion");
    const REPLACE_ON: &'static [&'static str] = fields!(LoadBalancer: name, kind, scheme);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    // 2 to 3 minutes.
    const TYPICAL_SECONDS: u32 = 150;
    type Resolved = LoadBalancer<Resolved>;
    type Outputs<P: Phase> = LoadBalancerOutputs<P>;

    fn paused(&self) -> OnPause<Self> {
        // AWS does not delete a protected one.
        match self.attributes.get("deletion_protection.enabled").map(String::as_str) {
            Some("true") => OnPause::Keep,
            _ => OnPause::Delete,
        }
    }

    /// "You are charged for each hour or partial hour that an Application Load Balancer is running" (Elastic Load Balancing pricing), and
    /// for each public IPv4 address in use (Amazon VPC pricing).
    fn billing(&self) -> Billing {
        let short = match self.kind {
            LoadBalancerType::Application => "alb",
            LoadBalancerType::Network => "nlb",
        };
        let mut charges = vec![
            Charge::by_begun_hour(format!("elb.{short}.hour"), 1.0, Since::Ready),
            Charge::by_use(format!("elb.{short}.lcu"), "lcu_hours"),
        ];
        if let addresses @ 1.. = self.public_addresses() {
            charges.push(Charge::hourly("vpc.public_ipv4.hour", addresses as f64));
        }
        Billing::Charges(charges)
    }

    fn validate(&self, problems: &mut Problems) {
        let name = self.name.as_deref().and_then(balancer_name_problem);
        name.into_iter().for_each(|problem| problems.refuse("name", problem));
        let is_application = self.kind == LoadBalancerType::Application;
        let needed = if is_application { 2 } else { 1 };
        if self.subnets.len() < needed {
            let message = format!("has {} subnets; AWS needs {needed}, each in another zone", self.subnets.len());
            problems.refuse("subnets", message);
        }
        if has_repeats(&self.subnets) {
            problems.refuse("subnets", "has a subnet twice");
        }
        if is_application && self.security_groups.is_empty() {
            problems.refuse("security_groups", "is empty: AWS would take the default group of the VPC; name a group");
        }
        if self.ip_addresses == LoadBalancerAddresses::DualstackWithoutPublicIpv4
            && (!is_application || self.scheme == Scheme::Internal)
        {
            let message = "is for Application Load Balancers that the internet reaches";
            problems.refuse("ip_addresses", format!("dualstack_without_public_ipv4 {message}"));
        }
        check_balancer(self.kind, &self.attributes, problems);
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |one| one.name.clone(), |name| format!("another load balancer is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), json!(self.aws_name(identity)))])
    }
}

impl CloudControl for LoadBalancer {
    const TYPE: &'static str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::words("kind", "Type", &[("application", "application"), ("network", "network")]),
        Property::words("scheme", "Scheme", &[("internet_facing", "internet-facing"), ("internal", "internal")]),
        Property::plain("subnets", "Subnets"),
        Property::plain("security_groups", "SecurityGroups"),
        Property::words("ip_addresses", "IpAddressType", ADDRESSES),
        Property::settings("attributes", "LoadBalancerAttributes", balancer_default),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("arn", "LoadBalancerArn"),
        ("name", "LoadBalancerName"),
        ("full_name", "LoadBalancerFullName"),
        ("dns_name", "DNSName"),
        ("hosted_zone", "CanonicalHostedZoneID"),
    ];

    fn placed(inputs: &LoadBalancer<Resolved>, identity: &Identity) -> Placed {
        let properties = Map::from_iter([("Name".to_owned(), json!(inputs.aws_name(identity)))]);
        Placed { identifier: None, properties, has_own_name: false }
    }
}

const ADDRESSES: &[(&str, &str)] =
    &[("ipv4", "ipv4"), ("dualstack", "dualstack"), ("dualstack_without_public_ipv4", "dualstack-without-public-ipv4")];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Charge;

    fn balancer() -> LoadBalancer {
        LoadBalancer::application(["subnet-1", "subnet-2"]).with_group("sg-1")
    }

    #[test]
    fn invalid_load_balancers_are_refused() {
        let addresses = LoadBalancerAddresses::DualstackWithoutPublicIpv4;
        let cases = [
            ("name", LoadBalancer { name: Some("internal-front".into()), ..balancer() }),
            ("subnets", LoadBalancer::application(["subnet-1"]).with_group("sg-1")),
            ("subnets", LoadBalancer::network(Vec::<&str>::new())),
            ("subnets", LoadBalancer::network(["subnet-1", "subnet-1"])),
            ("security_groups", LoadBalancer { security_groups: Vec::new(), ..balancer() }),
            ("ip_addresses", LoadBalancer { ip_addresses: addresses, ..balancer().internal() }),
            ("attributes", balancer().with("load_balancing.cross_zone.enabled", "true")),
            ("tags", LoadBalancer { tags: Tags::from([("team".into(), "a,b".into())]), ..balancer() }),
        ];
        for (field, balancer) in cases {
            let mut problems = Problems::new();
            balancer.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        let mut problems = Problems::new();
        balancer().with("idle_timeout.timeout_seconds", "120").validate(&mut problems);
        LoadBalancer::network(["subnet-1"]).validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn public_addresses_are_billed_one_in_each_subnet() {
        let addresses = |of: &LoadBalancer| match of.billing() {
            Billing::Charges(charges) => {
                let address = |charge: &Charge| (charge.item == "vpc.public_ipv4.hour").then_some(charge.quantity);
                charges.iter().find_map(address)
            }
            _ => None,
        };
        assert_eq!(addresses(&balancer()), Some(2.0));
        assert_eq!(addresses(&balancer().internal()), None);
    }

    #[test]
    fn a_pause_deletes_it_unless_it_is_protected() {
        assert_eq!(balancer().paused(), OnPause::Delete);
        assert_eq!(balancer().with("deletion_protection.enabled", "true").paused(), OnPause::Keep);
    }
}
