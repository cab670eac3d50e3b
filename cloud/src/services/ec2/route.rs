//! Routes that calls put into route tables.

use std::net::Ipv6Addr;

use serde_json::{Value, json};

use super::cidr::Cidr;
use super::records::gateways::NatGateway;
use super::records::network::{InternetGateway, Vpc};
use super::records::routing::{Destination, Route, RouteTable, Target};
use super::{endpoint, kind, network_interface, prefix_list, store};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// Returns a route as DescribeRouteTables shows it: a black hole once its target is gone.
pub fn shown(route: &Route, table: &RouteTable, context: &CallContext<'_>) -> Result<Value, Fault> {
    let (target_field, target, alive) = match &route.target {
        Target::InternetGateway(id) => {
            let gateway = store::find::<InternetGateway>(context.own, id).ok();
            ("gatewayId", id, gateway.is_some_and(|gateway| gateway.vpc.as_ref() == Some(&table.vpc)))
        }
        Target::NatGateway(id) => {
            let nat = store::find::<NatGateway>(context.own, id).ok();
            ("natGatewayId", id, nat.is_some_and(|nat| nat.state(context) == "available"))
        }
        Target::NetworkInterface(id) => {
            let alive = network_interface::all(context)?.iter().any(|interface| interface.id == *id);
            ("networkInterfaceId", id, alive)
        }
    };
    let (field, destination) = route.destination.field();
    Ok(json!({
        field: destination, target_field: target, "origin": "CreateRoute",
        "state": if alive { "active" } else { "blackhole" },
    }))
}

impl Destination {
    fn field(&self) -> (&'static str, &str) {
        match self {
            Self::Ipv4(text) => ("destinationCidrBlock", text),
            Self::Ipv6(text) => ("destinationIpv6CidrBlock", text),
            Self::PrefixList(id) => ("destinationPrefixListId", id),
        }
    }

    fn of(parameters: &Parameters, context: &CallContext<'_>) -> Result<Self, Fault> {
        let ipv4 = parameters.get("DestinationCidrBlock");
        let ipv6 = parameters.get("DestinationIpv6CidrBlock");
        let list = parameters.get("DestinationPrefixListId");
        match (ipv4, ipv6, list) {
            (Some(text), None, None) => {
                let range: Cidr = text.parse().map_err(|_| invalid("destinationCidrBlock", text))?;
                Ok(Self::Ipv4(range.to_string()))
            }
            (None, Some(text), None) => {
                let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
                let valid = address.parse::<Ipv6Addr>().is_ok() && prefix.parse::<u8>().is_ok_and(|bits| bits <= 128);
                if valid { Ok(Self::Ipv6(text.to_owned())) } else { Err(invalid("destinationIpv6CidrBlock", text)) }
            }
            (None, None, Some(id)) => {
                prefix_list::find(context.region, id)?;
                Ok(Self::PrefixList(id.to_owned()))
            }
            (None, None, None) => {
                Err(Fault::new("MissingParameter", "The request must contain the parameter destinationCidrBlock"))
            }
            _ => Err(Fault::new("InvalidParameterCombination", "A route has exactly one destination")),
        }
    }
}

fn invalid(parameter: &str, text: &str) -> Fault {
    let message = format!("Value ({text}) for parameter {parameter} is invalid. This is not a valid CIDR block.");
    Fault::new("InvalidParameterValue", message)
}

/// The parameters that name a target, each with the error code for a target that does not exist.
const TARGETS: [(&str, &str); 12] = [
    ("GatewayId", "InvalidGatewayID.NotFound"),
    ("NatGatewayId", "InvalidNatGatewayID.NotFound"),
    ("NetworkInterfaceId", "InvalidNetworkInterfaceID.NotFound"),
    ("InstanceId", "InvalidInstanceID.NotFound"),
    ("TransitGatewayId", "InvalidTransitGatewayID.NotFound"),
    ("VpcPeeringConnectionId", "InvalidVpcPeeringConnectionID.NotFound"),
    ("EgressOnlyInternetGatewayId", "InvalidEgressOnlyInternetGatewayId.NotFound"),
    ("VpcEndpointId", "InvalidVpcEndpointId.NotFound"),
    ("LocalGatewayId", "InvalidLocalGatewayID.NotFound"),
    ("CarrierGatewayId", "InvalidCarrierGatewayID.NotFound"),
    ("CoreNetworkArn", "InvalidCoreNetworkArn.NotFound"),
    ("OdbNetworkArn", "InvalidOdbNetworkArn.NotFound"),
];

