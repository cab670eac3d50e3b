//! Rules of security groups, as requests and responses write them.

use std::net::Ipv6Addr;

use serde_json::{Value, json};

use super::cidr::Cidr;
use super::group_text::check_text;
use super::records::groups::{Peer, Protocol, Rule, SecurityGroup};
use super::{prefix_list, store};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

impl Protocol {
    /// Everything.
    pub fn all() -> Self {
        Self { name: "-1".into(), ports: None }
    }

    fn of(permission: &Parameters) -> Result<Self, Fault> {
        let given = permission.need("IpProtocol")?.to_lowercase();
        let name = match given.as_str() {
            "6" => "tcp",
            "17" => "udp",
            "1" => "icmp",
            "58" => "icmpv6",
            "all" => "-1",
            other => other,
        };
        let known = matches!(name, "tcp" | "udp" | "icmp" | "icmpv6" | "-1") || name.parse::<u8>().is_ok();
        if !known {
            return Err(invalid(format!("Invalid value '{given}' for IP protocol. Unknown protocol.")));
        }
        let port = |key: &str| -> Result<Option<i32>, Fault> {
            let Some(text) = permission.get(key) else { return Ok(None) };
            text.parse().map(Some).map_err(|_| invalid(format!("Invalid value '{text}' for port.")))
        };
        let ports = match (name, port("FromPort")?, port("ToPort")?) {
            ("tcp" | "udp", Some(from), Some(to)) => {
                if !(0..=65535).contains(&from) || !(0..=65535).contains(&to) {
                    return Err(invalid(format!("Invalid value '{from}-{to}' for portRange. Ports are 0 to 65535.")));
                }
                if from > to {
                    let why = "The from port is larger than the to port.";
                    return Err(invalid(format!("Invalid value '{from}-{to}' for portRange. {why}")));
                }
                Some((from, to))
            }
            ("tcp" | "udp", ..) => {
                let why = "Must specify both from and to ports with TCP/UDP.";
                return Err(invalid(format!("Invalid value '{why}' for portRange.")));
            }
            ("icmp" | "icmpv6", from, to) => Some((from.unwrap_or(-1), to.unwrap_or(-1))),
            _ => None,
        };
        Ok(Self { name: name.to_owned(), ports })
    }
}

fn invalid(message: String) -> Fault {
    Fault::new("InvalidParameterValue", message)
}

/// Returns the rules that a request writes, as `IpPermissions` or as the single permission of older clients.
pub fn of_request(
    parameters: &Parameters,
    group: &SecurityGroup,
    context: &CallContext<'_>,
) -> Result<Vec<Rule>, Fault> {
    let egress = parameters.operation().contains("Egress");
    let mut rules = Vec::new();
    for permission in parameters.list("IpPermissions") {
        let protocol = Protocol::of(&permission)?;
        for (peer, member) in peers(&permission, group, context)? {
            let mut rule = Rule::new(&group.id, egress, protocol.clone(), peer);
            if let Some(description) = member.get("Description") {
                check_text("Description", description)?;
                rule.description = Some(description.to_owned());
            }
            rules.push(rule);
        }
    }
    if let Some(range) = parameters.get("CidrIp") {
        rules.push(Rule::new(&group.id, egress, Protocol::of(parameters)?, ipv4(range)?));
    }
    if rules.is_empty() {
        let message = "The request must contain the parameter ipPermissions, with a range, prefix list or group";
        return Err(Fault::new("MissingParameter", message));
    }
    Ok(rules)
}

