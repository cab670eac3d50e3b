//! One route of a route table.

use serde::{Deserialize, Serialize};

use super::Cidr;
use crate::aws::{InternetGatewayId, NatGatewayId};
use crate::resource::{Declared, Input, Phase};

/// One route: the way that traffic to some addresses takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Route<P: Phase = Declared> {
    /// The addresses.
    pub destination: Cidr,
    /// The way.
    pub target: RouteTarget<P>,
}

/// The target of a route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum RouteTarget<P: Phase = Declared> {
    /// An internet gateway: out to the internet and in from it.
    InternetGateway(P::Of<InternetGatewayId>),
    /// A NAT gateway: out to the internet only. A pause removes the route together with the gateway.
    NatGateway(P::Of<NatGatewayId>),
    /// A VPC peering connection, `pcx-…`.
    VpcPeering(P::Of<String>),
    /// A transit gateway, `tgw-…`.
    TransitGateway(P::Of<String>),
    /// A network interface, `eni-…`: an instance that routes.
    NetworkInterface(P::Of<String>),
    /// Any other gateway of the VPC, `vgw-…` or `vpce-…`.
    Gateway(P::Of<String>),
    /// A target that no longer exists (its id, as far as AWS reports it). It is only ever read, never declared.
    Blackhole(String),
}

impl Route {
    /// Creates the default route through an internet gateway.
    pub fn to_internet(gateway: impl Into<Input<InternetGatewayId>>) -> Self {
        Self { destination: Cidr::ANYWHERE, target: RouteTarget::InternetGateway(gateway.into()) }
    }

    /// Creates the default route through a NAT gateway.
    pub fn through_nat(gateway: impl Into<Input<NatGatewayId>>) -> Self {
        Self { destination: Cidr::ANYWHERE, target: RouteTarget::NatGateway(gateway.into()) }
    }
}
