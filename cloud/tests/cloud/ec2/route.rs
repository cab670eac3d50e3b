//! Route tables, routes and associations.

use aws_sdk_ec2::types::{NatGatewayState, RouteState};

use super::{Region, filter, unknown_id};
use crate::support::code;

#[tokio::test]
async fn routes_live_and_die_with_their_targets() {
    let region = Region::slow();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let gateway = region.internet_gateway(&vpc).await;
    let subnet = region.subnet(&vpc, "10.0.1.0/24", "us-east-1a").await;
    let nat = region.nat_gateway(&subnet, &region.address().await).await;
    let table = region.route_table(&vpc).await;
    let to_nat = || ec2.create_route().route_table_id(&table).destination_cidr_block("0.0.0.0/0").nat_gateway_id(&nat);
    assert_eq!(code(to_nat().send().await), "InvalidNatGatewayID.NotFound", "it is still pending");
    region.nat_gateway_becomes(&nat, NatGatewayState::Available).await;
    to_nat().send().await.unwrap();
    assert_eq!(code(to_nat().send().await), "RouteAlreadyExists");

    let state = || async {
        let seen = ec2.describe_route_tables().route_table_ids(&table).send().await.unwrap();
        let routes = seen.route_tables()[0].routes().to_vec();
        assert_eq!(routes.len(), 2, "the local route and ours");
        routes[1].state().cloned().unwrap()
    };
    assert_eq!(state().await, RouteState::Active);
    ec2.delete_nat_gateway().nat_gateway_id(&nat).send().await.unwrap();
    region.nat_gateway_becomes(&nat, NatGatewayState::Deleted).await;
    assert_eq!(state().await, RouteState::Blackhole);
    let replace = ec2.replace_route().route_table_id(&table).destination_cidr_block("0.0.0.0/0").gateway_id(&gateway);
    replace.send().await.unwrap();
    assert_eq!(state().await, RouteState::Active);

    let delete = |cidr: &str| ec2.delete_route().route_table_id(&table).destination_cidr_block(cidr);
    delete("0.0.0.0/0").send().await.unwrap();
    assert_eq!(code(delete("0.0.0.0/0").send().await), "InvalidRoute.NotFound");
    assert_eq!(code(delete("10.0.0.0/16").send().await), "InvalidParameterValue");
}

#[tokio::test]
async fn routes_are_checked() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let other = region.vpc_of("10.9.0.0/16").await;
    let (gateway, elsewhere) = (region.internet_gateway(&vpc).await, region.internet_gateway(&other).await);
    let table = region.route_table(&vpc).await;
    let to = |cidr: &str, gateway: &str| {
        ec2.create_route().route_table_id(&table).destination_cidr_block(cidr).gateway_id(gateway).send()
    };
    assert_eq!(code(to("0.0.0.0/0", &elsewhere).await), "InvalidParameterValue");
    assert_eq!(code(to("0.0.0.0/0", &unknown_id("igw")).await), "InvalidGatewayID.NotFound");
    assert_eq!(code(to("10.0.0.0/16", &gateway).await), "RouteAlreadyExists");
    assert_eq!(code(to("10.0.1.0/24", &gateway).await), "InvalidParameterValue");
    assert_eq!(code(to("nonsense", &gateway).await), "InvalidParameterValue");
    let without = ec2.create_route().route_table_id(&table).destination_cidr_block("0.0.0.0/0");
    assert_eq!(code(without.send().await), "MissingParameter");
    let unknown = ec2.create_route().route_table_id(unknown_id("rtb")).destination_cidr_block("0.0.0.0/0");
    assert_eq!(code(unknown.gateway_id(&gateway).send().await), "InvalidRouteTableID.NotFound");
}

#[tokio::test]
async fn a_subnet_has_one_route_table() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let subnet = region.subnet(&vpc, "10.0.1.0/24", "us-east-1a").await;
    let (first, second) = (region.route_table(&vpc).await, region.route_table(&vpc).await);
    let associate = |table: &str| ec2.associate_route_table().route_table_id(table).subnet_id(&subnet);
    let association = associate(&first).send().await.unwrap().association_id.unwrap();
    assert_eq!(code(associate(&second).send().await), "Resource.AlreadyAssociated");
    let delete = |table: &str| ec2.delete_route_table().route_table_id(table);
    assert_eq!(code(delete(&first).send().await), "DependencyViolation");

    let replace = ec2.replace_route_table_association().association_id(&association).route_table_id(&second);
    let replaced = replace.send().await.unwrap().new_association_id.unwrap();
    let found = ec2.describe_route_tables().filters(filter("association.subnet-id", &subnet)).send().await.unwrap();
    assert_eq!(found.route_tables()[0].route_table_id(), Some(&*second));
    delete(&first).send().await.unwrap();
    let disassociate = |id: &str| ec2.disassociate_route_table().association_id(id);
    assert_eq!(code(disassociate(&association).send().await), "InvalidAssociationID.NotFound");
    disassociate(&replaced).send().await.unwrap();

    let main = ec2.describe_route_tables().filters(filter("association.main", "true")).send().await.unwrap();
    let main = &main.route_tables()[0];
    assert_eq!(code(delete(main.route_table_id().unwrap()).send().await), "DependencyViolation");
    let main_association = main.associations()[0].route_table_association_id().unwrap();
    assert_eq!(code(disassociate(main_association).send().await), "InvalidParameterValue");
    assert_eq!(code(ec2.delete_vpc().vpc_id(&vpc).send().await), "DependencyViolation");

    // An association does not keep its subnet.
    associate(&second).send().await.unwrap();
    ec2.delete_subnet().subnet_id(&subnet).send().await.unwrap();
    delete(&second).send().await.unwrap();
    ec2.delete_vpc().vpc_id(&vpc).send().await.unwrap();
}