fn peers(
    permission: &Parameters,
    own: &SecurityGroup,
    context: &CallContext<'_>,
) -> Result<Vec<(Peer, Parameters)>, Fault> {
    let mut peers = Vec::new();
    for member in permission.list("IpRanges") {
        peers.push((ipv4(member.need("CidrIp")?)?, member));
    }
    for member in permission.list("Ipv6Ranges") {
        let text = member.need("CidrIpv6")?;
        let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
        if address.parse::<Ipv6Addr>().is_err() || prefix.parse::<u8>().map_or(true, |bits| bits > 128) {
            return Err(invalid(format!("CIDR block {text} is malformed")));
        }
        peers.push((Peer::Ipv6(text.to_owned()), member));
    }
    for member in permission.list("PrefixListIds") {
        let id = member.need("PrefixListId")?;
        prefix_list::find(context.region, id)?;
        peers.push((Peer::PrefixList(id.to_owned()), member));
    }
    for member in permission.list("Groups") {
        let id = member.need("GroupId")?;
        let group: SecurityGroup = store::find(context.own, id)?;
        if group.vpc != own.vpc || member.get("UserId").is_some_and(|user| user != context.account) {
            let message = "You have specified two resources that belong to different networks.";
            return Err(Fault::new("InvalidGroup.NotFound", message));
        }
        peers.push((Peer::Group { id: group.id }, member));
    }
    if peers.is_empty() {
        return Err(Fault::new("MissingParameter", "A permission must contain a range, prefix list or group"));
    }
    Ok(peers)
}

fn ipv4(text: &str) -> Result<Peer, Fault> {
    let range: Cidr = text.parse().map_err(|_| invalid(format!("CIDR block {text} is malformed")))?;
    Ok(Peer::Ipv4(range.to_string()))
}

/// Returns rules of one direction as the permission sets of DescribeSecurityGroups: one for each protocol and port
/// range.
pub fn permissions(rules: &[&Rule], account: &str) -> Value {
    let mut protocols: Vec<&Protocol> = Vec::new();
    for rule in rules {
        if !protocols.contains(&&rule.protocol) {
            protocols.push(&rule.protocol);
        }
    }
    let permission = |protocol: &&Protocol| {
        let (mut ipv4, mut ipv6, mut lists, mut groups) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for rule in rules.iter().filter(|rule| rule.protocol == **protocol) {
            let description = &rule.description;
            match &rule.peer {
                Peer::Ipv4(range) => ipv4.push(json!({ "cidrIp": range, "description": description })),
                Peer::Ipv6(range) => ipv6.push(json!({ "cidrIpv6": range, "description": description })),
                Peer::PrefixList(id) => lists.push(json!({ "prefixListId": id, "description": description })),
                Peer::Group { id } => {
                    groups.push(json!({ "groupId": id, "userId": account, "description": description }));
                }
            }
        }
        json!({
            "ipProtocol": protocol.name, "fromPort": protocol.ports.map(|ports| ports.0),
            "toPort": protocol.ports.map(|ports| ports.1), "ipRanges": ipv4, "ipv6Ranges": ipv6,
            "prefixListIds": lists, "groups": groups,
        })
    };
    protocols.iter().map(permission).collect()
}

/// Returns a rule as DescribeSecurityGroupRules shows it.
pub fn shown(rule: &Rule, context: &CallContext<'_>) -> Value {
    let (from, to) = rule.protocol.ports.unwrap_or((-1, -1));
    let mut item = json!({
        "securityGroupRuleId": rule.id, "groupId": rule.group, "groupOwnerId": context.account,
        "isEgress": rule.egress, "ipProtocol": rule.protocol.name, "fromPort": from, "toPort": to,
        "description": rule.description,
        "securityGroupRuleArn":
            format!("arn:{}:ec2:{}:{}:security-group-rule/{}", context.partition(), context.region, context.account, rule.id),
        "tagSet": super::tags::set(context.own, &rule.id),
    });
    match &rule.peer {
        Peer::Ipv4(range) => item["cidrIpv4"] = json!(range),
        Peer::Ipv6(range) => item["cidrIpv6"] = json!(range),
        Peer::PrefixList(id) => item["prefixListId"] = json!(id),
        Peer::Group { id } => item["referencedGroupInfo"] = json!({ "groupId": id, "userId": context.account }),
    }
    item
}
