//! Elastic Load Balancing.

use ebbtide_cloud::{Durations, Settings};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Control, network, outcome};
use crate::support::{Fixture, code};
use crate::virtual_time::World;

fn elb(of: &str) -> String {
    format!("AWS::ElasticLoadBalancingV2::{of}")
}

#[tokio::test]
async fn a_target_group_stays_while_a_listener_forwards_to_it() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let (vpc, subnets, group) = network(&fixture.sdk()).await;
    let one = control.create(&elb("LoadBalancer"), &json!({ "Name": "front", "Subnets": [subnets[0]] })).await;
    assert!(outcome(&one).2.contains("At least two subnets in two different Availability Zones"), "{one:?}");
    let balancer = json!({ "Name": "front", "Subnets": subnets, "SecurityGroups": [group],
        "LoadBalancerAttributes": [{ "Key": "deletion_protection.enabled", "Value": "true" }] });
    let balancer = control.made(&elb("LoadBalancer"), &balancer).await;
    let target = json!({ "Name": "web", "Port": 80, "Protocol": "HTTP", "VpcId": vpc, "TargetType": "ip" });
    let target = control.made(&elb("TargetGroup"), &target).await;
    let forward = json!([{ "Type": "forward", "TargetGroupArn": target }]);
    let listener = json!({ "LoadBalancerArn": balancer, "Port": 80, "Protocol": "HTTP", "DefaultActions": forward });
    let listener = control.made(&elb("Listener"), &listener).await;
    assert_eq!(outcome(&control.delete(&elb("TargetGroup"), &target).await).1, "ResourceConflict");
    let protected = control.delete(&elb("LoadBalancer"), &balancer).await;
    assert!(outcome(&protected).2.contains("deletion protection is enabled"), "{protected:?}");
    let open = json!([{ "op": "add", "path": "/LoadBalancerAttributes", "value": [{ "Key": "deletion_protection.enabled", "Value": "false" }] }]);
    control.update(&elb("LoadBalancer"), &balancer, &open).await;
    assert_eq!(outcome(&control.delete(&elb("LoadBalancer"), &balancer).await).0, "SUCCESS");
    assert!(!control.exists(&elb("Listener"), &listener).await);
    assert_eq!(outcome(&control.delete(&elb("TargetGroup"), &target).await).0, "SUCCESS");
}

#[tokio::test(start_paused = true)]
async fn a_load_balancer_is_billed_by_begun_hours_with_its_addresses() {
    let settings = Settings { durations: Some(Durations::of_aws()), ..Settings::default() };
    let world = World::at("2027-03-01T00:00:00Z", settings);
    let config = world.sdk("us-east-1");
    let (_, subnets, group) = network(&config).await;
    let control = Control::new(&config);
    let balancer = json!({ "Name": "front", "Subnets": subnets, "SecurityGroups": [group] });
    let arn = control.made(&elb("LoadBalancer"), &balancer).await;
    world.until("2027-03-01T02:30:00Z").await;
    control.delete(&elb("LoadBalancer"), &arn).await;
    world.until("2027-03-01T06:00:00Z").await;
    let from: Timestamp = "2027-03-01T00:00:00Z".parse().unwrap();
    let metered = world.cloud.metered(from, world.clock.now()).await.unwrap();
    let of = |usage: &str| -> f64 {
        metered.iter().filter(|one| one.usage_type == usage && one.resource == arn).map(|one| one.quantity).sum()
    };
    assert!((of("LoadBalancerUsage") - 3.0).abs() < 1e-9, "{metered:?}");
    let hours = of("USE1-PublicIPv4:InUseAddress");
    assert!((4.8..5.0).contains(&hours), "{hours}");
}

#[tokio::test]
async fn the_interfaces_of_a_load_balancer_hold_its_network() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let (_, subnets, group) = network(&fixture.sdk()).await;
    let balancer = json!({ "Name": "front", "Subnets": subnets, "SecurityGroups": [group] });
    let arn = control.made(&elb("LoadBalancer"), &balancer).await;
    let ec2 = aws_sdk_ec2::Client::new(&fixture.sdk());
    let found = ec2.describe_network_interfaces().send().await.unwrap();
    let described: Vec<_> = found.network_interfaces().iter().filter_map(|one| one.description()).collect();
    assert!(described.len() == 2 && described[0].starts_with("ELB app/front/"), "{described:?}");
    assert_eq!(code(ec2.delete_subnet().subnet_id(&subnets[0]).send().await), "DependencyViolation");
    assert_eq!(code(ec2.delete_security_group().group_id(&group).send().await), "DependencyViolation");
    control.delete(&elb("LoadBalancer"), &arn).await;
    ec2.delete_subnet().subnet_id(&subnets[0]).send().await.unwrap();
    ec2.delete_security_group().group_id(&group).send().await.unwrap();
}

