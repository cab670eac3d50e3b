//! Tags, filters, pages, dry runs, zones, and calls that do not exist.

use aws_sdk_ec2::types::{ResourceType, Tag};

use super::{Region, filter, tagged, unknown_id};
use crate::support::{Fixture, code};

#[tokio::test]
async fn tags_are_set_at_creation_found_changed_and_gone_with_their_thing() {
    let region = Region::new();
    let ec2 = &region.ec2;
    let specification = tagged(ResourceType::Vpc, "ebb:stack", "adept ai/ü+&");
    let made = ec2.create_vpc().cidr_block("10.0.0.0/16").tag_specifications(specification).send().await.unwrap();
    let vpc = made.vpc().unwrap();
    assert_eq!(vpc.tags()[0].value(), Some("adept ai/ü+&"));
    let id = vpc.vpc_id().unwrap();
    region.vpc_of("10.1.0.0/16").await;
    let find = |name: &str, value: &str| ec2.describe_vpcs().filters(filter(name, value)).send();
    for (name, value) in [("tag:ebb:stack", "adept*"), ("tag-key", "ebb:stack"), ("tag:ebb:stack", "adept ai/ü+&")] {
        let found = find(name, value).await.unwrap();
        assert_eq!(found.vpcs().len(), 1, "{name}={value}");
        assert_eq!(found.vpcs()[0].vpc_id(), Some(id));
    }
    assert!(find("tag:ebb:stack", "adept").await.unwrap().vpcs().is_empty());
    assert_eq!(code(find("nonsense", "x").await), "InvalidParameterValue");

    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    ec2.create_tags().resources(id).tags(tag("a", "1")).tags(tag("ebb:stack", "two")).send().await.unwrap();
    let listed = ec2.describe_tags().filters(filter("resource-id", id)).send().await.unwrap();
    let pairs: Vec<_> = listed.tags().iter().map(|tag| (tag.key().unwrap(), tag.value().unwrap())).collect();
    assert_eq!(pairs, [("a", "1"), ("ebb:stack", "two")]);
    assert_eq!(listed.tags()[0].resource_type(), Some(&ResourceType::Vpc));
    ec2.delete_tags().resources(id).tags(tag("a", "other")).tags(tag("ebb:stack", "two")).send().await.unwrap();
    assert_eq!(ec2.describe_tags().send().await.unwrap().tags().len(), 1, "a tag of another value stays");
    ec2.delete_vpc().vpc_id(id).send().await.unwrap();
    assert!(ec2.describe_tags().send().await.unwrap().tags().is_empty());

    let missing = ec2.create_tags().resources(unknown_id("subnet")).tags(tag("a", "1")).send().await;
    assert_eq!(code(missing), "InvalidSubnetID.NotFound");
    assert_eq!(code(ec2.create_tags().resources("what").tags(tag("a", "1")).send().await), "InvalidID");
    let wrong = tagged(ResourceType::Subnet, "a", "b");
    let wrong = ec2.create_vpc().cidr_block("10.0.0.0/16").tag_specifications(wrong).send().await;
    assert_eq!(code(wrong), "InvalidParameterValue");
    let reserved = tagged(ResourceType::Vpc, "aws:x", "b");
    let reserved = ec2.create_vpc().cidr_block("10.0.0.0/16").tag_specifications(reserved).send().await;
    assert_eq!(code(reserved), "InvalidParameterValue");
}

#[tokio::test]
async fn pages_show_everything_once() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    for number in 0..12 {
        region.subnet(&vpc, &format!("10.0.{number}.0/24"), "us-east-1a").await;
    }
    let mut pages = ec2.describe_subnets().into_paginator().page_size(5).send();
    let (mut seen, mut count) = (std::collections::BTreeSet::new(), 0);
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert!(page.subnets().len() <= 5);
        count += 1;
        seen.extend(page.subnets().iter().map(|subnet| subnet.subnet_id().unwrap().to_owned()));
    }
    assert_eq!((seen.len(), count), (12, 3));
    assert_eq!(code(ec2.describe_subnets().max_results(2).send().await), "InvalidMaxResults");
    assert_eq!(code(ec2.describe_subnets().next_token("!").send().await), "InvalidNextToken");
}

#[tokio::test]
async fn a_dry_run_changes_nothing_but_is_checked() {
    let region = Region::new();
    let ec2 = &region.ec2;
    assert_eq!(code(ec2.create_vpc().cidr_block("10.0.0.0/16").dry_run(true).send().await), "DryRunOperation");
    assert_eq!(code(ec2.create_vpc().cidr_block("10.0.0.0/8").dry_run(true).send().await), "InvalidVpc.Range");
    assert!(ec2.describe_vpcs().send().await.unwrap().vpcs().is_empty());
}

#[tokio::test]
async fn unsupported_parameters_are_refused_by_name() {
    let region = Region::new();
    let ec2 = &region.ec2;
    let ipv6 = |asked: bool| ec2.create_vpc().cidr_block("10.0.0.0/16").amazon_provided_ipv6_cidr_block(asked).send();
    let refused = ipv6(true).await.unwrap_err().into_service_error();
    assert_eq!(refused.meta().code(), Some("UnsupportedOperation"));
    assert!(refused.meta().message().unwrap().contains("AmazonProvidedIpv6CidrBlock"));
    ipv6(false).await.unwrap();
}

#[tokio::test]
async fn zones_and_regions_are_real_ones() {
    let region = Region::new();
    let ec2 = &region.ec2;
    let zones = ec2.describe_availability_zones().filters(filter("state", "available")).send().await.unwrap();
    let names: Vec<_> = zones.availability_zones().iter().filter_map(|zone| zone.zone_name()).collect();
    assert_eq!(names, ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f"]);
    let unknown = ec2.describe_availability_zones().zone_names("us-east-1z").send().await;
    assert_eq!(code(unknown), "InvalidParameterValue");
    let regions = ec2.describe_regions().region_names("eu-west-1").send().await.unwrap();
    assert_eq!(regions.regions()[0].endpoint(), Some("ec2.eu-west-1.amazonaws.com"));
}

#[tokio::test]
async fn malformed_ids_and_unknown_operations_are_named() {
    let region = Region::new();
    let ec2 = &region.ec2;
    assert_eq!(code(ec2.describe_vpcs().vpc_ids("vpc-1").send().await), "InvalidVpcID.Malformed");
    assert_eq!(code(ec2.describe_security_groups().group_ids("x").send().await), "InvalidGroupId.Malformed");
    assert_eq!(code(ec2.describe_route_tables().route_table_ids("x").send().await), "InvalidRouteTableId.Malformed");
    let refused = ec2.describe_instances().send().await.unwrap_err().into_service_error();
    assert_eq!(refused.meta().code(), Some("InvalidAction"));
    assert!(refused.meta().message().unwrap().contains("DescribeInstances"));
}

#[tokio::test]
async fn another_process_sees_all_resources() {
    let fixture = Fixture::new();
    let ec2 = aws_sdk_ec2::Client::new(&fixture.sdk());
    let made = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap();
    let other = fixture.again();
    let seen =
        aws_sdk_ec2::Client::new(&crate::support::sdk(&other, "us-east-1")).describe_vpcs().send().await.unwrap();
    assert_eq!(seen.vpcs()[0].vpc_id(), made.vpc().unwrap().vpc_id());
    let elsewhere = aws_sdk_ec2::Client::new(&crate::support::sdk(&other, "eu-west-1")).describe_vpcs().send().await;
    assert!(elsewhere.unwrap().vpcs().is_empty(), "each region has its own");
}
