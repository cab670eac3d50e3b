//! Reading and changing the routes of a route table.

use aws_sdk_ec2::types as sdk;

use super::gone;
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use ebbtide::aws::ec2::{Route, RouteTarget};
use ebbtide::aws::{InternetGatewayId, NatGatewayId};
use ebbtide::resource::Resolved;

/// Returns a route as EC2 reports it, or `None` if it is not managed here: the VPC's own, one that a virtual private gateway
/// propagates, one to a prefix list (gateway endpoints add them), or one of IPv6.
pub(super) fn read_route(route: &sdk::Route) -> Option<Route<Resolved>> {
    let foreign =
        route.gateway_id() == Some("local") || route.origin() == Some(&sdk::RouteOrigin::EnableVgwRoutePropagation);
    let destination = route.destination_cidr_block().filter(|_| !foreign)?.parse().ok()?;
    let target = if route.state() == Some(&sdk::RouteState::Blackhole) {
        RouteTarget::Blackhole(target_id(route).to_owned())
    } else if let Some(id) = route.nat_gateway_id() {
        RouteTarget::NatGateway(NatGatewayId::from(id))
    } else if let Some(id) = route.vpc_peering_connection_id() {
        RouteTarget::VpcPeering(id.to_owned())
    } else if let Some(id) = route.transit_gateway_id() {
        RouteTarget::TransitGateway(id.to_owned())
    } else if let Some(id) = route.gateway_id() {
        match id.starts_with("igw-") {
            true => RouteTarget::InternetGateway(InternetGatewayId::from(id)),
            false => RouteTarget::Gateway(id.to_owned()),
        }
    } else if let Some(id) = route.network_interface_id() {
        RouteTarget::NetworkInterface(id.to_owned())
    } else {
        // A target that cannot be declared, such as a carrier gateway.
        RouteTarget::Blackhole(target_id(route).to_owned())
    };
    Some(Route { destination, target })
}

fn target_id(route: &sdk::Route) -> &str {
    route
        .nat_gateway_id()
        .or(route.gateway_id())
        .or(route.vpc_peering_connection_id())
        .or(route.transit_gateway_id())
        .or(route.network_interface_id())
        .or(route.egress_only_internet_gateway_id())
        .or(route.carrier_gateway_id())
        .or(route.local_gateway_id())
        .or(route.core_network_arn())
        .unwrap_or_default()
}

/// Creates a route, or replaces the one with the same destination. `exists` says which call comes first; the other one
/// follows if the table differs from what was recorded.
pub(super) async fn set_route(context: &Context, id: &str, route: &Route<Resolved>, exists: bool) -> Result<(), Error> {
    let ec2 = context.aws.ec2();
    let destination = route.destination.to_string();
    // The two requests have the same fields, but different types.
    macro_rules! to_target {
        ($request:expr) => {{
            let request = $request.route_table_id(id).destination_cidr_block(&destination);
            match &route.target {
                RouteTarget::InternetGateway(target) => request.gateway_id(target.as_str()),
                RouteTarget::NatGateway(target) => request.nat_gateway_id(target.as_str()),
                RouteTarget::VpcPeering(target) => request.vpc_peering_connection_id(target),
                RouteTarget::TransitGateway(target) => request.transit_gateway_id(target),
                RouteTarget::NetworkInterface(target) => request.network_interface_id(target),
                RouteTarget::Gateway(target) => request.gateway_id(target),
                RouteTarget::Blackhole(_) => {
                    return Err(Error::invalid(format!("the route to {destination} leads nowhere")));
                }
            }
        }};
    }
    let create = async || to_target!(ec2.create_route()).send().await.named("ec2:CreateRoute").map(drop);
    let replace = async || to_target!(ec2.replace_route()).send().await.named("ec2:ReplaceRoute").map(drop);
    if exists {
        match replace().await {
            Err(error) if is_without_route(&error) => create().await,
            replaced => replaced,
        }
    } else {
        match create().await {
            Err(error) if error.kind == ErrorKind::AlreadyExists => replace().await,
            created => created,
        }
    }
}

/// Returns whether ReplaceRoute is refused because there is no route to the destination.
fn is_without_route(error: &Error) -> bool {
    let says_so = error.is_code("InvalidParameterValue") && error.message.contains("There is no route defined");
    says_so || gone::ROUTE.iter().any(|code| error.is_code(code))
}

pub(super) async fn remove_route(context: &Context, id: &str, route: &Route<Resolved>) -> Result<(), Error> {
    let request = context.aws.ec2().delete_route().route_table_id(id);
    let request = request.destination_cidr_block(route.destination.to_string());
    request.send().await.named("ec2:DeleteRoute").unless_missing(gone::ROUTE).map(drop)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::builders::RouteBuilder;

    use super::*;
    use ebbtide::aws::ec2::Cidr;

    fn default_route() -> RouteBuilder {
        sdk::Route::builder().destination_cidr_block("0.0.0.0/0").state(sdk::RouteState::Active)
    }

    #[test]
    fn each_target_is_recognized() {
        let cases: [(RouteBuilder, RouteTarget<Resolved>); 7] = [
            (default_route().gateway_id("igw-1"), RouteTarget::InternetGateway("igw-1".into())),
            (default_route().gateway_id("vgw-1"), RouteTarget::Gateway("vgw-1".into())),
            (default_route().nat_gateway_id("nat-1"), RouteTarget::NatGateway("nat-1".into())),
            (default_route().vpc_peering_connection_id("pcx-1"), RouteTarget::VpcPeering("pcx-1".into())),
            (default_route().transit_gateway_id("tgw-1"), RouteTarget::TransitGateway("tgw-1".into())),
            (
                default_route().network_interface_id("eni-1").instance_id("i-1"),
                RouteTarget::NetworkInterface("eni-1".into()),
            ),
            (
                default_route().nat_gateway_id("nat-1").state(sdk::RouteState::Blackhole),
                RouteTarget::Blackhole("nat-1".into()),
            ),
        ];
        for (route, target) in cases {
            assert_eq!(read_route(&route.build()), Some(Route { destination: Cidr::ANYWHERE, target }));
        }
    }

    #[test]
    fn routes_of_other_owners_are_skipped() {
        let local = default_route().destination_cidr_block("10.0.0.0/16").gateway_id("local").build();
        let endpoint = sdk::Route::builder().destination_prefix_list_id("pl-1").gateway_id("vpce-1").build();
        let propagated =
            default_route().gateway_id("vgw-1").origin(sdk::RouteOrigin::EnableVgwRoutePropagation).build();
        for route in [local, endpoint, propagated] {
            assert_eq!(read_route(&route), None, "{route:?}");
        }
    }
}
