//! The outputs of a network.

use std::collections::BTreeMap;

use crate::aws::{RouteTableId, SecurityGroupId, SubnetId, VpcId};
use crate::resource::Input;

/// The outputs of a network. All lists by zone are in the order of `zones`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NetworkOutputs {
    /// The VPC.
    pub vpc_id: Input<VpcId>,
    /// The names of the zones.
    pub zones: Vec<String>,
    /// The private subnet of each zone.
    pub private_subnets: Vec<Input<SubnetId>>,
    /// The public subnet of each zone; empty if there are none.
    pub public_subnets: Vec<Input<SubnetId>>,
    /// The route table of each zone's private subnet.
    pub private_route_tables: Vec<Input<RouteTableId>>,
    /// The route table of all public subnets.
    pub public_route_table: Option<Input<RouteTableId>>,
    /// The public addresses from which the private subnets reach the internet.
    pub nat_addresses: Vec<Input<String>>,
    /// The security group of the interface endpoints, if there are any.
    pub endpoint_security_group: Option<Input<SecurityGroupId>>,
    /// The prefix lists of the services that gateway endpoints reach, by service: peers of security rules.
    pub prefix_lists: BTreeMap<String, Input<String>>,
}
