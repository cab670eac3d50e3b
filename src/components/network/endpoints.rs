//! The endpoints of a network: private connections to services of AWS.

use super::outputs::NetworkOutputs;
use super::settings::Network;
use crate::aws::SecurityGroupId;
use crate::aws::ec2::{Peer, SecurityGroup, SecurityRule, VpcEndpoint};
use crate::resource::Input;
use crate::stack::Stack;

/// Declares the endpoints of a network. Returns the security group of the interface endpoints, if there are any.
pub(super) fn declare_endpoints(
    network: &Network,
    stack: &mut Stack,
    name: &str,
    outputs: &NetworkOutputs,
) -> Option<Input<SecurityGroupId>> {
    let tables: Vec<_> = outputs.private_route_tables.iter().chain(&outputs.public_route_table).cloned().collect();
    for service in &network.gateway_endpoints {
        let endpoint = VpcEndpoint::gateway(&outputs.vpc_id, service, tables.clone());
        stack.add(&endpoint_name(name, service), VpcEndpoint { tags: network.tags.clone(), ..endpoint });
    }
    if network.interface_endpoints.is_empty() {
        return None;
    }
    let from_vpc = SecurityRule::tcp(443, Peer::Cidr(network.cidr)).describe("HTTPS from the VPC");
    let group = SecurityGroup {
        ingress: vec![from_vpc],
        egress: Vec::new(),
        tags: network.tags.clone(),
        ..SecurityGroup::new(&outputs.vpc_id, "Interface endpoints")
    };
    let group = stack.add(&format!("{name}-endpoints"), group).security_group_id;
    for service in &network.interface_endpoints {
        let subnets = outputs.private_subnets.clone();
        let endpoint = VpcEndpoint::interface(&outputs.vpc_id, service, subnets, vec![group.clone()]);
        stack.add(&endpoint_name(name, service), VpcEndpoint { tags: network.tags.clone(), ..endpoint });
    }
    Some(group)
}

fn endpoint_name(network: &str, service: &str) -> String {
    format!("{network}-{}", service.replace('.', "-"))
}
