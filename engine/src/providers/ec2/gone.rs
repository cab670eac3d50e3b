//! The codes that say that the resource itself is gone. A call may also miss another resource, which says nothing about
//! the one that it is about.

pub(super) const ADDRESS: &[&str] = &["InvalidAllocationID.NotFound"];
pub(super) const ASSOCIATION: &[&str] = &["InvalidAssociationID.NotFound"];
/// The code of the describe call, and that of the deletion's response.
pub(super) const ENDPOINT: &[&str] = &["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"];
pub(super) const INTERNET_GATEWAY: &[&str] = &["InvalidInternetGatewayID.NotFound"];
/// The attachment is gone with the gateway as well.
pub(super) const ATTACHMENT: &[&str] = &["Gateway.NotAttached", "InvalidInternetGatewayID.NotFound"];
pub(super) const NAT_GATEWAY: &[&str] = &["NatGatewayNotFound"];
pub(super) const ROUTE: &[&str] = &["InvalidRoute.NotFound"];
pub(super) const ROUTE_TABLE: &[&str] = &["InvalidRouteTableID.NotFound"];
pub(super) const SECURITY_GROUP: &[&str] = &["InvalidGroup.NotFound"];
/// The calls on tags have codes of their own.
pub(super) const SECURITY_GROUP_IN_TAGS: &[&str] =
    &["InvalidID", "InvalidSecurityGroupID.NotFound", "InvalidGroup.NotFound"];
pub(super) const SUBNET: &[&str] = &["InvalidSubnetID.NotFound"];
pub(super) const VPC: &[&str] = &["InvalidVpcID.NotFound"];
