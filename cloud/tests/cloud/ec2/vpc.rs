//! VPCs, subnets and internet gateways.

use aws_sdk_ec2::types::{AttributeBooleanValue, VpcAttributeName, VpcState};

use super::{Region, filter, unknown_id};
use crate::support::code;

#[tokio::test]
async fn a_vpc_comes_with_its_defaults_and_goes_with_them() {
    let region = Region::new();
    let ec2 = &region.ec2;
    let created = ec2.create_vpc().cidr_block("10.1.2.3/16").send().await.unwrap();
    let vpc = created.vpc().unwrap();
    assert_eq!((vpc.cidr_block(), vpc.state()), (Some("10.1.0.0/16"), Some(&VpcState::Pending)));
    let id = vpc.vpc_id().unwrap();
    let seen = ec2.describe_vpcs().vpc_ids(id).send().await.unwrap();
    assert_eq!(seen.vpcs()[0].state(), Some(&VpcState::Available));

    let of_vpc = || filter("vpc-id", id);
    let tables = ec2.describe_route_tables().filters(of_vpc()).send().await.unwrap();
    let [main] = tables.route_tables() else { panic!("{tables:?}") };
    assert_eq!(main.associations()[0].main(), Some(true));
    assert_eq!(main.routes()[0].destination_cidr_block(), Some("10.1.0.0/16"));
    assert_eq!(main.routes()[0].gateway_id(), Some("local"));
    let groups = ec2.describe_security_groups().filters(of_vpc()).send().await.unwrap();
    assert_eq!(groups.security_groups()[0].group_name(), Some("default"));
    assert_eq!(ec2.describe_network_acls().filters(of_vpc()).send().await.unwrap().network_acls().len(), 1);

    ec2.delete_vpc().vpc_id(id).send().await.unwrap();
    assert_eq!(code(ec2.describe_vpcs().vpc_ids(id).send().await), "InvalidVpcID.NotFound");
    assert!(ec2.describe_route_tables().send().await.unwrap().route_tables().is_empty());
    assert!(ec2.describe_security_groups().send().await.unwrap().security_groups().is_empty());
    assert!(ec2.describe_security_group_rules().send().await.unwrap().security_group_rules().is_empty());
}

#[tokio::test]
async fn ranges_are_checked() {
    let region = Region::new();
    let ec2 = &region.ec2;
    for (cidr, refusal) in [
        ("10.0.0.0/8", "InvalidVpc.Range"),
        ("10.0.0.0/29", "InvalidVpc.Range"),
        ("10.0.0.0", "InvalidParameterValue"),
        ("300.0.0.0/16", "InvalidParameterValue"),
    ] {
        assert_eq!(code(ec2.create_vpc().cidr_block(cidr).send().await), refusal, "{cidr}");
    }
    assert!(ec2.describe_vpcs().send().await.unwrap().vpcs().is_empty());

    let vpc = region.vpc().await;
    region.subnet(&vpc, "10.0.1.0/24", "us-east-1a").await;
    for (cidr, refusal) in [
        ("10.0.1.128/25", "InvalidSubnet.Conflict"),
        ("10.0.0.0/16", "InvalidSubnet.Conflict"),
        ("10.1.0.0/24", "InvalidSubnet.Range"),
        ("10.0.2.0/29", "InvalidSubnet.Range"),
    ] {
        let call = ec2.create_subnet().vpc_id(&vpc).cidr_block(cidr);
        assert_eq!(code(call.send().await), refusal, "{cidr}");
    }
    let elsewhere = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.2.0/24").availability_zone("us-east-1z");
    assert_eq!(code(elsewhere.send().await), "InvalidParameterValue");
    let unknown = ec2.create_subnet().vpc_id(unknown_id("vpc")).cidr_block("10.0.2.0/24");
    assert_eq!(code(unknown.send().await), "InvalidVpcID.NotFound");
}

