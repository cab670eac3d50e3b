//! Elastic IP addresses.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::listing::Listing;
use super::records::gateways::{self, Address, NatGateway};
use super::{kind, store, tags};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::wire::query::Parameters;

fn shown(address: &Address, holders: &[NatGateway], context: &CallContext<'_>) -> Value {
    let holder = holders.iter().find(|nat| nat.allocation.as_deref() == Some(&*address.id));
    json!({
        "allocationId": address.id, "publicIp": address.public_ip, "domain": "vpc", "publicIpv4Pool": "amazon",
        "networkBorderGroup": context.region,
        "associationId": holder.map(|nat| &nat.address_association),
        "networkInterfaceId": holder.map(|nat| &nat.interface),
        "networkInterfaceOwnerId": holder.map(|_| context.account),
        "privateIpAddress": holder.map(|nat| &nat.private_ip),
        "tagSet": tags::set(context.own, &address.id),
    })
}

/// AllocateAddress. Addresses are of 198.18.0.0/15, the range for benchmarks, so that none is anybody's.
pub fn allocate(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let domain = parameters.get("Domain").unwrap_or("vpc");
    if domain != "vpc" {
        let message = format!("Invalid value '{domain}' for domain.");
        return Err(Fault::new("InvalidParameterValue", message));
    }
    let tags = tags::specified(parameters, kind::ADDRESS)?;
    let address = Address { id: kind::ADDRESS.fresh(), public_ip: free_address(context.own)? };
    store::save(context.own, &address)?;
    tags::add(context.own, &address.id, tags)?;
    Ok(json!({
        "allocationId": address.id, "publicIp": address.public_ip, "domain": "vpc", "publicIpv4Pool": "amazon",
        "networkBorderGroup": context.region,
    }))
}

fn free_address(tables: &Tables) -> Result<String, Fault> {
    let used: Vec<String> = store::all::<Address>(tables)?.into_iter().map(|address| address.public_ip).collect();
    let first = u32::from(Ipv4Addr::new(198, 18, 0, 0));
    let size = 1 << 17;
    let start = uuid::Uuid::new_v4().as_u128() as u32 % size;
    (0..size)
        .map(|step| Ipv4Addr::from(first + (start + step) % size).to_string())
        .find(|address| !used.contains(address))
        .ok_or_else(|| Fault::new("AddressLimitExceeded", "The maximum number of addresses has been reached."))
}

/// DescribeAddresses.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let holders = gateways::holding(context)?;
    let mut items = Vec::new();
    let asked = parameters.strings("PublicIp");
    for address in store::all::<Address>(context.own)? {
        if asked.is_empty() || asked.contains(&address.public_ip) {
            items.push(shown(&address, &holders, context));
        }
    }
    for public_ip in asked {
        if !items.iter().any(|item| item["publicIp"] == public_ip.as_str()) {
            return Err(Fault::new("InvalidAddress.NotFound", format!("Address '{public_ip}' not found.")));
        }
    }
    let listing = Listing {
        ids: "AllocationId",
        kind: kind::ADDRESS,
        id_field: "allocationId",
        set: "addressesSet",
        filters: &[
            ("allocation-id", "allocationId"),
            ("association-id", "associationId"),
            ("domain", "domain"),
            ("instance-id", "instanceId"),
            ("network-border-group", "networkBorderGroup"),
            ("network-interface-id", "networkInterfaceId"),
            ("network-interface-owner-id", "networkInterfaceOwnerId"),
            ("private-ip-address", "privateIpAddress"),
            ("public-ip", "publicIp"),
        ],
    };
    listing.respond(parameters, items)
}

// The refusal of a call on an address that a NAT gateway holds: only AWS may let go of it then. Sources:
// kubernetes/kops issue 1604 (releasing the address of a NAT gateway), hashicorp/terraform-provider-aws issues 3572
// and 33645 and pull request 4675 (associating and disassociating it).
fn held_by_gateway() -> Fault {
    Fault::new("AuthFailure", "You do not have permission to access the specified resource.")
}

/// DisassociateAddress. The only associations are those with NAT gateways.
pub fn disassociate(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let holders = gateways::holding(context)?;
    let holds = |nat: &&NatGateway| match (parameters.get("AssociationId"), parameters.get("PublicIp")) {
        (Some(id), _) => nat.address_association.as_deref() == Some(id),
        (None, public_ip) => public_ip.is_some() && nat.public_ip.as_deref() == public_ip,
    };
    if holders.iter().any(|nat| holds(&nat)) {
        return Err(held_by_gateway());
    }
    match parameters.get("AssociationId") {
        Some(id) => {
            kind::ADDRESS_ASSOCIATION.check_form(id)?;
            Err(kind::ADDRESS_ASSOCIATION.missing(id))
        }
        // An address of a VPC is disassociated by its association.
        None if parameters.get("PublicIp").is_some() => {
            let message = "You must specify an association id when unmapping an address from a VPC instance";
            Err(Fault::new("InvalidParameterValue", message))
        }
        None => Err(Fault::new("MissingParameter", "Either public IP or association id must be specified")),
    }
}

/// ReleaseAddress: refused while a NAT gateway holds it.
pub fn release(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let address: Address = match (parameters.get("AllocationId"), parameters.get("PublicIp")) {
        (Some(id), _) => store::find(context.own, id)?,
        // An address for use in a VPC is released by its allocation id.
        (None, Some(_)) => {
            let message = "You must specify an allocation id when releasing a VPC elastic IP address";
            return Err(Fault::new("InvalidParameterValue", message));
        }
        (None, None) => {
            return Err(Fault::new("MissingParameter", "Either public IP or allocation id must be specified"));
        }
    };
    if gateways::holding(context)?.iter().any(|nat| nat.allocation.as_deref() == Some(&*address.id)) {
        return Err(held_by_gateway());
    }
    store::remove::<Address>(context.own, &address.id);
    Ok(json!({ "return": true }))
}
