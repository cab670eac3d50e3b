//! The tables of EC2. Ids are not known beforehand, so that the inputs refer to resources around the one of the table.

mod gateways;
mod network;
mod observed;

use ebbtide::aws::ec2::{Cidr, ElasticIp, InternetGateway, RouteTable, SecurityGroup, Subnet, Vpc};
use ebbtide::aws::{AllocationId, InternetGatewayId, RouteTableId, SecurityGroupId, SubnetId, VpcId};
use ebbtide::resource::{Input, Resource, Tags};
use ebbtide::stack::Stack;
use serde_json::Value;

use super::table::Table;
use crate::fixture::scope;

const BLOCK: Cidr = Cidr::new([10, 0, 0, 0], 16);

/// References to the resources around the one of a table: two of each, the second ones in another VPC where they can be.
struct Around {
    vpcs: [Input<VpcId>; 2],
    subnets: [Input<SubnetId>; 2],
    /// A subnet of the second VPC.
    far_subnet: Input<SubnetId>,
    groups: [Input<SecurityGroupId>; 2],
    far_group: Input<SecurityGroupId>,
    table: Input<RouteTableId>,
    internet: Input<InternetGatewayId>,
    addresses: [Input<AllocationId>; 2],
}

fn declare_around(stack: &mut Stack) -> Around {
    let mut vpc = |name: &str| stack.add(name, Vpc::new(BLOCK)).vpc_id;
    let vpcs = [vpc("near"), vpc("far")];
    let mut subnet = |name: &str, vpc: &Input<VpcId>, third: u8, zone: &str| {
        stack.add(name, Subnet::private(vpc, Cidr::new([10, 0, third, 0], 24), zone)).subnet_id
    };
    let subnets = [subnet("a", &vpcs[0], 1, "eu-west-1a"), subnet("b", &vpcs[0], 2, "eu-west-1b")];
    let far_subnet = subnet("far", &vpcs[1], 1, "eu-west-1a");
    let mut group =
        |name: &str, vpc: &Input<VpcId>| stack.add(name, SecurityGroup::new(vpc, "Around")).security_group_id;
    let groups = [group("one", &vpcs[0]), group("two", &vpcs[0])];
    let far_group = group("far", &vpcs[1]);
    let table = RouteTable { vpc: vpcs[0].clone(), routes: Vec::new(), subnets: Vec::new(), tags: Tags::new() };
    let table = stack.add("near", table).route_table_id;
    let mut address = |name: &str| stack.add(name, ElasticIp::default()).allocation_id;
    let addresses = [address("one"), address("two")];
    let internet = stack.add("near", InternetGateway::new(&vpcs[0])).internet_gateway_id;
    Around { vpcs, subnets, far_subnet, groups, far_group, table, internet, addresses }
}

/// Returns the references alone.
fn around() -> Around {
    declare_around(&mut Stack::new(scope(), [].into()))
}

/// Declares a resource of a kind and those around it.
fn among<R: Resource>(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<R>(inputs.clone()).unwrap());
}

pub use observed::named;

pub fn tables() -> Vec<Table> {
    vec![
        network::vpc(),
        network::subnet(),
        network::route_table(),
        network::security_group(),
        network::default_security_group(),
        gateways::elastic_ip(),
        gateways::internet_gateway(),
        gateways::nat_gateway(),
        gateways::vpc_endpoint(),
    ]
}
