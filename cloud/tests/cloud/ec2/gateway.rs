//! Elastic IP addresses and NAT gateways.

use aws_sdk_ec2::types::NatGatewayState;

use super::{Region, filter, unknown_id};
use crate::support::code;

/// Returns a VPC with an internet gateway and a subnet: the VPC, the internet gateway, the subnet.
async fn public_subnet(region: &Region) -> (String, String, String) {
    let vpc = region.vpc().await;
    let gateway = region.internet_gateway(&vpc).await;
    let subnet = region.subnet(&vpc, "10.0.1.0/24", "us-east-1a").await;
    (vpc, gateway, subnet)
}

#[tokio::test]
async fn a_nat_gateway_holds_address_subnet_and_internet_gateway_until_it_is_deleted() {
    let region = Region::new();
    let ec2 = &region.ec2;
    let (vpc, gateway, subnet) = public_subnet(&region).await;
    let address = region.address().await;
    let call = ec2.create_nat_gateway().subnet_id(&subnet).allocation_id(&address);
    let nat = call.send().await.unwrap().nat_gateway.unwrap();
    assert_eq!(nat.state(), Some(&NatGatewayState::Pending));
    assert_eq!(nat.vpc_id(), Some(&*vpc));
    let nat = nat.nat_gateway_id().unwrap();
    region.nat_gateway_becomes(nat, NatGatewayState::Available).await;

    let seen = ec2.describe_addresses().allocation_ids(&address).send().await.unwrap();
    let interface = seen.addresses()[0].network_interface_id().unwrap();
    let association = seen.addresses()[0].association_id().unwrap();
    let interfaces = ec2.describe_network_interfaces().filters(filter("subnet-id", &subnet)).send().await.unwrap();
    assert_eq!(interfaces.network_interfaces()[0].network_interface_id(), Some(interface));
    let subnets = ec2.describe_subnets().subnet_ids(&subnet).send().await.unwrap();
    assert_eq!(subnets.subnets()[0].available_ip_address_count(), Some(250));

    let release = || ec2.release_address().allocation_id(&address);
    let delete_subnet = || ec2.delete_subnet().subnet_id(&subnet);
    let detach = || ec2.detach_internet_gateway().internet_gateway_id(&gateway).vpc_id(&vpc);
    let disassociate = || ec2.disassociate_address().association_id(association);
    assert_eq!(code(release().send().await), "AuthFailure");
    assert_eq!(code(disassociate().send().await), "AuthFailure");
    assert_eq!(code(delete_subnet().send().await), "DependencyViolation");
    assert_eq!(code(detach().send().await), "DependencyViolation");
    ec2.delete_nat_gateway().nat_gateway_id(nat).send().await.unwrap();
    region.nat_gateway_becomes(nat, NatGatewayState::Deleted).await;
    let seen = ec2.describe_addresses().allocation_ids(&address).send().await.unwrap();
    let address_after = &seen.addresses()[0];
    assert_eq!((address_after.association_id(), address_after.network_interface_id()), (None, None));
    assert_eq!(code(disassociate().send().await), "InvalidAssociationID.NotFound");
    release().send().await.unwrap();
    delete_subnet().send().await.unwrap();
    detach().send().await.unwrap();
    // The deleted gateway is still listed, but prevents nothing.
    let left = ec2.describe_nat_gateways().filter(filter("vpc-id", &vpc)).send().await.unwrap();
    assert_eq!(left.nat_gateways()[0].state(), Some(&NatGatewayState::Deleted));
    assert_eq!(code(ec2.delete_nat_gateway().nat_gateway_id(nat).send().await), "NatGatewayNotFound");
    ec2.delete_vpc().vpc_id(&vpc).send().await.unwrap();
}

#[tokio::test]
async fn deleting_takes_its_time() {
    let region = Region::slow();
    let ec2 = &region.ec2;
    let (_, _, subnet) = public_subnet(&region).await;
    let address = region.address().await;
    let nat = region.nat_gateway(&subnet, &address).await;
    ec2.delete_nat_gateway().nat_gateway_id(&nat).send().await.unwrap();
    let at_once = ec2.release_address().allocation_id(&address).send().await;
    assert_eq!(code(at_once), "AuthFailure");
    region.nat_gateway_becomes(&nat, NatGatewayState::Deleted).await;
    ec2.release_address().allocation_id(&address).send().await.unwrap();
}

#[tokio::test]
async fn the_same_client_token_makes_one_gateway() {
    let region = Region::new();
    let ec2 = &region.ec2;
    let (_, _, subnet) = public_subnet(&region).await;
    let address = region.address().await;
    let create = |address: &str| ec2.create_nat_gateway().subnet_id(&subnet).allocation_id(address).client_token("t");
    let first = create(&address).send().await.unwrap();
    let again = create(&address).send().await.unwrap();
    assert_eq!(again.nat_gateway().unwrap().nat_gateway_id(), first.nat_gateway().unwrap().nat_gateway_id());
    assert_eq!(again.client_token(), Some("t"));
    let other = region.address().await;
    assert_eq!(code(create(&other).send().await), "IdempotentParameterMismatch");
    assert_eq!(ec2.describe_nat_gateways().send().await.unwrap().nat_gateways().len(), 1);
}

#[tokio::test]
async fn a_gateway_that_aws_accepts_and_then_fails_fails_here_too() {
    let region = Region::new();
    let ec2 = &region.ec2;
    let vpc = region.vpc().await;
    let subnet = region.subnet(&vpc, "10.0.1.0/24", "us-east-1a").await;
    let address = region.address().await;
    let nat = region.nat_gateway(&subnet, &address).await;
    region.nat_gateway_becomes(&nat, NatGatewayState::Failed).await;
    let seen = ec2.describe_nat_gateways().nat_gateway_ids(&nat).send().await.unwrap();
    assert_eq!(seen.nat_gateways()[0].failure_code(), Some("Gateway.NotAttached"));

    region.internet_gateway(&vpc).await;
    let first = region.nat_gateway(&subnet, &address).await;
    let second = region.nat_gateway(&subnet, &address).await;
    region.nat_gateway_becomes(&first, NatGatewayState::Available).await;
    region.nat_gateway_becomes(&second, NatGatewayState::Failed).await;
    let seen = ec2.describe_nat_gateways().nat_gateway_ids(&second).send().await.unwrap();
    assert_eq!(seen.nat_gateways()[0].failure_code(), Some("Resource.AlreadyAssociated"));
}

#[tokio::test]
async fn unknown_and_malformed_ids() {
    let region = Region::new();
    let ec2 = &region.ec2;
    let describe = |id: String| ec2.describe_nat_gateways().nat_gateway_ids(id);
    assert_eq!(code(describe(unknown_id("nat")).send().await), "NatGatewayNotFound");
    assert_eq!(code(describe("nat-x".into()).send().await), "NatGatewayMalformed");
    let address = ec2.describe_addresses().allocation_ids(unknown_id("eipalloc"));
    assert_eq!(code(address.send().await), "InvalidAllocationID.NotFound");
    assert_eq!(code(ec2.describe_addresses().public_ips("198.51.100.1").send().await), "InvalidAddress.NotFound");
    let (_, _, subnet) = public_subnet(&region).await;
    let create = ec2.create_nat_gateway().subnet_id(&subnet);
    assert_eq!(code(create.clone().send().await), "MissingParameter");
    assert_eq!(code(create.allocation_id(unknown_id("eipalloc")).send().await), "InvalidAllocationID.NotFound");
}
