//! The tables of Elastic Load Balancing.

use ebbtide::aws::ec2::{Cidr, InternetGateway, SecurityGroup, Subnet, Vpc};
use ebbtide::aws::elbv2::{Action, Listener, LoadBalancer, TargetGroup};
use ebbtide::aws::{LoadBalancerArn, SecurityGroupId, SubnetId, TargetGroupArn, VpcId};
use ebbtide::resource::{Input, Resource};
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::cloud_control::model;
use super::gateway::{observed, reference};
use super::table::{Shows, Table};
use crate::fixture::scope;

pub fn tables() -> Vec<Table> {
    vec![balancer(), group(), listener()]
}

/// References to the resources around the one of a table.
struct Around {
    vpcs: [Input<VpcId>; 2],
    /// In three zones.
    subnets: [Input<SubnetId>; 3],
    groups: [Input<SecurityGroupId>; 2],
}

fn declare_around(stack: &mut Stack) -> Around {
    let vpcs = ["near", "far"].map(|name| stack.add(name, Vpc::new(Cidr::new([10, 0, 0, 0], 16))).vpc_id);
    stack.add("near", InternetGateway::new(&vpcs[0]));
    let subnets = [(1, "a"), (2, "b"), (3, "c")].map(|(number, zone)| {
        let subnet = Subnet::private(&vpcs[0], Cidr::new([10, 0, number, 0], 24), format!("eu-west-1{zone}"));
        stack.add(zone, subnet).subnet_id
    });
    let groups = ["near", "far"].map(|name| stack.add(name, SecurityGroup::new(&vpcs[0], "Around")).security_group_id);
    Around { vpcs, subnets, groups }
}

/// Declares two load balancers and a target group beside all else.
fn declare_balancers(stack: &mut Stack) -> ([Input<LoadBalancerArn>; 2], Input<TargetGroupArn>) {
    let around = declare_around(stack);
    let balancer = || LoadBalancer::application(&around.subnets[..2]).with_group(&around.groups[0]).internal();
    let balancers = ["near", "far"].map(|name| stack.add(name, balancer()).arn);
    (balancers, stack.add("near", TargetGroup::http(&around.vpcs[0], 80)).arn)
}

fn new_stack() -> Stack {
    Stack::new(scope(), [].into())
}

fn add<R: Resource>(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<R>(inputs.clone()).unwrap());
}

fn add_to_balancers<R: Resource>(stack: &mut Stack, inputs: &Value) {
    declare_balancers(stack);
    stack.add("it", serde_json::from_value::<R>(inputs.clone()).unwrap());
}

fn inside<R: Resource>(base: &R, observe: for<'a> fn(&'a Aws, &'a str) -> BoxFuture<'a, Value>) -> Table {
    Table { add: add::<R>, ..Table::new(base, observe) }
}

/// Reads the properties of a resource, and the value of one attribute as the field `attributes`.
async fn with_attribute(
    aws: &Aws,
    (type_name, id): (&str, &str),
    fields: &[(&str, &str)],
    (property, key): (&str, &str),
) -> Value {
    let mut seen = observed(aws, type_name, id, fields).await;
    let model = model(aws, type_name, id).await;
    let attributes = model[property].as_array().into_iter().flatten();
    let value = attributes.filter(|one| one["Key"] == key).map(|one| one["Value"].clone()).next();
    seen["attributes"] = value.unwrap_or_default();
    seen
}

