//! Network access control lists: the default one of each VPC, to which all of its subnets belong.

use serde_json::{Value, json};

use super::listing::Listing;
use super::records::network::{NetworkAcl, Subnet, Vpc};
use super::{kind, store, tags};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::wire::query::Parameters;

/// Makes the default list of a new VPC.
pub fn create_default(tables: &mut Tables, vpc: &Vpc) -> Result<(), Fault> {
    store::save(tables, &NetworkAcl { id: kind::NETWORK_ACL.fresh(), vpc: vpc.id.clone() })
}

/// Forgets the list of a VPC that is being deleted.
pub fn remove_of_vpc(tables: &mut Tables, vpc: &str) -> Result<(), Fault> {
    for list in store::all::<NetworkAcl>(tables)?.iter().filter(|list| list.vpc == vpc) {
        store::remove::<NetworkAcl>(tables, &list.id);
    }
    Ok(())
}

fn shown(list: &NetworkAcl, context: &CallContext<'_>) -> Result<Value, Fault> {
    let entry = |egress: bool, number: u16, action: &str| {
        json!({
            "cidrBlock": "0.0.0.0/0", "egress": egress, "protocol": "-1", "ruleAction": action, "ruleNumber": number,
        })
    };
    let subnets = store::all::<Subnet>(context.own)?;
    let associations: Vec<Value> = subnets
        .iter()
        .filter(|subnet| subnet.vpc == list.vpc)
        .map(|subnet| {
            // One association for each subnet, so its id can follow from the subnet's.
            let id = subnet.id.replacen("subnet-", "aclassoc-", 1);
            json!({ "networkAclAssociationId": id, "networkAclId": list.id, "subnetId": subnet.id })
        })
        .collect();
    Ok(json!({
        "networkAclId": list.id, "vpcId": list.vpc, "ownerId": context.account, "default": true,
        "entrySet": [
            entry(true, 100, "allow"), entry(true, 32767, "deny"), entry(false, 100, "allow"), entry(false, 32767, "deny"),
        ],
        "associationSet": associations, "tagSet": tags::set(context.own, &list.id),
    }))
}

/// DescribeNetworkAcls.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let items =
        store::all::<NetworkAcl>(context.own)?.iter().map(|list| shown(list, context)).collect::<Result<_, _>>()?;
    let listing = Listing {
        ids: "NetworkAclId",
        kind: kind::NETWORK_ACL,
        id_field: "networkAclId",
        set: "networkAclSet",
        filters: &[
            ("network-acl-id", "networkAclId"),
            ("vpc-id", "vpcId"),
            ("owner-id", "ownerId"),
            ("default", "default"),
            ("association.subnet-id", "associationSet/subnetId"),
            ("association.network-acl-id", "associationSet/networkAclId"),
            ("association.association-id", "associationSet/networkAclAssociationId"),
            ("entry.rule-action", "entrySet/ruleAction"),
            ("entry.egress", "entrySet/egress"),
        ],
    };
    listing.respond(parameters, items)
}
