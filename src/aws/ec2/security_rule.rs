//! One rule of a security group, and how EC2 writes it.

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use serde::{Deserialize, Serialize};

use super::Cidr;
use crate::aws::SecurityGroupId;
use crate::resource::{Declared, Input, Phase, Resolved};

/// One rule: this traffic is let in from there, or out to there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SecurityRule<P: Phase = Declared> {
    /// The traffic.
    pub traffic: Traffic,
    /// Where it comes from, or goes to.
    pub peer: Peer<P>,
    /// What the rule is for, up to 255 characters.
    #[serde(default)]
    pub description: String,
}

/// Traffic by protocol and port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Traffic {
    /// All protocols, all ports.
    All,
    /// TCP to these ports.
    Tcp(Ports),
    /// UDP to these ports.
    Udp(Ports),
    /// ICMP of any type.
    Icmp,
    /// Another IP protocol as EC2 writes it (a number, say), with EC2's port numbers or ICMP type and code.
    Other {
        /// The protocol: a name that EC2 knows, or a number.
        protocol: String,
        /// The first port, or the ICMP type.
        from: Option<i32>,
        /// The last port, or the ICMP code.
        to: Option<i32>,
    },
}

/// A range of ports, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

impl From<u16> for Ports {
    fn from(port: u16) -> Self {
        Self { from: port, to: port }
    }
}

impl From<std::ops::RangeInclusive<u16>> for Ports {
    fn from(range: std::ops::RangeInclusive<u16>) -> Self {
        Self { from: *range.start(), to: *range.end() }
    }
}

/// The other side of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Peer<P: Phase = Declared> {
    /// IPv4 addresses.
    Cidr(Cidr),
    /// IPv6 addresses, as EC2 writes them: `::/0`.
    Ipv6(String),
    /// What is in another group.
    Group(P::Of<SecurityGroupId>),
    /// What is in this very group.
    Itself,
    /// The addresses of a prefix list, `pl-…`: S3's, say.
    PrefixList(P::Of<String>),
}

impl SecurityRule {
    /// TCP to a port, or to a range of them.
    pub fn tcp(ports: impl Into<Ports>, peer: Peer) -> Self {
        Self { traffic: Traffic::Tcp(ports.into()), peer, description: String::new() }
    }

    /// UDP to a port, or to a range of them.
    pub fn udp(ports: impl Into<Ports>, peer: Peer) -> Self {
        Self { traffic: Traffic::Udp(ports.into()), peer, description: String::new() }
    }

    /// All traffic.
    pub fn all(peer: Peer) -> Self {
        Self { traffic: Traffic::All, peer, description: String::new() }
    }

    /// All traffic to everywhere: what EC2 gives a new group as egress.
    pub fn anywhere() -> Self {
        Self::all(Peer::Cidr(Cidr::ANYWHERE))
    }

    /// The same rule with a description.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }
}

impl Peer {
    /// What is in another group.
    pub fn group(group: impl Into<Input<SecurityGroupId>>) -> Self {
        Self::Group(group.into())
    }
}

impl<P: Phase> SecurityRule<P> {
    /// Whether both rules let the same traffic through; EC2 keeps one of such a pair, whatever its description.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.traffic == other.traffic && self.peer == other.peer
    }

    /// What EC2 would refuse of this rule.
    pub(super) fn problem(&self) -> Option<String> {
        const MARKS: &str = "._-:/()#,@[]+=&;{}!$*";
        let plain = |c: char| c.is_ascii_alphanumeric() || c == ' ' || MARKS.contains(c);
        if self.description.chars().count() > 255 || !self.description.chars().all(plain) {
            return Some(format!(
                "`{}` is no description for a rule: up to 255 letters, digits, spaces and {MARKS}",
                self.description
            ));
        }
        match &self.traffic {
            Traffic::Tcp(ports) | Traffic::Udp(ports) if ports.from > ports.to => {
                Some(format!("the ports {} to {} are the wrong way round", ports.from, ports.to))
            }
            _ => None,
        }
    }
}

/// The rule that EC2 gives every new group as egress.
pub(super) fn default_egress() -> SecurityRule<Resolved> {
    SecurityRule { traffic: Traffic::All, peer: Peer::Cidr(Cidr::ANYWHERE), description: String::new() }
}

