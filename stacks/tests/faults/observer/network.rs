//! EC2's part.

use aws_sdk_ec2::types::{NatGatewayState, Tag};
use ebbtide_engine::sdk::Aws;

use super::Observed;

/// Who a thing is by its tags; what nobody tagged is an orphan, and shows.
fn who(tags: &[Tag]) -> &str {
    tags.iter().find(|tag| tag.key() == Some("ebb:address")).and_then(Tag::value).unwrap_or("(nobody's)")
}

pub async fn see(aws: &Aws, seen: &mut Observed) {
    let ec2 = aws.ec2();
    for vpc in ec2.describe_vpcs().send().await.unwrap().vpcs() {
        if vpc.is_default() != Some(true) {
            seen.add("vpc", format!("{} {}", who(vpc.tags()), vpc.cidr_block().unwrap_or_default()));
        }
    }
    for subnet in ec2.describe_subnets().send().await.unwrap().subnets() {
        if subnet.default_for_az() != Some(true) {
            seen.add("subnet", format!("{} {}", who(subnet.tags()), subnet.cidr_block().unwrap_or_default()));
        }
    }
    for gateway in ec2.describe_internet_gateways().send().await.unwrap().internet_gateways() {
        let attached = gateway.attachments().len();
        seen.add("internet gateway", format!("{} attached {attached}", who(gateway.tags())));
    }
    for address in ec2.describe_addresses().send().await.unwrap().addresses() {
        seen.add("address", format!("{} in use {}", who(address.tags()), address.association_id().is_some()));
    }
    for nat in ec2.describe_nat_gateways().send().await.unwrap().nat_gateways() {
        if !matches!(nat.state(), Some(NatGatewayState::Deleted)) {
            let state = nat.state().map(NatGatewayState::as_str).unwrap_or_default();
            seen.add("nat gateway", format!("{} {state}", who(nat.tags())));
        }
    }
    for table in ec2.describe_route_tables().send().await.unwrap().route_tables() {
        let main = table.associations().iter().any(|association| association.main() == Some(true));
        if !main {
            let (routes, subnets) = (table.routes().len(), table.associations().len());
            seen.add("route table", format!("{} routes {routes} subnets {subnets}", who(table.tags())));
        }
    }
    for group in ec2.describe_security_groups().send().await.unwrap().security_groups() {
        if group.group_name() != Some("default") {
            let (ingress, egress) = (group.ip_permissions().len(), group.ip_permissions_egress().len());
            seen.add("security group", format!("{} in {ingress} out {egress}", who(group.tags())));
        }
    }
    for endpoint in ec2.describe_vpc_endpoints().send().await.unwrap().vpc_endpoints() {
        let (tables, subnets) = (endpoint.route_table_ids().len(), endpoint.subnet_ids().len());
        seen.add("vpc endpoint", format!("{} tables {tables} subnets {subnets}", who(endpoint.tags())));
    }
}