#[tokio::test]
async fn dns_attributes_change_one_at_a_time() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let hostnames = || async {
        let call = ec2.describe_vpc_attribute().vpc_id(&vpc).attribute(VpcAttributeName::EnableDnsHostnames);
        call.send().await.unwrap().enable_dns_hostnames().unwrap().value()
    };
    assert_eq!(hostnames().await, Some(false));
    let on = || AttributeBooleanValue::builder().value(true).build();
    ec2.modify_vpc_attribute().vpc_id(&vpc).enable_dns_hostnames(on()).send().await.unwrap();
    assert_eq!(hostnames().await, Some(true));
    let both = ec2.modify_vpc_attribute().vpc_id(&vpc).enable_dns_hostnames(on()).enable_dns_support(on());
    assert_eq!(code(both.send().await), "InvalidParameterCombination");
    let support = ec2.describe_vpc_attribute().vpc_id(&vpc).attribute(VpcAttributeName::EnableDnsSupport);
    assert_eq!(support.send().await.unwrap().enable_dns_support().unwrap().value(), Some(true));
}

#[tokio::test]
async fn a_subnet_knows_its_zone_its_addresses_and_public_addresses() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let id = region.subnet(&vpc, "10.0.1.0/24", "us-east-1b").await;
    let on = AttributeBooleanValue::builder().value(true).build();
    ec2.modify_subnet_attribute().subnet_id(&id).map_public_ip_on_launch(on).send().await.unwrap();
    let seen = ec2.describe_subnets().filters(filter("vpc-id", &vpc)).send().await.unwrap();
    let [subnet] = seen.subnets() else { panic!("{seen:?}") };
    assert_eq!(subnet.availability_zone_id(), Some("use1-az2"));
    assert_eq!(subnet.available_ip_address_count(), Some(251));
    assert_eq!(subnet.map_public_ip_on_launch(), Some(true));
    let other = AttributeBooleanValue::builder().value(true).build();
    let ipv6 = ec2.modify_subnet_attribute().subnet_id(&id).assign_ipv6_address_on_creation(other);
    assert_eq!(code(ipv6.send().await), "InvalidParameterValue");
    assert_eq!(code(ec2.delete_vpc().vpc_id(&vpc).send().await), "DependencyViolation");
    ec2.delete_subnet().subnet_id(&id).send().await.unwrap();
    assert_eq!(code(ec2.delete_subnet().subnet_id(&id).send().await), "InvalidSubnetID.NotFound");
    ec2.delete_vpc().vpc_id(&vpc).send().await.unwrap();
}

#[tokio::test]
async fn one_internet_gateway_for_a_vpc() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let gateway = region.internet_gateway(&vpc).await;
    let attach = |gateway: &str| ec2.attach_internet_gateway().internet_gateway_id(gateway).vpc_id(&vpc);
    assert_eq!(code(attach(&gateway).send().await), "Resource.AlreadyAssociated");
    let second = ec2.create_internet_gateway().send().await.unwrap();
    let second = second.internet_gateway().unwrap().internet_gateway_id().unwrap();
    assert_eq!(code(attach(second).send().await), "InvalidParameterValue");
    let found = ec2.describe_internet_gateways().filters(filter("attachment.vpc-id", &vpc)).send().await.unwrap();
    assert_eq!(found.internet_gateways()[0].internet_gateway_id(), Some(&*gateway));
    assert_eq!(found.internet_gateways().len(), 1);

    let delete = || ec2.delete_internet_gateway().internet_gateway_id(&gateway);
    let detach = || ec2.detach_internet_gateway().internet_gateway_id(&gateway).vpc_id(&vpc);
    assert_eq!(code(delete().send().await), "DependencyViolation");
    assert_eq!(code(ec2.delete_vpc().vpc_id(&vpc).send().await), "DependencyViolation");
    detach().send().await.unwrap();
    assert_eq!(code(detach().send().await), "Gateway.NotAttached");
    delete().send().await.unwrap();
    assert_eq!(code(delete().send().await), "InvalidInternetGatewayID.NotFound");
}
