//! VPCs, subnets, route tables and security groups.

use aws_sdk_ec2::types::{IpPermission, VpcAttributeName};
use ebbtide::aws::NatGatewayId;
use ebbtide::aws::ec2::{
    Cidr, DefaultSecurityGroup, NatGateway, Peer, Route, RouteTable, SecurityGroup, SecurityRule, Subnet, Traffic, Vpc,
};
use ebbtide::resource::{Input, Tags};
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::Table;
use super::{Around, BLOCK, among, around, declare_around, observed};
use crate::fixture::scope;

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
        .shows("vpc", json!(around.vpcs[1]), json!("ec2_vpc.far"))
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
            "vpc": observed::name(aws, subnet.vpc_id()).await,
            "cidr": subnet.cidr_block(),
            "zone": subnet.availability_zone(),
            "public": subnet.map_public_ip_on_launch(),
            "tags": observed::tags(subnet.tags()),
        })
    })
}

fn declare_ways_out(stack: &mut Stack) -> (Around, Input<NatGatewayId>) {
    let around = declare_around(stack);
    let nat = stack.add("near", NatGateway::public(&around.subnets[1], &around.addresses[0])).nat_gateway_id;
    // It fails in a VPC that has no way out yet.
    stack.after(&nat, &around.internet);
    (around, nat)
}

fn add_route_table(stack: &mut Stack, inputs: &Value) {
    declare_ways_out(stack);
    stack.add("it", serde_json::from_value::<RouteTable>(inputs.clone()).unwrap());
}

pub fn route_table() -> Table {
    let (around, nat) = declare_ways_out(&mut Stack::new(scope(), [].into()));
    let to_internet = Route::to_internet(&around.internet);
    let elsewhere = Route { destination: Cidr::new([10, 9, 0, 0], 16), ..to_internet.clone() };
    let base = RouteTable {
        vpc: around.vpcs[0].clone(),
        routes: vec![to_internet.clone()],
        subnets: vec![around.subnets[0].clone()],
        tags: Tags::new(),
    };
    let out = "0.0.0.0/0 ec2_internet_gateway.near";
    let table = Table::new(&base, observe_route_table)
        .shows("vpc", json!(around.vpcs[1]), json!("ec2_vpc.far"))
        .also("routes", json!([]))
        .also("subnets", json!([around.far_subnet]))
        .shows("routes", json!([]), json!([]))
        .shows("routes", json!([Route::through_nat(&nat)]), json!(["0.0.0.0/0 ec2_nat_gateway.near"]))
        .shows("routes", json!([elsewhere]), json!(["10.9.0.0/16 ec2_internet_gateway.near"]))
        .shows("routes", json!([to_internet, elsewhere]), json!([out, "10.9.0.0/16 ec2_internet_gateway.near"]))
        .shows("subnets", json!([]), json!([]))
        .shows("subnets", json!([around.subnets[1]]), json!(["ec2_subnet.b"]))
        .shows("subnets", json!([around.subnets[0], around.subnets[1]]), json!(["ec2_subnet.a", "ec2_subnet.b"]))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: add_route_table, ..table }
}

fn observe_route_table<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.ec2().describe_route_tables().route_table_ids(id).send().await.unwrap();
        let table = &found.route_tables()[0];
        let subnets = table.associations().iter().filter_map(|one| one.subnet_id());
        let mut routes = Vec::new();
        let declared = table.routes().iter().filter(|route| route.gateway_id() != Some("local"));
        for route in declared.collect::<Vec<_>>() {
            let target = observed::name(aws, route.gateway_id().or(route.nat_gateway_id())).await;
            routes.push(format!("{} {}", route.destination_cidr_block().unwrap(), target.unwrap()));
        }
        routes.sort();
        json!({
            "vpc": observed::name(aws, table.vpc_id()).await,
            "routes": routes,
            "subnets": observed::named(aws, subnets.collect()).await,
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
    let described = json!([SecurityRule::tcp(443, Peer::Itself).describe("among each other")]);
    let peers = json!([
        SecurityRule::udp(53, Peer::group(&around.groups[0])),
        SecurityRule::tcp(8000..=8080, Peer::Cidr(Cidr::new([10, 0, 0, 0], 8))),
        SecurityRule::all(Peer::Ipv6("::/0".into())),
        SecurityRule { traffic: Traffic::Icmp, ..SecurityRule::anywhere() },
    ]);
    let shown_peers = [
        "-1 any ::/0 ",
        "icmp -1 to -1 0.0.0.0/0 ",
        "tcp 8000 to 8080 10.0.0.0/8 ",
        "udp 53 to 53 ec2_security_group.one ",
    ];
    let table = Table::new(&base, observe_security_group)
        .shows("vpc", json!(around.vpcs[1]), json!("ec2_vpc.far"))
        .shows("name", json!("two"), json!("two"))
        .shows("description", json!("Others"), json!("Others"))
        .also("name", json!("other"))
        .shows("ingress", json!([]), json!([]))
        .shows("ingress", described, json!(["tcp 443 to 443 ec2_security_group.it among each other"]))
        .shows("ingress", peers, json!(shown_peers))
        .shows(
            "egress",
            json!([SecurityRule::tcp(443, Peer::Itself)]),
            json!(["tcp 443 to 443 ec2_security_group.it "]),
        )
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: among::<SecurityGroup>, ..table }
}

pub fn default_security_group() -> Table {
    let around = around();
    let base = DefaultSecurityGroup::closed(&around.vpcs[0]);
    let inside = json!([SecurityRule::tcp(443, Peer::Itself)]);
    let shown = json!(["tcp 443 to 443 ec2_default_security_group.it "]);
    let table = Table::new(&base, observe_security_group)
        .shows("vpc", json!(around.vpcs[1]), json!("ec2_vpc.far"))
        .shows("ingress", inside.clone(), shown.clone())
        .shows("egress", inside, shown)
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: among::<DefaultSecurityGroup>, ..table }
}

fn observe_security_group<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.ec2().describe_security_groups().group_ids(id).send().await.unwrap();
        let group = &found.security_groups()[0];
        json!({
            "vpc": observed::name(aws, group.vpc_id()).await,
            "name": group.group_name(),
            "description": group.description(),
            "ingress": rules(aws, group.ip_permissions()).await,
            "egress": rules(aws, group.ip_permissions_egress()).await,
            "tags": observed::tags(group.tags()),
        })
    })
}

/// Returns one text for each rule: its traffic, its peer and its description.
async fn rules(aws: &Aws, permissions: &[IpPermission]) -> Vec<String> {
    let mut all = Vec::new();
    for permission in permissions {
        let (protocol, from, to) = (permission.ip_protocol().unwrap(), permission.from_port(), permission.to_port());
        let ports = from.zip(to).map_or("any".to_owned(), |(from, to)| format!("{from} to {to}"));
        let mut rule = |peer: Option<&str>, description: Option<&str>| {
            all.push(format!("{protocol} {ports} {} {}", peer.unwrap(), description.unwrap_or_default()));
        };
        permission.ip_ranges().iter().for_each(|range| rule(range.cidr_ip(), range.description()));
        permission.ipv6_ranges().iter().for_each(|range| rule(range.cidr_ipv6(), range.description()));
        for pair in permission.user_id_group_pairs() {
            rule(observed::name(aws, pair.group_id()).await.as_deref(), pair.description());
        }
    }
    all.sort();
    all
}
