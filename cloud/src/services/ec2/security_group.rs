//! Security groups; their rules are records of their own.

use serde_json::{Value, json};

use super::group_text::{check_text, invalid};
use super::listing::Listing;
use super::records::groups::{Peer, Protocol, Rule, SecurityGroup};
use super::records::network::Vpc;
use super::{in_use, kind, rule, store, tags};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::wire::query::Parameters;

fn shown(group: &SecurityGroup, rules: &[Rule], context: &CallContext<'_>) -> Value {
    let permissions = |egress: bool| {
        let chosen: Vec<&Rule> = rules.iter().filter(|rule| rule.group == group.id && rule.egress == egress).collect();
        rule::permissions(&chosen, context.account)
    };
    json!({
        "groupId": group.id, "groupName": group.name, "groupDescription": group.description, "vpcId": group.vpc,
        "ownerId": context.account, "securityGroupArn": group.arn(context), "ipPermissions": permissions(false),
        "ipPermissionsEgress": permissions(true), "tagSet": tags::set(context.own, &group.id),
    })
}

/// Makes the default group of a new VPC: its members may reach each other, and anything outside.
pub fn create_default(tables: &mut Tables, vpc: &Vpc) -> Result<(), Fault> {
    let group = SecurityGroup {
        id: kind::SECURITY_GROUP.fresh(),
        vpc: vpc.id.clone(),
        name: "default".into(),
        description: "default VPC security group".into(),
    };
    store::save(tables, &group)?;
    store::save(tables, &Rule::new(&group.id, false, Protocol::all(), Peer::Group { id: group.id.clone() }))?;
    store::save(tables, &Rule::new(&group.id, true, Protocol::all(), Peer::Ipv4("0.0.0.0/0".into())))
}

/// Forgets the groups of a VPC that is being deleted.
pub fn remove_of_vpc(tables: &mut Tables, vpc: &str) -> Result<(), Fault> {
    for group in store::all::<SecurityGroup>(tables)?.iter().filter(|group| group.vpc == vpc) {
        remove(tables, &group.id)?;
    }
    Ok(())
}

fn remove(tables: &mut Tables, id: &str) -> Result<(), Fault> {
    for rule in store::all::<Rule>(tables)?.iter().filter(|rule| rule.group == id) {
        store::remove::<Rule>(tables, &rule.id);
    }
    store::remove::<SecurityGroup>(tables, id);
    Ok(())
}

/// Returns the default group of a VPC.
pub fn default_of(tables: &Tables, vpc: &str) -> Result<SecurityGroup, Fault> {
    let groups = store::all::<SecurityGroup>(tables)?;
    let found = groups.into_iter().find(|group| group.vpc == vpc && group.is_default());
    found.ok_or_else(|| Fault::new("InvalidGroup.NotFound", format!("The VPC '{vpc}' has no default security group")))
}

/// CreateSecurityGroup: with the rule that lets everything out.
pub fn create(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = parameters.need("GroupName")?;
    let description = parameters.need("GroupDescription")?;
    check_text("GroupName", name)?;
    check_text("GroupDescription", description)?;
    if name.starts_with("sg-") {
        return Err(invalid("GroupName", name, "Group names may not be in the format sg-*"));
    }
    if name == "default" {
        return Err(Fault::new("InvalidGroup.Reserved", "Cannot use reserved security group name: default"));
    }
    let Some(vpc) = parameters.get("VpcId") else {
        return Err(Fault::new("VPCIdNotSpecified", "No default VPC for this user"));
    };
    let vpc: Vpc = store::find(context.own, vpc)?;
    if store::all::<SecurityGroup>(context.own)?.iter().any(|group| group.vpc == vpc.id && group.name == name) {
        let message = format!("The security group '{name}' already exists for VPC '{}'", vpc.id);
        return Err(Fault::new("InvalidGroup.Duplicate", message));
    }
    let tags = tags::specified(parameters, kind::SECURITY_GROUP)?;
    let group = SecurityGroup {
        id: kind::SECURITY_GROUP.fresh(),
        vpc: vpc.id,
        name: name.to_owned(),
        description: description.to_owned(),
    };
    store::save(context.own, &group)?;
    tags::add(context.own, &group.id, tags)?;
    store::save(context.own, &Rule::new(&group.id, true, Protocol::all(), Peer::Ipv4("0.0.0.0/0".into())))?;
    Ok(json!({
        "return": true, "groupId": group.id, "securityGroupArn": group.arn(context),
        "tagSet": tags::set(context.own, &group.id),
    }))
}

/// DescribeSecurityGroups.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    if let Some(name) = parameters.strings("GroupName").first() {
        // Names are for groups of the default VPC, which this account does not have.
        let message = format!("The security group '{name}' does not exist in default VPC 'none'");
        return Err(Fault::new("InvalidGroup.NotFound", message));
    }
    let rules: Vec<Rule> = store::all(context.own)?;
    let items = store::all::<SecurityGroup>(context.own)?.iter().map(|group| shown(group, &rules, context)).collect();
    let listing = Listing {
        ids: "GroupId",
        kind: kind::SECURITY_GROUP,
        id_field: "groupId",
        set: "securityGroupInfo",
        filters: &[
            ("group-id", "groupId"),
            ("group-name", "groupName"),
            ("description", "groupDescription"),
            ("vpc-id", "vpcId"),
            ("owner-id", "ownerId"),
            ("ip-permission.cidr", "ipPermissions/ipRanges/cidrIp"),
            ("ip-permission.ipv6-cidr", "ipPermissions/ipv6Ranges/cidrIpv6"),
            ("ip-permission.from-port", "ipPermissions/fromPort"),
            ("ip-permission.to-port", "ipPermissions/toPort"),
            ("ip-permission.protocol", "ipPermissions/ipProtocol"),
            ("ip-permission.group-id", "ipPermissions/groups/groupId"),
            ("ip-permission.prefix-list-id", "ipPermissions/prefixListIds/prefixListId"),
            ("egress.ip-permission.cidr", "ipPermissionsEgress/ipRanges/cidrIp"),
            ("egress.ip-permission.ipv6-cidr", "ipPermissionsEgress/ipv6Ranges/cidrIpv6"),
            ("egress.ip-permission.from-port", "ipPermissionsEgress/fromPort"),
            ("egress.ip-permission.to-port", "ipPermissionsEgress/toPort"),
            ("egress.ip-permission.protocol", "ipPermissionsEgress/ipProtocol"),
            ("egress.ip-permission.group-id", "ipPermissionsEgress/groups/groupId"),
            ("egress.ip-permission.prefix-list-id", "ipPermissionsEgress/prefixListIds/prefixListId"),
        ],
    };
    listing.respond(parameters, items)
}

/// DeleteSecurityGroup: refused for a default group, and while a rule or a network interface refers to it.
pub fn delete(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let group: SecurityGroup = store::find(context.own, parameters.need("GroupId")?)?;
    if group.is_default() {
        let message = format!("the specified group: \"{}\" name: \"default\" cannot be deleted by a user", group.id);
        return Err(Fault::new("CannotDelete", message));
    }
    if in_use::security_group(context, &group.id)? {
        return Err(Fault::new("DependencyViolation", format!("resource {} has a dependent object", group.id)));
    }
    remove(context.own, &group.id)?;
    Ok(json!({ "return": true, "groupId": group.id }))
}