#[tokio::test]
async fn attributes_that_an_update_leaves_out_stay() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let (_, subnets, group) = network(&fixture.sdk()).await;
    let attribute = |key: &str, value: &str| json!({ "Key": key, "Value": value });
    let idle = attribute("idle_timeout.timeout_seconds", "120");
    let balancer = |attribute: &Value| json!({ "Name": "front", "Subnets": subnets, "SecurityGroups": [group], "LoadBalancerAttributes": [attribute] });
    for (wrong, words) in [
        (
            attribute("dns_record.client_routing_policy", "any_availability_zone"),
            "is not supported on load balancers with type 'application'",
        ),
        (attribute("routing.http2.enabled", ""), "must be 'true' or 'false', but was ''"),
    ] {
        let refused = control.create(&elb("LoadBalancer"), &balancer(&wrong)).await;
        assert!(outcome(&refused).2.contains(words), "{refused:?}");
    }
    let arn = control.made(&elb("LoadBalancer"), &balancer(&idle)).await;
    let other = json!([attribute("routing.http2.enabled", "false")]);
    let patch = json!([{ "op": "add", "path": "/LoadBalancerAttributes", "value": other }]);
    assert_eq!(outcome(&control.update(&elb("LoadBalancer"), &arn, &patch).await).0, "SUCCESS");
    let shown = control.read(&elb("LoadBalancer"), &arn).await["LoadBalancerAttributes"].clone();
    let shown = shown.as_array().unwrap();
    assert!(shown.contains(&idle) && shown.contains(&other[0]), "{shown:?}");
}

#[tokio::test]
async fn a_target_group_belongs_to_one_load_balancer() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let (vpc, subnets, group) = network(&fixture.sdk()).await;
    let mut balancers = Vec::new();
    for name in ["blue", "green"] {
        let balancer = json!({ "Name": name, "Subnets": subnets, "SecurityGroups": [group] });
        balancers.push(control.made(&elb("LoadBalancer"), &balancer).await);
    }
    let target = json!({ "Name": "web", "Port": 80, "Protocol": "HTTP", "VpcId": vpc, "TargetType": "ip" });
    let target = control.made(&elb("TargetGroup"), &target).await;
    let forward = json!([{ "Type": "forward", "ForwardConfig": { "TargetGroups": [{ "TargetGroupArn": target, "Weight": 1 }] } }]);
    let listener = |balancer: &str, protocol: &str| json!({ "LoadBalancerArn": balancer, "Port": 80, "Protocol": protocol, "DefaultActions": forward });
    for (protocol, words) in [("TCP", "must be one of 'HTTP, HTTPS'"), ("HTTPS", "A certificate must be specified")] {
        let refused = control.create(&elb("Listener"), &listener(&balancers[0], protocol)).await;
        assert!(outcome(&refused).2.contains(words), "{refused:?}");
    }
    let first = control.made(&elb("Listener"), &listener(&balancers[0], "HTTP")).await;
    let second = control.create(&elb("Listener"), &listener(&balancers[1], "HTTP")).await;
    assert!(outcome(&second).2.contains("cannot be associated with more than one load balancer"), "{second:?}");
    control.delete(&elb("Listener"), &first).await;
    control.made(&elb("Listener"), &listener(&balancers[1], "HTTP")).await;
}

#[tokio::test]
async fn a_function_as_a_target_lets_load_balancers_call_it() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    super::role(&fixture.sdk()).await;
    control.made("AWS::Lambda::Function", &super::function("router")).await;
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:router";
    let target = json!({ "Name": "calls", "TargetType": "lambda", "Targets": [{ "Id": arn }] });
    let refused = control.create(&elb("TargetGroup"), &target).await;
    assert_eq!(outcome(&refused).1, "AccessDenied", "{refused:?}");
    let principal = "elasticloadbalancing.amazonaws.com";
    let permission = json!({ "FunctionName": "router", "Action": "lambda:InvokeFunction", "Principal": principal });
    control.made("AWS::Lambda::Permission", &permission).await;
    let made = control.made(&elb("TargetGroup"), &target).await;
    let read = control.read(&elb("TargetGroup"), &made).await;
    assert_eq!((&read["HealthCheckEnabled"], &read["HealthCheckIntervalSeconds"]), (&json!(false), &json!(35)));
    let without = control.create(&elb("TargetGroup"), &json!({ "Name": "web" })).await;
    assert!(outcome(&without).2.contains("A protocol must be specified"), "{without:?}");
}
