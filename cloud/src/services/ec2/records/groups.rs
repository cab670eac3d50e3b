//! Security groups and their rules.

use serde::{Deserialize, Serialize};

use crate::documents::CallContext;
use crate::services::ec2::kind::{self, Kind};
use crate::services::ec2::store::Record;

/// The record of a security group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc: String,
    /// Its name, unique in the VPC.
    pub name: String,
    /// Its description.
    pub description: String,
}

impl Record for SecurityGroup {
    const KIND: Kind = kind::SECURITY_GROUP;

    fn id(&self) -> &str {
        &self.id
    }
}

impl SecurityGroup {
    /// Returns whether it came with its VPC.
    pub fn is_default(&self) -> bool {
        self.name == "default"
    }

    pub fn arn(&self, context: &CallContext<'_>) -> String {
        format!("arn:{}:ec2:{}:{}:security-group/{}", context.partition(), context.region, context.account, self.id)
    }
}

/// One rule: one peer in one direction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The group that it belongs to.
    pub group: String,
    /// Whether it allows outgoing traffic.
    pub egress: bool,
    /// The protocol and its ports.
    pub protocol: Protocol,
    /// The other side.
    pub peer: Peer,
    /// The description that its creator gave.
    pub description: Option<String>,
}

/// A protocol (`tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all) and its range of ports, or ICMP type and
/// code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protocol {
    /// Its name.
    pub name: String,
    /// Its range of ports; none for all.
    pub ports: Option<(i32, i32)>,
}

/// The other side of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Peer {
    /// An IPv4 range, canonical.
    Ipv4(String),
    /// An IPv6 range.
    Ipv6(String),
    /// A prefix list.
    PrefixList(String),
    /// The members of a security group.
    Group {
        /// That group's id.
        id: String,
    },
}

impl Record for Rule {
    const KIND: Kind = kind::SECURITY_GROUP_RULE;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Rule {
    /// Returns a new rule without a description.
    pub fn new(group: &str, egress: bool, protocol: Protocol, peer: Peer) -> Self {
        let id = kind::SECURITY_GROUP_RULE.fresh();
        Self { id, group: group.to_owned(), egress, protocol, peer, description: None }
    }

    /// Returns whether the other rule allows the same; descriptions make no difference.
    pub fn is_same(&self, other: &Rule) -> bool {
        (&self.group, self.egress, &self.protocol, &self.peer)
            == (&other.group, other.egress, &other.protocol, &other.peer)
    }

    /// Returns the rule in the words of AWS's messages.
    pub fn in_words(&self) -> String {
        let peer = match &self.peer {
            Peer::Ipv4(text) | Peer::Ipv6(text) | Peer::PrefixList(text) | Peer::Group { id: text } => text,
        };
        let protocol = match self.protocol.name.as_str() {
            "-1" => "ALL".to_owned(),
            name => name.to_uppercase(),
        };
        match self.protocol.ports {
            Some((from, to)) => format!("peer: {peer}, {protocol}, from port: {from}, to port: {to}, ALLOW"),
            None => format!("peer: {peer}, {protocol}, ALLOW"),
        }
    }
}
