//! Network interfaces: those that NAT gateways, interface endpoints and SageMaker have in subnets.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::listing::Listing;
use super::records::gateways::{self, Address, Endpoint};
use super::records::groups::SecurityGroup;
use super::records::interfaces::{NetworkInterface, of_cloud_control, of_endpoint, of_gateway, of_sagemaker};
use super::records::network::Subnet;
use super::{instant, kind, lingering, store};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::{cloudcontrol, sagemaker};
use crate::wire::query::Parameters;

/// Returns all interfaces there are now.
pub fn all(context: &CallContext<'_>) -> Result<Vec<NetworkInterface>, Fault> {
    let gateways = gateways::holding(context)?;
    let endpoints = store::all::<Endpoint>(context.own)?;
    let present = gateways.iter().map(of_gateway).chain(endpoints.iter().flat_map(of_endpoint));
    Ok(present.chain(lingering::all(context)?).chain(of_endpoints(context)?).collect())
}

/// Returns the interfaces of SageMaker's endpoints, and of resources of Cloud Control, in subnets that exist.
fn of_endpoints(context: &CallContext<'_>) -> Result<Vec<NetworkInterface>, Fault> {
    let interfaces = sagemaker::interfaces(&context.other("sagemaker"), &context.other("iam"), context.now_ms);
    let mut found = Vec::new();
    for (index, interface) in interfaces.into_iter().enumerate() {
        if let Ok(subnet) = store::find::<Subnet>(context.own, &interface.subnet) {
            found.push(of_sagemaker(interface, &subnet, index)?);
        }
    }
    for interface in cloudcontrol::interfaces(&context.other("cloudcontrolapi"), context.now_ms) {
        if let Ok(subnet) = store::find::<Subnet>(context.own, &interface.subnet) {
            let index = found.len();
            found.push(of_cloud_control(interface, &subnet, index)?);
        }
    }
    Ok(found)
}

/// Returns an address of a subnet that no interface has; `taken` are those given out in the same call.
pub fn free_address(context: &CallContext<'_>, subnet: &Subnet, taken: &[String]) -> Result<String, Fault> {
    let range = subnet.range()?;
    let used: BTreeSet<String> = all(context)?.into_iter().map(|interface| interface.private_ip).collect();
    // The first four addresses and the last are AWS's own.
    let usable = 4..u32::try_from(range.size()).unwrap_or(u32::MAX) - 1;
    usable
        .map(|offset| range.address(offset).to_string())
        .find(|ip| !used.contains(ip) && !taken.contains(ip))
        .ok_or_else(|| {
            let message = format!("insufficient free addresses in subnet '{}'", subnet.id);
            Fault::new("InsufficientFreeAddressesInSubnet", message)
        })
}

fn shown(interface: &NetworkInterface, context: &CallContext<'_>) -> Result<Value, Fault> {
    let subnet: Subnet = store::find(context.own, &interface.subnet)?;
    let mut groups = Vec::new();
    for id in &interface.security_groups {
        groups.push(json!({ "groupId": id, "groupName": store::find::<SecurityGroup>(context.own, id)?.name }));
    }
    let association = match &interface.association {
        Some((allocation, association)) => {
            let address: Address = store::find(context.own, allocation)?;
            json!({
                "allocationId": allocation, "associationId": association, "publicIp": address.public_ip,
                "ipOwnerId": context.account,
            })
        }
        None => Value::Null,
    };
    let digits = interface.id.trim_start_matches("eni-");
    let digits = digits.get(..10).unwrap_or("0000000000");
    let pairs: Vec<&str> = (0..5).map(|pair| &digits[2 * pair..2 * pair + 2]).collect();
    Ok(json!({
        "networkInterfaceId": interface.id, "subnetId": interface.subnet, "vpcId": interface.vpc,
        "availabilityZone": subnet.zone, "availabilityZoneId": subnet.zone_id, "ownerId": context.account,
        "description": interface.description, "interfaceType": interface.interface_type,
        "requesterManaged": interface.requester.is_none(), "requesterId": interface.requester,
        "sourceDestCheck": interface.interface_type != "nat_gateway", "status": "in-use",
        // A locally administered address, as AWS gives out: 02:….
        "macAddress": format!("02:{}", pairs.join(":")),
        "privateIpAddress": interface.private_ip,
        "privateIpAddressesSet": [{
            "primary": true, "privateIpAddress": interface.private_ip, "association": association,
        }],
        "association": association, "groupSet": groups, "ipv6AddressesSet": [],
        "attachment": {
            "attachmentId": interface.id.replacen("eni-", "eni-attach-", 1), "status": "attached",
            "attachTime": instant::text(interface.attached_ms), "deleteOnTermination": false, "deviceIndex": 1,
            "instanceOwnerId": "amazon-aws",
        },
        "tagSet": [],
    }))
}

/// DescribeNetworkInterfaces.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let items = all(context)?.iter().map(|interface| shown(interface, context)).collect::<Result<_, _>>()?;
    let listing = Listing {
        ids: "NetworkInterfaceId",
        kind: kind::NETWORK_INTERFACE,
        id_field: "networkInterfaceId",
        set: "networkInterfaceSet",
        filters: &[
            ("network-interface-id", "networkInterfaceId"),
            ("subnet-id", "subnetId"),
            ("vpc-id", "vpcId"),
            ("availability-zone", "availabilityZone"),
            ("description", "description"),
            ("interface-type", "interfaceType"),
            ("group-id", "groupSet/groupId"),
            ("group-name", "groupSet/groupName"),
            ("status", "status"),
            ("owner-id", "ownerId"),
            ("requester-managed", "requesterManaged"),
            ("mac-address", "macAddress"),
            ("private-ip-address", "privateIpAddress"),
            ("addresses.private-ip-address", "privateIpAddressesSet/privateIpAddress"),
            ("association.allocation-id", "association/allocationId"),
            ("association.association-id", "association/associationId"),
            ("association.public-ip", "association/publicIp"),
            ("attachment.attachment-id", "attachment/attachmentId"),
            ("attachment.status", "attachment/status"),
        ],
    };
    listing.respond(parameters, items)
}
