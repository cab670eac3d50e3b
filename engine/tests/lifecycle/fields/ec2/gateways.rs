//! Addresses, gateways and endpoints.

use aws_sdk_ec2::types::Filter;
use ebbtide::aws::VpcId;
use ebbtide::aws::ec2::{ElasticIp, InternetGateway, NatGateway, Vpc, VpcEndpoint};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::{Shows, Table};
use super::{BLOCK, among, around, declare_around, observed};
use crate::fixture::scope;

pub fn elastic_ip() -> Table {
    Table::new(&ElasticIp::default(), observe_address)
        .entry("keep_while_paused", json!(true), Shows::Nothing("it decides what a pause does"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_address<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.ec2().describe_addresses().allocation_ids(id).send().await.unwrap();
        let address = &found.addresses()[0];
        json!({ "address": address.public_ip(), "tags": observed::tags(address.tags()) })
    })
}

/// Declares a VPC that has no gateway yet.
fn declare_free_vpc(stack: &mut Stack) -> Input<VpcId> {
    stack.add("free", Vpc::new(BLOCK)).vpc_id
}

fn add_internet_gateway(stack: &mut Stack, inputs: &Value) {
    declare_free_vpc(stack);
    among::<InternetGateway>(stack, inputs);
}

pub fn internet_gateway() -> Table {
    let around = around();
    let free = declare_free_vpc(&mut Stack::new(scope(), [].into()));
    // The first VPC has a gateway of its own.
    let table = Table::new(&InternetGateway::new(&around.vpcs[1]), observe_internet_gateway)
        .shows("vpc", json!(free), json!("ec2_vpc.free"))
        .shows("attached", json!(false), json!(false))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: add_internet_gateway, ..table }
}

fn observe_internet_gateway<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.ec2().describe_internet_gateways().internet_gateway_ids(id).send().await.unwrap();
        let gateway = &found.internet_gateways()[0];
        let vpc = gateway.attachments().first().and_then(|attachment| attachment.vpc_id());
        json!({ "vpc": observed::name(aws, vpc).await, "attached": vpc.is_some(), "tags": observed::tags(gateway.tags()) })
    })
}

pub fn nat_gateway() -> Table {
    let around = around();
    let base = NatGateway::public(&around.subnets[0], &around.addresses[0]);
    let table = Table::new(&base, observe_nat_gateway)
        .shows("subnet", json!(around.subnets[1]), json!("ec2_subnet.b"))
        .shows("allocation", json!(around.addresses[1]), json!("ec2_elastic_ip.two"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: add_nat_gateway, ..table }
}

fn add_nat_gateway(stack: &mut Stack, inputs: &Value) {
    let around = declare_around(stack);
    let gateway = stack.add("it", serde_json::from_value::<NatGateway>(inputs.clone()).unwrap());
    // It fails in a VPC that has no way out yet.
    stack.after(&gateway.nat_gateway_id, &around.internet);
}

fn observe_nat_gateway<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let alive = Filter::builder().name("state").values("available").build();
        let found = aws.ec2().describe_nat_gateways().filter(alive).send().await.unwrap();
        let [gateway] = found.nat_gateways() else { panic!("not one gateway: {found:?}") };
        assert_eq!(gateway.nat_gateway_id(), Some(id));
        json!({
            "subnet": observed::name(aws, gateway.subnet_id()).await,
            "allocation": observed::name(aws, gateway.nat_gateway_addresses()[0].allocation_id()).await,
            "tags": observed::tags(gateway.tags()),
        })
    })
}

pub fn vpc_endpoint() -> Table {
    let around = around();
    let (subnets, groups) = (vec![around.subnets[0].clone()], vec![around.groups[0].clone()]);
    let base = VpcEndpoint::interface(&around.vpcs[0], "sagemaker.runtime", subnets, groups);
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "sagemaker:InvokeEndpoint", "Resource": "*" }] });
    let as_gateway = |table: Table| {
        table
            .also("service", json!("s3"))
            .also("subnets", json!([]))
            .also("security_groups", json!([]))
            .also("private_dns", json!(false))
    };
    let table = Table::new(&base, observe_vpc_endpoint)
        .shows("vpc", json!(around.vpcs[1]), json!("ec2_vpc.far"))
        .also("subnets", json!([around.far_subnet]))
        .also("security_groups", json!([around.far_group]))
        .shows("service", json!("sagemaker.api"), json!("com.amazonaws.eu-west-1.sagemaker.api"))
        .shows("subnets", json!([around.subnets[0], around.subnets[1]]), json!(["ec2_subnet.a", "ec2_subnet.b"]))
        .shows("subnets", json!([around.subnets[1]]), json!(["ec2_subnet.b"]))
        .shows("security_groups", json!([around.groups[1]]), json!(["ec2_security_group.two"]))
        .shows("private_dns", json!(false), json!(false))
        .shows("policy", policy.clone(), policy)
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    let table = as_gateway(table.shows("access", json!("gateway"), json!("Gateway")));
    let table = as_gateway(
        table
            .shows("route_tables", json!([around.table]), json!(["ec2_route_table.near"]))
            .also("access", json!("gateway")),
    );
    Table { add: among::<VpcEndpoint>, ..table }
}

fn observe_vpc_endpoint<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.ec2().describe_vpc_endpoints().vpc_endpoint_ids(id).send().await.unwrap();
        let endpoint = &found.vpc_endpoints()[0];
        let groups = endpoint.groups().iter().filter_map(|group| group.group_id());
        let policy: Value = serde_json::from_str(endpoint.policy_document().unwrap()).unwrap();
        json!({
            "vpc": observed::name(aws, endpoint.vpc_id()).await,
            "service": endpoint.service_name(),
            "access": endpoint.vpc_endpoint_type().map(|access| access.as_str()),
            "route_tables": observed::named(aws, endpoint.route_table_ids().iter().map(String::as_str).collect()).await,
            "subnets": observed::named(aws, endpoint.subnet_ids().iter().map(String::as_str).collect()).await,
            "security_groups": observed::named(aws, groups.collect()).await,
            "private_dns": endpoint.private_dns_enabled(),
            "policy": policy,
            "tags": observed::tags(endpoint.tags()),
        })
    })
}
