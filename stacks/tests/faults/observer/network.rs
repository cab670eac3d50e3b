//! The resources of EC2.

use aws_sdk_ec2::types::{NatGatewayState, Tag};
use ebbtide_engine::sdk::Aws;

use super::Observed;

/// Returns the address in the tags of a resource. A resource without such a tag is an orphan, and shows.
fn address_in(tags: &[Tag]) -> &str {
    tags.iter().find(|tag| tag.key() == Some("ebb:address")).and_then(Tag::value).unwrap_or("(orphan)")
}

pub async fn see(aws: &Aws, seen: &mut Observed) {
    let ec2 = aws.ec2();
    for vpc in ec2.describe_vpcs().send().await.unwrap().vpcs() {
        if vpc.is_default() != Some(true) {
            seen.add("vpc", format!("{} {}", address_in(vpc.tags()), vpc.cidr_block().unwrap_or_default()));
        }
    }
    for subnet in ec2.describe_subnets().send().await.unwrap().subnets() {
        if subnet.default_for_az() != Some(true) {
            seen.add("subnet", format!("{} {}", address_in(subnet.tags()), subnet.cidr_block().unwrap_or_default()));
        }
    }
    for gateway in ec2.describe_internet_gateways().send().await.unwrap().internet_gateways() {
        let attached = gateway.attachments().len();
        seen.add("internet gateway", format!("{} attached {attached}", address_in(gateway.tags())));
    }
    for address in ec2.describe_addresses().send().await.unwrap().addresses() {
        seen.add("address", format!("{} in use {}", address_in(address.tags()), address.association_id().is_some()));
    }
    for nat in ec2.describe_nat_gateways().send().await.unwrap().nat_gateways() {
        if !matches!(nat.state(), Some(NatGatewayState::Deleted)) {
            let state = nat.state().map(NatGatewayState::as_str).unwrap_or_default();
            seen.add("nat gateway", format!("{} {state}", address_in(nat.tags())));
        }
    }
    for table in ec2.describe_route_tables().send().await.unwrap().route_tables() {
        let main = table.associations().iter().any(|association| association.main() == Some(true));
        if !main {
            let (routes, subnets) = (table.routes().len(), table.associations().len());
            seen.add("route table", format!("{} routes {routes} subnets {subnets}", address_in(table.tags())));
        }
    }
    for group in ec2.describe_security_groups().send().await.unwrap().security_groups() {
        // One that comes with a VPC belongs to a stack by its tags alone.
        if group.group_name() != Some("default") || !group.tags().is_empty() {
            let (ingress, egress) = (group.ip_permissions().len(), group.ip_permissions_egress().len());
            seen.add("security group", format!("{} in {ingress} out {egress}", address_in(group.tags())));
        }
    }
    for endpoint in ec2.describe_vpc_endpoints().send().await.unwrap().vpc_endpoints() {
        let (tables, subnets) = (endpoint.route_table_ids().len(), endpoint.subnet_ids().len());
        seen.add("vpc endpoint", format!("{} tables {tables} subnets {subnets}", address_in(endpoint.tags())));
    }
}
