//! One route of a route table, and how EC2 writes it.

use aws_sdk_ec2::types::{Route as Found, RouteOrigin, RouteState};
use serde::{Deserialize, Serialize};

use super::Cidr;
use crate::aws::{InternetGatewayId, NatGatewayId};
use crate::resource::{Declared, Input, Phase, Resolved};

/// One route: what goes to these addresses takes that way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Route<P: Phase = Declared> {
    /// The addresses.
    pub destination: Cidr,
    /// The way.
    pub target: RouteTarget<P>,
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum RouteTarget<P: Phase = Declared> {
    /// Out to the internet and in from it.
    InternetGateway(P::Of<InternetGatewayId>),
    /// Out to the internet only; a pause takes the route away with the gateway.
    NatGateway(P::Of<NatGatewayId>),
    /// A VPC peering connection, `pcx-…`.
    VpcPeering(P::Of<String>),
    /// A transit gateway, `tgw-…`.
    TransitGateway(P::Of<String>),
    /// A network interface, `eni-…`: an instance that routes.
    NetworkInterface(P::Of<String>),
    /// Any other gateway of the VPC, `vgw-…` or `vpce-…`.
    Gateway(P::Of<String>),
    /// Nowhere: the target (its id, as far as AWS tells) does not exist any more. Only ever read, never declared.
    Blackhole(String),
}

impl Route {
    /// All that no other route takes, through an internet gateway.
    pub fn to_internet(gateway: impl Into<Input<InternetGatewayId>>) -> Self {
        Self { destination: Cidr::ANYWHERE, target: RouteTarget::InternetGateway(gateway.into()) }
    }

    /// All that no other route takes, through a NAT gateway.
    pub fn through_nat(gateway: impl Into<Input<NatGatewayId>>) -> Self {
        Self { destination: Cidr::ANYWHERE, target: RouteTarget::NatGateway(gateway.into()) }
    }
}

/// The route that EC2 tells of, or `None` if it is none of ours to keep: the VPC's own, one that a virtual private
/// gateway propagates, one to a prefix list (gateway endpoints add them), or one of IPv6.
pub(super) fn read_route(found: &Found) -> Option<Route<Resolved>> {
    let own = found.gateway_id() == Some("local") || found.origin() == Some(&RouteOrigin::EnableVgwRoutePropagation);
    let destination = found.destination_cidr_block().filter(|_| !own)?.parse().ok()?;
    let target = if found.state() == Some(&RouteState::Blackhole) {
        RouteTarget::Blackhole(target_id(found).to_owned())
    } else if let Some(id) = found.nat_gateway_id() {
        RouteTarget::NatGateway(NatGatewayId::from(id))
    } else if let Some(id) = found.vpc_peering_connection_id() {
        RouteTarget::VpcPeering(id.to_owned())
    } else if let Some(id) = found.transit_gateway_id() {
        RouteTarget::TransitGateway(id.to_owned())
    } else if let Some(id) = found.gateway_id() {
        match id.starts_with("igw-") {
            true => RouteTarget::InternetGateway(InternetGatewayId::from(id)),
            false => RouteTarget::Gateway(id.to_owned()),
        }
    } else if let Some(id) = found.network_interface_id() {
        RouteTarget::NetworkInterface(id.to_owned())
    } else {
        // A target that cannot be declared here (a carrier gateway, say) leads nowhere that we know.
        RouteTarget::Blackhole(target_id(found).to_owned())
    };
    Some(Route { destination, target })
}

fn target_id(found: &Found) -> &str {
    found
        .nat_gateway_id()
        .or(found.gateway_id())
        .or(found.vpc_peering_connection_id())
        .or(found.transit_gateway_id())
        .or(found.network_interface_id())
        .or(found.egress_only_internet_gateway_id())
        .or(found.carrier_gateway_id())
        .or(found.local_gateway_id())
        .or(found.core_network_arn())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::builders::RouteBuilder;

    use super::*;

    fn found() -> RouteBuilder {
        Found::builder().destination_cidr_block("0.0.0.0/0").state(RouteState::Active)
    }

    #[test]
    fn each_target_is_told_apart() {
        let cases: [(RouteBuilder, RouteTarget<Resolved>); 7] = [
            (found().gateway_id("igw-1"), RouteTarget::InternetGateway("igw-1".into())),
            (found().gateway_id("vgw-1"), RouteTarget::Gateway("vgw-1".into())),
            (found().nat_gateway_id("nat-1"), RouteTarget::NatGateway("nat-1".into())),
            (found().vpc_peering_connection_id("pcx-1"), RouteTarget::VpcPeering("pcx-1".into())),
            (found().transit_gateway_id("tgw-1"), RouteTarget::TransitGateway("tgw-1".into())),
            (found().network_interface_id("eni-1").instance_id("i-1"), RouteTarget::NetworkInterface("eni-1".into())),
            (found().nat_gateway_id("nat-1").state(RouteState::Blackhole), RouteTarget::Blackhole("nat-1".into())),
        ];
        for (found, target) in cases {
            assert_eq!(read_route(&found.build()), Some(Route { destination: Cidr::ANYWHERE, target }));
        }
    }

    #[test]
    fn routes_that_others_keep_are_left_alone() {
        let local = found().destination_cidr_block("10.0.0.0/16").gateway_id("local").build();
        let endpoint = Found::builder().destination_prefix_list_id("pl-1").gateway_id("vpce-1").build();
        let propagated = found().gateway_id("vgw-1").origin(RouteOrigin::EnableVgwRoutePropagation).build();
        for route in [local, endpoint, propagated] {
            assert_eq!(read_route(&route), None, "{route:?}");
        }
    }
}
