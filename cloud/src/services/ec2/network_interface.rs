//! Network interfaces: those that NAT gateways and interface endpoints have in subnets.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::endpoint::{self, Endpoint};
use super::kind;
use super::listing::Listing;
use super::nat_gateway::{self, NatGateway};
use super::security_group::SecurityGroup;
use super::store;
use super::subnet::Subnet;
use super::{instant, lingering};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// An interface. It is no record of its own: it is there as long as what it serves, or lingers for a while.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NetworkInterface {
    /// Its id.
    pub id: String,
    /// Its subnet.
    pub subnet: String,
    /// Its VPC.
    pub vpc: String,
    private_ip: String,
    interface_type: String,
    description: String,
    /// The security groups that it bears.
    pub security_groups: Vec<String>,
    /// The allocation of its public address, and the id under which that is associated.
    association: Option<(String, Option<String>)>,
    attached_ms: i64,
}

impl NetworkInterface {
    /// The interface after its public address was taken away.
    pub fn without_address(self) -> Self {
        Self { association: None, ..self }
    }
}

/// All interfaces there are now.
pub fn all(context: &CallContext<'_>) -> Result<Vec<NetworkInterface>, Fault> {
    let gateways = nat_gateway::holding(context)?;
    let endpoints = store::all::<Endpoint>(context.own)?;
    let present = gateways.iter().map(of_gateway).chain(endpoints.iter().flat_map(of_endpoint));
    Ok(present.chain(lingering::all(context)?).collect())
}

/// The interface of a NAT gateway.
pub fn of_gateway(nat: &NatGateway) -> NetworkInterface {
    let association = nat.allocation.clone().map(|allocation| (allocation, nat.address_association.clone()));
    NetworkInterface {
        id: nat.interface.clone(),
        subnet: nat.subnet.clone(),
        vpc: nat.vpc.clone(),
        private_ip: nat.private_ip.clone(),
        interface_type: "nat_gateway".to_owned(),
        description: format!("Interface for NAT Gateway {}", nat.id),
        security_groups: Vec::new(),
        association,
        attached_ms: nat.created_ms,
    }
}

/// The interfaces of an endpoint.
pub fn of_endpoint(endpoint: &Endpoint) -> Vec<NetworkInterface> {
    let interface = |interface: &endpoint::Interface| NetworkInterface {
        id: interface.id.clone(),
        subnet: interface.subnet.clone(),
        vpc: endpoint.vpc.clone(),
        private_ip: interface.private_ip.clone(),
        interface_type: "vpc_endpoint".to_owned(),
        description: format!("VPC Endpoint Interface {}", endpoint.id),
        security_groups: endpoint.security_groups.clone(),
        association: None,
        attached_ms: endpoint.created_ms,
    };
    endpoint.interfaces.iter().map(interface).collect()
}

/// An address of a subnet that no interface has; `taken` are those given out in the same call.
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
            let address: super::address::Address = store::find(context.own, allocation)?;
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
        "description": interface.description, "interfaceType": interface.interface_type, "requesterManaged": true,
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
    listing.answer(parameters, items)
}
