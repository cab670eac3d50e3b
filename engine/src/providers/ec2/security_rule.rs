//! Rules of a security group as EC2 writes them.

use aws_sdk_ec2::types as sdk;

use ebbtide::aws::SecurityGroupId;
use ebbtide::aws::ec2::{Cidr, Peer, Ports, SecurityRule, Traffic};
use ebbtide::resource::Resolved;

/// Returns the rule that EC2 gives every new group as egress.
pub(super) fn default_egress() -> SecurityRule<Resolved> {
    SecurityRule { traffic: Traffic::All, peer: Peer::Cidr(Cidr::ANYWHERE), description: String::new() }
}

/// Returns whether both rules let the same traffic through. EC2 keeps one of such a pair, whatever the descriptions are.
pub(super) fn same_traffic(one: &SecurityRule<Resolved>, other: &SecurityRule<Resolved>) -> bool {
    one.traffic == other.traffic && one.peer == other.peer
}

/// Converts a rule of the group `id` to the request of EC2.
pub(super) fn rule_to_sdk(id: &str, rule: &SecurityRule<Resolved>) -> sdk::IpPermission {
    let (protocol, from, to) = match &rule.traffic {
        Traffic::All => ("-1", None, None),
        Traffic::Tcp(ports) => ("tcp", Some(i32::from(ports.from)), Some(i32::from(ports.to))),
        Traffic::Udp(ports) => ("udp", Some(i32::from(ports.from)), Some(i32::from(ports.to))),
        Traffic::Icmp => ("icmp", Some(-1), Some(-1)),
        Traffic::Other { protocol, from, to } => (protocol.as_str(), *from, *to),
    };
    let permission = sdk::IpPermission::builder().ip_protocol(protocol).set_from_port(from).set_to_port(to);
    let description = Some(rule.description.clone()).filter(|text| !text.is_empty());
    let group =
        |group: &str| sdk::UserIdGroupPair::builder().group_id(group).set_description(description.clone()).build();
    match &rule.peer {
        Peer::Cidr(cidr) => {
            permission.ip_ranges(sdk::IpRange::builder().cidr_ip(cidr.to_string()).set_description(description).build())
        }
        Peer::Ipv6(block) => {
            permission.ipv6_ranges(sdk::Ipv6Range::builder().cidr_ipv6(block).set_description(description).build())
        }
        Peer::Group(other) => permission.user_id_group_pairs(group(other.as_str())),
        Peer::Itself => permission.user_id_group_pairs(group(id)),
        Peer::PrefixList(list) => permission
            .prefix_list_ids(sdk::PrefixListId::builder().prefix_list_id(list).set_description(description).build()),
    }
    .build()
}

/// Returns the rules that EC2 reports as one permission of the group `id`.
pub(super) fn read_rules(id: &str, permission: &sdk::IpPermission) -> Vec<SecurityRule<Resolved>> {
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

fn read_traffic(permission: &sdk::IpPermission) -> Traffic {
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
    fn a_rule_survives_the_conversion_to_a_request_and_back() {
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
            assert_eq!(read_rules("sg-1", &rule_to_sdk("sg-1", &rule)), [rule]);
        }
    }
}
