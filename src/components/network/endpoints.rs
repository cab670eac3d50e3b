//! The endpoints of a network: private connections to services of AWS.

use std::collections::BTreeMap;

use super::outputs::NetworkOutputs;
use super::settings::Network;
use crate::aws::ec2::{Peer, SecurityGroup, SecurityRule, VpcEndpoint, endpoint_service_name};
use crate::aws::{SecurityGroupId, SubnetId};
use crate::resource::Input;
use crate::stack::Stack;

/// The outputs of the endpoints of a network.
#[derive(Default)]
pub(super) struct DeclaredEndpoints {
    /// The security group of the interface endpoints, if there are any.
    pub(super) security_group: Option<Input<SecurityGroupId>>,
    /// The prefix lists of the services that gateway endpoints reach.
    pub(super) prefix_lists: BTreeMap<String, Input<String>>,
}

/// Declares the endpoints of a network.
pub(super) fn declare_endpoints(
    network: &Network,
    stack: &mut Stack,
    name: &str,
    outputs: &NetworkOutputs,
) -> DeclaredEndpoints {
    let mut declared = DeclaredEndpoints::default();
    let all = || network.gateway_endpoints.iter().chain(&network.interface_endpoints);
    if let Some(unknown) = network.endpoint_policies.keys().find(|service| !all().any(|other| other == *service)) {
        let message = format!("the network has no endpoint for `{unknown}`: add one, or remove its policy");
        stack.problem(name, Some("endpoint_policies".to_owned()), message);
    }
    let policy = |service: &str| network.endpoint_policies.get(service).cloned();
    let tables: Vec<_> = outputs.private_route_tables.iter().chain(&outputs.public_route_table).cloned().collect();
    for service in &network.gateway_endpoints {
        let endpoint = VpcEndpoint::gateway(&outputs.vpc_id, service, tables.clone());
        let endpoint = VpcEndpoint { policy: policy(service), tags: network.tags.clone(), ..endpoint };
        let endpoint = stack.add(&endpoint_name(name, service), endpoint);
        declared.prefix_lists.insert(service.clone(), endpoint.prefix_list_id);
    }
    if network.interface_endpoints.is_empty() {
        return declared;
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
        let subnets = subnets_for(stack, name, service, outputs);
        let endpoint = VpcEndpoint::interface(&outputs.vpc_id, service, subnets, vec![group.clone()]);
        let endpoint = VpcEndpoint { policy: policy(service), tags: network.tags.clone(), ..endpoint };
        stack.add(&endpoint_name(name, service), endpoint);
    }
    declared.security_group = Some(group);
    declared
}

/// Returns the private subnets in the zones that a service has. None of them is a problem of the stack.
fn subnets_for(stack: &mut Stack, name: &str, service: &str, outputs: &NetworkOutputs) -> Vec<Input<SubnetId>> {
    let full_name = endpoint_service_name(service, &stack.scope().region, true);
    let subnets = outputs.zones.iter().zip(&outputs.private_subnets);
    let fitting = subnets.filter(|(zone, _)| stack.zones().has_endpoint(&full_name, zone));
    let fitting: Vec<_> = fitting.map(|(_, subnet)| subnet.clone()).collect();
    if fitting.is_empty() && !outputs.zones.is_empty() {
        let zones = stack.zones().endpoints.get(&full_name).map(|zones| zones.join(", ")).unwrap_or_default();
        let message = format!("{service} has endpoints in {zones} only, and the network is in none of these zones");
        stack.problem(name, Some("interface_endpoints".to_owned()), message);
        // One problem is enough: an endpoint without a subnet would be another one.
        return outputs.private_subnets.clone();
    }
    fitting
}

fn endpoint_name(network: &str, service: &str) -> String {
    format!("{network}-{}", service.replace('.', "-"))
}
