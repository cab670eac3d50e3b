//! Load balancers and tables: obstacles to deletion, and usage.

use ebbtide_cloud::{Durations, Settings};
use jiff::Timestamp;
use serde_json::json;

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

#[tokio::test]
async fn a_protected_table_stays() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let table = json!({
        "TableName": "t", "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }], "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }], "DeletionProtectionEnabled": true,
    });
    control.made("AWS::DynamoDB::Table", &table).await;
    assert!(outcome(&control.delete("AWS::DynamoDB::Table", "t").await).2.contains("protected against deletion"));
    let open = json!([{ "op": "replace", "path": "/DeletionProtectionEnabled", "value": false }]);
    control.update("AWS::DynamoDB::Table", "t", &open).await;
    assert_eq!(outcome(&control.delete("AWS::DynamoDB::Table", "t").await).0, "SUCCESS");
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
async fn a_rule_takes_its_pattern_as_a_text() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let kind = "AWS::Events::Rule";
    let none = control.create(kind, &json!({ "Name": "drift" })).await;
    assert!(outcome(&none).2.contains("EventPattern or ScheduleExpression must be specified"), "{none:?}");
    let pattern = json!({ "source": ["aws.sagemaker"] });
    let object = control.create(kind, &json!({ "Name": "drift", "EventPattern": pattern })).await;
    assert_eq!(outcome(&object).1, "InvalidRequest");
    let made = control.made(kind, &json!({ "Name": "drift", "EventPattern": pattern.to_string() })).await;
    assert_eq!(made, "arn:aws:events:us-east-1:123456789012:rule/drift");
    assert_eq!(control.read(kind, &made).await["State"], "ENABLED");
}

#[tokio::test]
async fn a_queue_needs_its_dead_letter_queue_and_a_cache_is_named_in_small_letters() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let kind = "AWS::SQS::Queue";
    let policy = json!({ "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": 3 });
    let desired = json!({ "QueueName": "retraining", "RedrivePolicy": policy });
    assert!(outcome(&control.create(kind, &desired).await).2.contains("Dead letter target does not exist"));
    control.made(kind, &json!({ "QueueName": "dead" })).await;
    control.made(kind, &desired).await;
    let fifo = control.create(kind, &json!({ "QueueName": "a", "FifoQueue": true })).await;
    assert!(outcome(&fifo).2.contains("must end with .fifo"), "{fifo:?}");
    let cache = json!({ "ServerlessCacheName": "Answers", "Engine": "valkey" });
    assert_eq!(control.made("AWS::ElastiCache::ServerlessCache", &cache).await, "answers");
}

#[tokio::test]
async fn some_changes_are_refused_by_the_handler_alone() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let kind = "AWS::OpenSearchService::Domain";
    control.made(kind, &json!({ "DomainName": "search", "EncryptionAtRestOptions": { "Enabled": false } })).await;
    let encrypted = |on: bool| json!([{ "op": "add", "path": "/EncryptionAtRestOptions", "value": { "Enabled": on } }]);
    assert_eq!(outcome(&control.update(kind, "search", &encrypted(true)).await).0, "SUCCESS");
    let off = control.update(kind, "search", &encrypted(false)).await;
    assert_eq!((outcome(&off).0, outcome(&off).1), ("FAILED", "NotUpdatable"));
    assert_eq!(control.read(kind, "search").await["EncryptionAtRestOptions"]["Enabled"], true);
}
