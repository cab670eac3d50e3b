//! VPCs, subnets, route tables and security groups.

use aws_sdk_ec2::types::{IpPermission, VpcAttributeName};
use ebbtide::aws::ec2::{Peer, Route, RouteTable, SecurityGroup, SecurityRule, Subnet, Vpc};
use ebbtide::resource::Tags;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::{Shows, Table};
use super::{BLOCK, among, around, observed};

pub fn vpc() -> Table {
    Table::new(&Vpc::new(BLOCK), observe_vpc)
        .shows("cidr", json!("10.1.0.0/16"), json!("10.1.0.0/16"))
        .shows("dns_support", json!(false), json!(false))
        .also("dns_hostnames", json!(false))
        .shows("dns_hostnames", json!(false), json!(false))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_vpc<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.ec2().describe_vpcs().vpc_ids(id).send().await.unwrap();
        let vpc = &found.vpcs()[0];
        let attribute =
            async |name| aws.ec2().describe_vpc_attribute().vpc_id(id).attribute(name).send().await.unwrap();
        let support = attribute(VpcAttributeName::EnableDnsSupport).await;
        let hostnames = attribute(VpcAttributeName::EnableDnsHostnames).await;
        json!({
            "cidr": vpc.cidr_block(),
            "dns_support": support.enable_dns_support().and_then(|value| value.value()),
            "dns_hostnames": hostnames.enable_dns_hostnames().and_then(|value| value.value()),
            "tags": observed::tags(vpc.tags()),
        })
    })
}

pub fn subnet() -> Table {
    let around = around();
    let base = Subnet::private(&around.vpcs[0], "10.0.9.0/24".parse().unwrap(), "eu-west-1a");
    let table = Table::new(&base, observe_subnet)
        .entry("vpc", json!(around.vpcs[1]), Shows::Another)
        .shows("cidr", json!("10.0.8.0/24"), json!("10.0.8.0/24"))
        .shows("zone", json!("eu-west-1c"), json!("eu-west-1c"))
        .shows("public", json!(true), json!(true))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: among::<Subnet>, ..table }
}

fn observe_subnet<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.ec2().describe_subnets().subnet_ids(id).send().await.unwrap();
        let subnet = &found.subnets()[0];
        json!({
            "vpc": subnet.vpc_id(),
            "cidr": subnet.cidr_block(),
            "zone": subnet.availability_zone(),
            "public": subnet.map_public_ip_on_launch(),
            "tags": observed::tags(subnet.tags()),
        })
    })
}

pub fn route_table() -> Table {
    let around = around();
    let base = RouteTable { vpc: around.vpcs[0].clone(), routes: Vec::new(), subnets: Vec::new(), tags: Tags::new() };
    let table = Table::new(&base, observe_route_table)
        .entry("vpc", json!(around.vpcs[1]), Shows::Another)
        .shows("routes", json!([Route::to_internet(&around.internet)]), json!(["0.0.0.0/0"]))
        .shows("subnets", json!([around.subnets[0]]), json!(1))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: among::<RouteTable>, ..table }
}

fn observe_route_table<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.ec2().describe_route_tables().route_table_ids(id).send().await.unwrap();
        let table = &found.route_tables()[0];
        let routes = table.routes().iter().filter(|route| route.gateway_id() != Some("local"));
        json!({
            "vpc": table.vpc_id(),
            "routes": routes.map(|route| route.destination_cidr_block()).collect::<Vec<_>>(),
            "subnets": table.associations().len(),
            "tags": observed::tags(table.tags()),
        })
    })
}

pub fn security_group() -> Table {
    let around = around();
    let base = SecurityGroup {
        name: Some("one".into()),
        ingress: vec![SecurityRule::tcp(443, Peer::Itself)],
        ..SecurityGroup::new(&around.vpcs[0], "The endpoints")
    };
    let rules = json!([
        SecurityRule::tcp(443, Peer::Itself).describe("among each other"),
        SecurityRule::udp(53, Peer::group(&around.groups[0])),
    ]);
    let table = Table::new(&base, observe_security_group)
        .entry("vpc", json!(around.vpcs[1]), Shows::Another)
        .shows("name", json!("two"), json!("two"))
        .shows("description", json!("Others"), json!("Others"))
        .also("name", json!("other"))
        .shows("ingress", rules, json!(["tcp 443 among each other", "udp 53 "]))
        .shows("egress", json!([SecurityRule::tcp(443, Peer::Itself)]), json!(["tcp 443 "]))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: among::<SecurityGroup>, ..table }
}

fn observe_security_group<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.ec2().describe_security_groups().group_ids(id).send().await.unwrap();
        let group = &found.security_groups()[0];
        json!({
            "vpc": group.vpc_id(),
            "name": group.group_name(),
            "description": group.description(),
            "ingress": rules(group.ip_permissions()),
            "egress": rules(group.ip_permissions_egress()),
            "tags": observed::tags(group.tags()),
        })
    })
}

fn rules(permissions: &[IpPermission]) -> Vec<String> {
    let one = |permission: &IpPermission| {
        let pairs = permission.user_id_group_pairs();
        let description = pairs.first().and_then(|pair| pair.description()).unwrap_or_default();
        format!("{} {} {description}", permission.ip_protocol().unwrap(), permission.from_port().unwrap_or(-1))
    };
    let mut all: Vec<String> = permissions.iter().map(one).collect();
    all.sort();
    all
}
