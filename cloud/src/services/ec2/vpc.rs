//! VPCs.

use serde_json::{Value, json};

use super::listing::Listing;
use super::records::network::{Vpc, parse_range};
use super::{in_use, kind, network_acl, route_table, security_group, store, tags};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::wire::query::Parameters;

fn shown(vpc: &Vpc, context: &CallContext<'_>, state: &str) -> Value {
    json!({
        "vpcId": vpc.id, "ownerId": context.account, "state": state, "cidrBlock": vpc.cidr,
        "dhcpOptionsId": vpc.dhcp_options, "instanceTenancy": vpc.tenancy, "isDefault": false,
        "cidrBlockAssociationSet": [{
            "associationId": vpc.cidr_association, "cidrBlock": vpc.cidr, "cidrBlockState": { "state": "associated" },
        }],
        "ipv6CidrBlockAssociationSet": [],
        "tagSet": tags::set(context.own, &vpc.id),
    })
}

/// CreateVpc: also makes its main route table, default security group and default network access control list.
pub fn create(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let range = parse_range(parameters.need("CidrBlock")?, "InvalidVpc.Range")?;
    let tags = tags::specified(parameters, kind::VPC)?;
    let tenancy = parameters.get("InstanceTenancy").unwrap_or("default");
    if !["default", "dedicated"].contains(&tenancy) {
        let message = format!("Value ({tenancy}) for parameter instanceTenancy is invalid.");
        return Err(Fault::new("InvalidParameterValue", message));
    }
    let vpc = Vpc {
        id: kind::VPC.fresh(),
        cidr: range.to_string(),
        cidr_association: kind::fresh("vpc-cidr-assoc"),
        dhcp_options: default_dhcp_options(context.own)?,
        tenancy: tenancy.to_owned(),
        dns_support: true,
        dns_hostnames: false,
        address_usage_metrics: false,
    };
    store::save(context.own, &vpc)?;
    tags::add(context.own, &vpc.id, tags)?;
    route_table::create_main(context.own, &vpc)?;
    security_group::create_default(context.own, &vpc)?;
    network_acl::create_default(context.own, &vpc)?;
    Ok(json!({ "vpc": shown(&vpc, context, "pending") }))
}

// A region has one default set of DHCP options, which all VPCs share.
fn default_dhcp_options(tables: &Tables) -> Result<String, Fault> {
    let present = store::all::<Vpc>(tables)?.into_iter().next();
    Ok(present.map_or_else(|| kind::fresh("dopt"), |vpc| vpc.dhcp_options))
}

/// DescribeVpcs.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let items = store::all::<Vpc>(context.own)?.iter().map(|vpc| shown(vpc, context, "available")).collect();
    let listing = Listing {
        ids: "VpcId",
        kind: kind::VPC,
        id_field: "vpcId",
        set: "vpcSet",
        filters: &[
            ("vpc-id", "vpcId"),
            ("state", "state"),
            ("cidr", "cidrBlock"),
            ("cidr-block", "cidrBlock"),
            ("cidr-block-association.cidr-block", "cidrBlockAssociationSet/cidrBlock"),
            ("cidr-block-association.association-id", "cidrBlockAssociationSet/associationId"),
            ("cidr-block-association.state", "cidrBlockAssociationSet/cidrBlockState/state"),
            ("dhcp-options-id", "dhcpOptionsId"),
            ("owner-id", "ownerId"),
            ("is-default", "isDefault"),
            ("isDefault", "isDefault"),
        ],
    };
    listing.respond(parameters, items)
}

/// DeleteVpc: refused while it has anything in it beyond the parts that CreateVpc made.
pub fn delete(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let vpc: Vpc = store::find(context.own, parameters.need("VpcId")?)?;
    if in_use::vpc(context, &vpc.id)? {
        let message = format!("The vpc '{}' has dependencies and cannot be deleted.", vpc.id);
        return Err(Fault::new("DependencyViolation", message));
    }
    route_table::remove_of_vpc(context.own, &vpc.id)?;
    security_group::remove_of_vpc(context.own, &vpc.id)?;
    network_acl::remove_of_vpc(context.own, &vpc.id)?;
    store::remove::<Vpc>(context.own, &vpc.id);
    Ok(json!({ "return": true }))
}