fn balancer() -> Table {
    let around = declare_around(&mut new_stack());
    let base = LoadBalancer::application(&around.subnets[..2]).with_group(&around.groups[0]).internal();
    inside(&base, |aws, id| {
        let fields = &[
            ("name", "/Name"),
            ("kind", "/Type"),
            ("scheme", "/Scheme"),
            ("subnets", "/Subnets"),
            ("security_groups", "/SecurityGroups"),
            ("ip_addresses", "/IpAddressType"),
        ];
        let attribute = ("LoadBalancerAttributes", "idle_timeout.timeout_seconds");
        Box::pin(with_attribute(aws, ("AWS::ElasticLoadBalancingV2::LoadBalancer", id), fields, attribute))
    })
    .entry("name", json!("front"), Shows::Another)
    .shows("kind", json!("network"), json!("network"))
    .also("security_groups", json!([]))
    .shows("scheme", json!("internet_facing"), json!("internet-facing"))
    .entry("subnets", json!([reference(&around.subnets[0]), reference(&around.subnets[2])]), Shows::Another)
    .entry("security_groups", json!([reference(&around.groups[1])]), Shows::Another)
    .shows("ip_addresses", json!("dualstack"), json!("dualstack"))
    .shows("attributes", json!({ "idle_timeout.timeout_seconds": "120" }), json!("120"))
    .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn group() -> Table {
    let around = declare_around(&mut new_stack());
    let group = inside(&TargetGroup::http(&around.vpcs[0], 80), |aws, id| {
        let fields = &[
            ("name", "/Name"),
            ("target_type", "/TargetType"),
            ("protocol", "/Protocol"),
            ("protocol_version", "/ProtocolVersion"),
            ("port", "/Port"),
            ("vpc", "/VpcId"),
            ("ip_addresses", "/IpAddressType"),
            ("health_check_enabled", "/HealthCheckEnabled"),
            ("health_check_protocol", "/HealthCheckProtocol"),
            ("health_check_port", "/HealthCheckPort"),
            ("health_check_path", "/HealthCheckPath"),
            ("health_check_interval_seconds", "/HealthCheckIntervalSeconds"),
            ("health_check_timeout_seconds", "/HealthCheckTimeoutSeconds"),
            ("healthy_threshold", "/HealthyThresholdCount"),
            ("unhealthy_threshold", "/UnhealthyThresholdCount"),
            ("success_codes", "/Matcher/HttpCode"),
            ("grpc_success_codes", "/Matcher/GrpcCode"),
            ("targets", "/Targets"),
        ];
        let attribute = ("TargetGroupAttributes", "deregistration_delay.timeout_seconds");
        Box::pin(with_attribute(aws, ("AWS::ElasticLoadBalancingV2::TargetGroup", id), fields, attribute))
    });
    let group = group
        .entry("name", json!("web"), Shows::Another)
        .shows("target_type", json!("instance"), json!("instance"))
        .shows("protocol", json!("https"), json!("HTTPS"))
        .shows("protocol_version", json!("http2"), json!("HTTP2"))
        .shows("port", json!(8080), json!(8080))
        .entry("vpc", reference(&around.vpcs[1]), Shows::Another)
        .shows("ip_addresses", json!("ipv6"), json!("ipv6"))
        .shows("health_check_enabled", json!(false), json!(false))
        .also("target_type", json!("lambda"));
    ["protocol", "port", "vpc", "health_check_protocol", "health_check_port"]
        .into_iter()
        .fold(group, |group, name| group.also(name, Value::Null))
        .shows("health_check_protocol", json!("https"), json!("HTTPS"))
        .shows("health_check_port", json!("8081"), json!("8081"))
        .shows("health_check_path", json!("/health"), json!("/health"))
        .shows("health_check_interval_seconds", json!(60), json!(60))
        .shows("health_check_timeout_seconds", json!(10), json!(10))
        .shows("healthy_threshold", json!(3), json!(3))
        .shows("unhealthy_threshold", json!(3), json!(3))
        .shows("success_codes", json!("200-299"), json!("200-299"))
        .shows("grpc_success_codes", json!("0-5"), json!("0-5"))
        .also("success_codes", Value::Null)
        .also("protocol_version", json!("grpc"))
        .shows(
            "targets",
            json!([{ "id": "10.0.1.5", "port": 8080, "zone": null }]),
            json!([{ "Id": "10.0.1.5", "Port": 8080 }]),
        )
        .shows("attributes", json!({ "deregistration_delay.timeout_seconds": "30" }), json!("30"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn listener() -> Table {
    let (balancers, group) = declare_balancers(&mut new_stack());
    let certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/1";
    let policy = json!("ELBSecurityPolicy-TLS13-1-2-2021-06");
    let certificates = json!([{ "arn": certificate }]);
    let base = Listener::http(&balancers[0], 80, Action::respond(200, "OK"));
    let table = Table::new(&base, |aws, id| {
        let fields = &[
            ("load_balancer", "/LoadBalancerArn"),
            ("protocol", "/Protocol"),
            ("port", "/Port"),
            ("default_actions", "/DefaultActions"),
            ("certificates", "/Certificates"),
            ("ssl_policy", "/SslPolicy"),
        ];
        let attribute = ("ListenerAttributes", "routing.http.response.server.enabled");
        Box::pin(with_attribute(aws, ("AWS::ElasticLoadBalancingV2::Listener", id), fields, attribute))
    });
    let split = serde_json::to_value([Action::split([(&group, 5)])]).unwrap();
    Table { add: add_to_balancers::<Listener>, ..table }
        .entry("load_balancer", reference(&balancers[1]), Shows::Another)
        .shows("protocol", json!("https"), json!("HTTPS"))
        .also("certificates", certificates.clone())
        .also("ssl_policy", policy.clone())
        .shows("port", json!(8080), json!(8080))
        .entry("default_actions", split, Shows::Another)
        .shows("certificates", certificates.clone(), json!([{ "CertificateArn": certificate }]))
        .also("protocol", json!("https"))
        .also("ssl_policy", policy.clone())
        .shows("ssl_policy", policy.clone(), policy)
        .also("protocol", json!("https"))
        .also("certificates", certificates)
        .shows("attributes", json!({ "routing.http.response.server.enabled": "false" }), json!("false"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}
