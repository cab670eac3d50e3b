//! The endpoints of a network: private ways to services of AWS.

use super::{Network, NetworkOutputs};
use crate::aws::SecurityGroupId;
use crate::aws::ec2::{Peer, SecurityGroup, SecurityRule, VpcEndpoint};
use crate::resource::Input;
use crate::stack::Stack;

/// Declares a network's endpoints and answers the security group of those with interfaces.
pub(super) fn declare_endpoints(
    network: &Network,
    stack: &mut Stack,
    name: &str,
    out: &NetworkOutputs,
) -> Option<Input<SecurityGroupId>> {
    let tables: Vec<_> = out.private_route_tables.iter().chain(&out.public_route_table).cloned().collect();
    for service in &network.gateway_endpoints {
        let endpoint = VpcEndpoint::gateway(&out.vpc_id, service, tables.clone());
        stack.add(&endpoint_name(name, service), VpcEndpoint { tags: network.tags.clone(), ..endpoint });
    }
    if network.interface_endpoints.is_empty() {
        return None;
    }
    let from_here = SecurityRule::tcp(443, Peer::Cidr(network.cidr)).describe("HTTPS from the VPC");
    let group = SecurityGroup {
        ingress: vec![from_here],
        egress: Vec::new(),
        tags: network.tags.clone(),
        ..SecurityGroup::new(&out.vpc_id, "Interface endpoints")
    };
    let group = stack.add(&format!("{name}-endpoints"), group).security_group_id;
    for service in &network.interface_endpoints {
        let subnets = out.private_subnets.clone();
        let endpoint = VpcEndpoint::interface(&out.vpc_id, service, subnets, vec![group.clone()]);
        stack.add(&endpoint_name(name, service), VpcEndpoint { tags: network.tags.clone(), ..endpoint });
    }
    Some(group)
}

fn endpoint_name(network: &str, service: &str) -> String {
    format!("{network}-{}", service.replace('.', "-"))
}
