//! Subnets.

use serde_json::{Value, json};

use super::listing::Listing;
use super::records::interfaces::NetworkInterface;
use super::records::network::{Subnet, Vpc, parse_range};
use super::{in_use, kind, network_interface, route_association, store, tags, zone};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// AWS keeps the first four addresses of a subnet and the last one.
const RESERVED: u64 = 5;

fn shown(subnet: &Subnet, interfaces: &[NetworkInterface], context: &CallContext<'_>) -> Result<Value, Fault> {
    let used = interfaces.iter().filter(|interface| interface.subnet == subnet.id).count();
    let arn = format!("arn:{}:ec2:{}:{}:subnet/{}", context.partition(), context.region, context.account, subnet.id);
    Ok(json!({
        "subnetId": subnet.id, "subnetArn": arn, "ownerId": context.account, "vpcId": subnet.vpc,
        "state": "available", "cidrBlock": subnet.cidr, "availabilityZone": subnet.zone,
        "availabilityZoneId": subnet.zone_id,
        "availableIpAddressCount": subnet.range()?.size().saturating_sub(RESERVED + used as u64),
        "mapPublicIpOnLaunch": subnet.map_public_ip, "defaultForAz": false, "assignIpv6AddressOnCreation": false,
        "mapCustomerOwnedIpOnLaunch": false, "enableDns64": false, "ipv6Native": false,
        "ipv6CidrBlockAssociationSet": [],
        "privateDnsNameOptionsOnLaunch": {
            "hostnameType": "ip-name", "enableResourceNameDnsARecord": false, "enableResourceNameDnsAAAARecord": false,
        },
        "tagSet": tags::set(context.own, &subnet.id),
    }))
}

/// CreateSubnet.
pub fn create(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let vpc: Vpc = store::find(context.own, parameters.need("VpcId")?)?;
    let asked = parameters.need("CidrBlock")?;
    let range = parse_range(asked, "InvalidSubnet.Range")?;
    if !vpc.range()?.contains(range) {
        return Err(Fault::new("InvalidSubnet.Range", format!("The CIDR '{asked}' is invalid.")));
    }
    for other in store::all::<Subnet>(context.own)?.iter().filter(|other| other.vpc == vpc.id) {
        if other.range()?.overlaps(range) {
            let message = format!("The CIDR '{asked}' conflicts with another subnet");
            return Err(Fault::new("InvalidSubnet.Conflict", message));
        }
    }
    let zone = choose_zone(parameters, context.region)?;
    let tags = tags::specified(parameters, kind::SUBNET)?;
    let subnet = Subnet {
        id: kind::SUBNET.fresh(),
        vpc: vpc.id,
        cidr: range.to_string(),
        zone: zone.name,
        zone_id: zone.id,
        map_public_ip: false,
    };
    store::save(context.own, &subnet)?;
    tags::add(context.own, &subnet.id, tags)?;
    Ok(json!({ "subnet": shown(&subnet, &[], context)? }))
}

fn choose_zone(parameters: &Parameters, region: &str) -> Result<zone::Zone, Fault> {
    let (name, id) = (parameters.get("AvailabilityZone"), parameters.get("AvailabilityZoneId"));
    if name.is_some() && id.is_some() {
        let message = "The parameters availabilityZone and availabilityZoneId cannot be used together";
        return Err(Fault::new("InvalidParameterCombination", message));
    }
    let zones = zone::zones(region);
    let names: Vec<&str> = zones.iter().map(|zone| zone.name.as_str()).collect();
    let fits = |zone: &&zone::Zone| name.is_none_or(|name| name == zone.name) && id.is_none_or(|id| id == zone.id);
    zones.iter().find(fits).cloned().ok_or_else(|| {
        let message = format!(
            "Value ({}) for parameter availabilityZone is invalid. Subnets can currently only be created in the \
             following availability zones: {}.",
            name.or(id).unwrap_or_default(),
            names.join(", ")
        );
        Fault::new("InvalidParameterValue", message)
    })
}

/// DescribeSubnets.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let interfaces = network_interface::all(context)?;
    let subnets = store::all::<Subnet>(context.own)?;
    let items = subnets.iter().map(|subnet| shown(subnet, &interfaces, context)).collect::<Result<_, _>>()?;
    let listing = Listing {
        ids: "SubnetId",
        kind: kind::SUBNET,
        id_field: "subnetId",
        set: "subnetSet",
        filters: &[
            ("subnet-id", "subnetId"),
            ("subnet-arn", "subnetArn"),
            ("vpc-id", "vpcId"),
            ("state", "state"),
            ("cidr", "cidrBlock"),
            ("cidr-block", "cidrBlock"),
            ("cidrBlock", "cidrBlock"),
            ("availability-zone", "availabilityZone"),
            ("availabilityZone", "availabilityZone"),
            ("availability-zone-id", "availabilityZoneId"),
            ("available-ip-address-count", "availableIpAddressCount"),
            ("default-for-az", "defaultForAz"),
            ("map-public-ip-on-launch", "mapPublicIpOnLaunch"),
            ("owner-id", "ownerId"),
        ],
    };
    listing.respond(parameters, items)
}

/// ModifySubnetAttribute: whether instances get public addresses; the attributes of IPv6 and Outposts need features
/// that subnets here never have, and are refused.
pub fn modify(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut subnet: Subnet = store::find(context.own, parameters.need("SubnetId")?)?;
    let other = parameters
        .iter()
        .map(|(key, _)| key)
        .find(|key| !matches!(*key, "Action" | "Version" | "SubnetId" | "MapPublicIpOnLaunch.Value" | "DryRun"));
    if let Some(other) = other {
        let message = format!("The subnet {} does not support the attribute {other}", subnet.id);
        return Err(Fault::new("InvalidParameterValue", message));
    }
    subnet.map_public_ip = parameters.need("MapPublicIpOnLaunch.Value")? == "true";
    store::save(context.own, &subnet)?;
    Ok(json!({ "return": true }))
}

/// DeleteSubnet: refused while a network interface is in it. Its association with a route table goes with it.
pub fn delete(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let subnet: Subnet = store::find(context.own, parameters.need("SubnetId")?)?;
    if in_use::subnet(context, &subnet.id)? {
        let message = format!("The subnet '{}' has dependencies and cannot be deleted.", subnet.id);
        return Err(Fault::new("DependencyViolation", message));
    }
    route_association::remove_of_subnet(context.own, &subnet.id)?;
    store::remove::<Subnet>(context.own, &subnet.id);
    Ok(json!({ "return": true }))
}