/// A rule as EC2 takes it, for the group `id`.
pub(super) fn write_rule(id: &str, rule: &SecurityRule<Resolved>) -> IpPermission {
    let (protocol, from, to) = match &rule.traffic {
        Traffic::All => ("-1", None, None),
        Traffic::Tcp(ports) => ("tcp", Some(i32::from(ports.from)), Some(i32::from(ports.to))),
        Traffic::Udp(ports) => ("udp", Some(i32::from(ports.from)), Some(i32::from(ports.to))),
        Traffic::Icmp => ("icmp", Some(-1), Some(-1)),
        Traffic::Other { protocol, from, to } => (protocol.as_str(), *from, *to),
    };
    let permission = IpPermission::builder().ip_protocol(protocol).set_from_port(from).set_to_port(to);
    let description = Some(rule.description.clone()).filter(|text| !text.is_empty());
    let group = |group: &str| UserIdGroupPair::builder().group_id(group).set_description(description.clone()).build();
    match &rule.peer {
        Peer::Cidr(cidr) => {
            permission.ip_ranges(IpRange::builder().cidr_ip(cidr.to_string()).set_description(description).build())
        }
        Peer::Ipv6(block) => {
            permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(block).set_description(description).build())
        }
        Peer::Group(other) => permission.user_id_group_pairs(group(other.as_str())),
        Peer::Itself => permission.user_id_group_pairs(group(id)),
        Peer::PrefixList(list) => permission
            .prefix_list_ids(PrefixListId::builder().prefix_list_id(list).set_description(description).build()),
    }
    .build()
}

/// The rules that EC2 tells of in one permission of the group `id`.
pub(super) fn read_rules(id: &str, permission: &IpPermission) -> Vec<SecurityRule<Resolved>> {
    let traffic = read_traffic(permission);
    let rule = |peer: Peer<Resolved>, description: Option<&str>| SecurityRule {
        traffic: traffic.clone(),
        peer,
        description: description.unwrap_or_default().to_owned(),
    };
    let mut rules = Vec::new();
    for range in permission.ip_ranges() {
        if let Some(cidr) = range.cidr_ip().and_then(|cidr| cidr.parse().ok()) {
            rules.push(rule(Peer::Cidr(cidr), range.description()));
        }
    }
    for range in permission.ipv6_ranges() {
        rules.push(rule(Peer::Ipv6(range.cidr_ipv6().unwrap_or_default().to_owned()), range.description()));
    }
    for pair in permission.user_id_group_pairs() {
        let peer = match pair.group_id() {
            Some(group) if group == id => Peer::Itself,
            group => Peer::Group(SecurityGroupId::from(group.unwrap_or_default())),
        };
        rules.push(rule(peer, pair.description()));
    }
    for list in permission.prefix_list_ids() {
        rules.push(rule(Peer::PrefixList(list.prefix_list_id().unwrap_or_default().to_owned()), list.description()));
    }
    rules
}

fn read_traffic(permission: &IpPermission) -> Traffic {
    let (from, to) = (permission.from_port(), permission.to_port());
    let ports = || Some(Ports { from: u16::try_from(from?).ok()?, to: u16::try_from(to?).ok()? });
    let protocol = permission.ip_protocol().unwrap_or("-1");
    match protocol {
        "-1" => Some(Traffic::All),
        "tcp" | "6" => ports().map(Traffic::Tcp),
        "udp" | "17" => ports().map(Traffic::Udp),
        "icmp" | "1" if from.unwrap_or(-1) == -1 && to.unwrap_or(-1) == -1 => Some(Traffic::Icmp),
        _ => None,
    }
    .unwrap_or_else(|| Traffic::Other { protocol: protocol.to_owned(), from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let tcp = |peer| SecurityRule::<Resolved> {
            traffic: Traffic::Tcp(443.into()),
            peer,
            description: "from the application".into(),
        };
        let rules = [
            tcp(Peer::Cidr("10.0.0.0/16".parse().unwrap())),
            tcp(Peer::Ipv6("::/0".into())),
            tcp(Peer::Group("sg-2".into())),
            tcp(Peer::Itself),
            tcp(Peer::PrefixList("pl-1".into())),
            SecurityRule { traffic: Traffic::Udp((5000..=5010).into()), ..tcp(Peer::Itself) },
            SecurityRule { traffic: Traffic::Icmp, ..tcp(Peer::Itself) },
            SecurityRule {
                traffic: Traffic::Other { protocol: "icmp".into(), from: Some(8), to: Some(-1) },
                ..tcp(Peer::Itself)
            },
            default_egress(),
        ];
        for rule in rules {
            assert_eq!(read_rules("sg-1", &write_rule("sg-1", &rule)), [rule]);
        }
    }

    #[test]
    fn rules_that_ec2_would_refuse_are_found() {
        let fine = SecurityRule::tcp(443, Peer::Itself).describe("HTTPS (from here)");
        assert_eq!(fine.problem(), None);
        assert!(fine.clone().describe("für alle").problem().unwrap().contains("description"));
        assert!(fine.clone().describe("x".repeat(256)).problem().is_some());
        let reversed = SecurityRule::tcp(Ports { from: 443, to: 80 }, Peer::Itself);
        assert!(reversed.problem().unwrap().contains("wrong way round"));
    }
}