impl Target {
    fn of(parameters: &Parameters, table: &RouteTable, context: &CallContext<'_>) -> Result<Self, Fault> {
        let given: Vec<_> =
            TARGETS.iter().filter_map(|(name, code)| Some((*name, *code, parameters.get(name)?))).collect();
        let (name, code, id) = match given[..] {
            [one] => one,
            [] => {
                let message = "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, …";
                return Err(Fault::new("MissingParameter", message));
            }
            _ => return Err(Fault::new("InvalidParameterCombination", "A route has exactly one target")),
        };
        let missing = |noun: &str| Fault::new(code, format!("The {noun} ID '{id}' does not exist"));
        let different = |vpc: &str| {
            let message = format!("route table {} and network gateway {id} belong to different networks", table.id);
            if vpc == table.vpc { Ok(()) } else { Err(Fault::new("InvalidParameterValue", message)) }
        };
        match name {
            "GatewayId" => {
                let gateway: InternetGateway = store::find(context.own, id).map_err(|_| missing("gateway"))?;
                different(gateway.vpc.as_deref().unwrap_or_default())?;
                Ok(Self::InternetGateway(id.to_owned()))
            }
            "NatGatewayId" => {
                let nat: NatGateway = store::find(context.own, id).map_err(|_| missing("natGateway"))?;
                // To a route, a NAT gateway exists from when it is available, not from when it was created.
                if nat.state(context) != "available" {
                    return Err(missing("natGateway"));
                }
                different(&nat.vpc)?;
                Ok(Self::NatGateway(id.to_owned()))
            }
            "NetworkInterfaceId" => {
                kind::NETWORK_INTERFACE.check_form(id)?;
                let interfaces = network_interface::all(context)?;
                let interface = interfaces.iter().find(|interface| interface.id == id);
                different(&interface.ok_or_else(|| missing("networkInterface"))?.vpc)?;
                Ok(Self::NetworkInterface(id.to_owned()))
            }
            _ => Err(missing(name.trim_end_matches("Id"))),
        }
    }
}

/// CreateRoute.
pub fn create(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut table: RouteTable = store::find(context.own, parameters.need("RouteTableId")?)?;
    let route =
        Route { destination: Destination::of(parameters, context)?, target: Target::of(parameters, &table, context)? };
    let taken = table.routes.iter().any(|present| present.destination == route.destination)
        || endpoint::prefix_lists_in(context, &table.id)?
            .into_iter()
            .any(|(_, list)| route.destination == Destination::PrefixList(list));
    let local = store::find::<Vpc>(context.own, &table.vpc)?.range()?;
    let (_, destination) = route.destination.field();
    if taken || local.to_string() == destination {
        let message = format!("The route identified by {destination} already exists.");
        return Err(Fault::new("RouteAlreadyExists", message));
    }
    let within_local = destination.parse::<Cidr>().is_ok_and(|range| local.contains(range));
    if within_local && matches!(route.target, Target::InternetGateway(_)) {
        let message = format!(
            "The destination CIDR block {destination} is equal to or more specific than one of this VPC's CIDR \
             blocks. This route can target only an interface or an instance."
        );
        return Err(Fault::new("InvalidParameterValue", message));
    }
    table.routes.push(route);
    store::save(context.own, &table)?;
    Ok(json!({ "return": true }))
}

/// ReplaceRoute: another target for a destination that has a route.
pub fn replace(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut table: RouteTable = store::find(context.own, parameters.need("RouteTableId")?)?;
    let destination = Destination::of(parameters, context)?;
    let target = Target::of(parameters, &table, context)?;
    let Some(route) = table.routes.iter_mut().find(|route| route.destination == destination) else {
        let (_, text) = destination.field();
        let message = format!("There is no route defined for '{text}' in the route table. Use CreateRoute instead.");
        return Err(Fault::new("InvalidParameterValue", message));
    };
    route.target = target;
    store::save(context.own, &table)?;
    Ok(json!({ "return": true }))
}

/// DeleteRoute: not the local one, and not those of endpoints.
pub fn delete(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut table: RouteTable = store::find(context.own, parameters.need("RouteTableId")?)?;
    let destination = Destination::of(parameters, context)?;
    let (field, text) = destination.field();
    if store::find::<Vpc>(context.own, &table.vpc)?.cidr == text {
        let message = format!("cannot remove local route {text} in route table {}", table.id);
        return Err(Fault::new("InvalidParameterValue", message));
    }
    if endpoint::prefix_lists_in(context, &table.id)?.iter().any(|(_, list)| list == text) {
        let message = format!("cannot remove VPC endpoint route {text} in route table {}", table.id);
        return Err(Fault::new("InvalidParameterValue", message));
    }
    let before = table.routes.len();
    table.routes.retain(|route| route.destination != destination);
    if table.routes.len() == before {
        let name = match field {
            "destinationCidrBlock" => "destination-cidr-block",
            "destinationIpv6CidrBlock" => "destination-ipv6-cidr-block",
            _ => "destination-prefix-list-id",
        };
        let message = format!("no route with {name} {text} in route table {}", table.id);
        return Err(Fault::new("InvalidRoute.NotFound", message));
    }
    store::save(context.own, &table)?;
    Ok(json!({ "return": true }))
}
