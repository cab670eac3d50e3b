//! One rule of a security group.

use ipnet::Ipv6Net;
use serde::{Deserialize, Serialize};

use super::Cidr;
use super::security_text::{MARKS, is_text};
use crate::aws::SecurityGroupId;
use crate::resource::{Declared, Input, Phase};

/// One rule: traffic that is let in from a peer, or out to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SecurityRule<P: Phase = Declared> {
    /// The traffic.
    pub traffic: Traffic,
    /// The other side of the traffic.
    pub peer: Peer<P>,
    /// The purpose of the rule, up to 255 characters.
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
    /// Another IP protocol in EC2's notation, with its port numbers or ICMP type and code.
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
    /// The first port.
    pub from: u16,
    /// The last port.
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
    /// IPv6 addresses in EC2's notation, `::/0`.
    Ipv6(String),
    /// The members of another group.
    Group(P::Of<SecurityGroupId>),
    /// The members of this very group.
    Itself,
    /// The addresses of a prefix list, `pl-…`. A gateway endpoint has that of its service as an output.
    PrefixList(P::Of<String>),
}

impl SecurityRule {
    /// Creates a rule for TCP to a port, or to a range of ports.
    pub fn tcp(ports: impl Into<Ports>, peer: Peer) -> Self {
        Self { traffic: Traffic::Tcp(ports.into()), peer, description: String::new() }
    }

    /// Creates a rule for UDP to a port, or to a range of ports.
    pub fn udp(ports: impl Into<Ports>, peer: Peer) -> Self {
        Self { traffic: Traffic::Udp(ports.into()), peer, description: String::new() }
    }

    /// Creates a rule for all traffic.
    pub fn all(peer: Peer) -> Self {
        Self { traffic: Traffic::All, peer, description: String::new() }
    }

    /// Creates a rule for all traffic to everywhere, the egress that EC2 gives a new group.
    pub fn anywhere() -> Self {
        Self::all(Peer::Cidr(Cidr::ANYWHERE))
    }

    /// Returns the same rule with a description.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }
}

impl Peer {
    /// Creates a peer from the members of another group.
    pub fn group(group: impl Into<Input<SecurityGroupId>>) -> Self {
        Self::Group(group.into())
    }
}

impl<P: Phase> SecurityRule<P> {
    /// Returns the reason for which EC2 would refuse the rule, if there is one.
    pub(super) fn problem(&self) -> Option<String> {
        if !is_text(&self.description) {
            return Some(format!(
                "`{}` is not a valid description of a rule: up to 255 letters, digits, spaces and {MARKS}",
                self.description
            ));
        }
        match &self.traffic {
            Traffic::Tcp(ports) | Traffic::Udp(ports) if ports.from > ports.to => {
                Some(format!("the ports {} to {} are the wrong way round", ports.from, ports.to))
            }
            Traffic::Other { protocol, from, to } => other_problem(protocol, *from, *to),
            _ => None,
        }
        .or_else(|| peer_problem(&self.peer))
    }
}

/// Returns what is wrong with traffic in EC2's notation. EC2 returns some protocols in a form of their own, so that the rule
/// would differ from its declaration for ever.
fn other_problem(protocol: &str, from: Option<i32>, to: Option<i32>) -> Option<String> {
    let advice = match protocol {
        "tcp" | "6" => "write `Traffic::Tcp`",
        "udp" | "17" => "write `Traffic::Udp`",
        "all" | "-1" => "write `Traffic::All`",
        "1" => "write icmp",
        "58" => "write icmpv6",
        "icmp" if from.unwrap_or(-1) == -1 && to.unwrap_or(-1) == -1 => "write `Traffic::Icmp`",
        "icmp" | "icmpv6" => {
            let is_valid = |value: Option<i32>| value.is_none_or(|value| (-1..=255).contains(&value));
            let valid = is_valid(from) && is_valid(to);
            return (!valid).then(|| "the types and codes of ICMP are -1 (all) to 255".to_owned());
        }
        number if number.parse::<u8>().is_err() => "write icmp, icmpv6 or the number of a protocol",
        _ if from.is_some() || to.is_some() => "only TCP and UDP have ports",
        _ => return None,
    };
    Some(format!("the protocol `{protocol}`: {advice}"))
}

fn peer_problem<P: Phase>(peer: &Peer<P>) -> Option<String> {
    let Peer::Ipv6(text) = peer else { return None };
    match text.parse::<Ipv6Net>() {
        Err(_) => Some(format!("`{text}` is not an IPv6 block: write an address and a prefix, such as ::/0")),
        // EC2 returns the canonical form of a block.
        Ok(block) if block.trunc().to_string() != *text => Some(format!("`{text}`: write {}", block.trunc())),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_rules_are_refused() {
        let valid = SecurityRule::tcp(443, Peer::Itself).describe("HTTPS (from here)");
        assert_eq!(valid.problem(), None);
        assert!(valid.clone().describe("für alle").problem().unwrap().contains("description"));
        assert!(valid.clone().describe("x".repeat(256)).problem().is_some());
        let reversed = SecurityRule::tcp(Ports { from: 443, to: 80 }, Peer::Itself);
        assert!(reversed.problem().unwrap().contains("wrong way round"));
    }

    #[test]
    fn traffic_in_the_notation_of_ec2_is_checked() {
        let problem = |protocol: &str, from, to| {
            let traffic = Traffic::Other { protocol: protocol.into(), from, to };
            SecurityRule { traffic, ..SecurityRule::all(Peer::Itself) }.problem()
        };
        for (protocol, from, to) in [("icmp", Some(8), Some(-1)), ("icmpv6", None, None), ("50", None, None)] {
            assert_eq!(problem(protocol, from, to), None, "{protocol}");
        }
        for (protocol, from, to, advice) in [
            ("tcp", Some(80), Some(80), "Traffic::Tcp"),
            ("17", Some(53), Some(53), "Traffic::Udp"),
            ("-1", None, None, "Traffic::All"),
            ("icmp", None, None, "Traffic::Icmp"),
            ("icmp", Some(300), None, "255"),
            ("58", None, None, "icmpv6"),
            ("esp", None, None, "number"),
            ("256", None, None, "number"),
            ("50", Some(1), Some(1), "ports"),
        ] {
            assert!(problem(protocol, from, to).unwrap().contains(advice), "{protocol}");
        }
    }

    #[test]
    fn blocks_of_ipv6_are_canonical() {
        let problem = |block: &str| SecurityRule::all(Peer::Ipv6(block.into())).problem();
        assert_eq!((problem("::/0"), problem("2001:db8::/32")), (None, None));
        assert!(problem("everyone").unwrap().contains("::/0"));
        assert!(problem("2001:DB8:0::1/32").unwrap().contains("write 2001:db8::/32"));
    }
}
