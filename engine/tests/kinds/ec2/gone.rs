//! A deletion that misses another resource has not deleted anything.

use std::sync::Arc;

use ebbtide::aws::ec2::{
    DefaultSecurityGroup, ElasticIp, InternetGateway, NatGateway, Route, RouteTable, RouteTarget, SecurityGroup,
    Subnet, VpcEndpoint,
};
use ebbtide::aws::{AllocationId, InternetGatewayId, SubnetId};
use ebbtide::resource::Tags;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::service::Fault;

use super::{endpoint, gateway_of, group_in, new_vpc, subnet_in, table_in};
use crate::harness::{Made, World};

/// The code of a resource that no kind is about.
const ANOTHER: &str = "InvalidNetworkInterfaceID.NotFound";

/// Answers every call that takes something away with the code of another resource.
struct MissesAnother;

impl CallHook for MissesAnother {
    fn before(&self, call: &Call) -> FaultAction {
        let takes_away = ["Delete", "Release", "Detach", "Disassociate"];
        match takes_away.iter().any(|verb| call.operation.starts_with(verb)) {
            true => FaultAction::Refuse(Fault::new(ANOTHER, "it does not exist")),
            false => FaultAction::Act,
        }
    }
}

/// Creates one resource of each kind, those that use others last.
async fn one_of_each(world: &World) -> Vec<Made> {
    let (network, vpc) = new_vpc(world).await;
    let internet = world.make::<InternetGateway>("main", &gateway_of(&vpc)).await;
    let subnet = world.make::<Subnet>("a", &subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a")).await;
    let group = world.make::<SecurityGroup>("main", &group_in(&vpc)).await;
    let default = DefaultSecurityGroup { vpc: vpc.clone(), ingress: Vec::new(), egress: Vec::new(), tags: Tags::new() };
    let default = world.make::<DefaultSecurityGroup>("main", &default).await;
    let address = world.make::<ElasticIp>("nat", &ElasticIp::default()).await;
    let out = RouteTarget::InternetGateway(InternetGatewayId(internet.id.clone()));
    let table = RouteTable {
        routes: vec![Route { destination: "0.0.0.0/0".parse().unwrap(), target: out }],
        subnets: vec![SubnetId(subnet.id.clone())],
        ..table_in(&vpc)
    };
    let table = world.make::<RouteTable>("main", &table).await;
    let nat = NatGateway {
        subnet: SubnetId(subnet.id.clone()),
        allocation: Some(AllocationId(address.id.clone())),
        tags: Tags::new(),
    };
    let nat = world.make::<NatGateway>("main", &nat).await;
    let endpoint = world.make::<VpcEndpoint>("s3", &endpoint::gateway(&vpc, Vec::new())).await;
    vec![network, internet, subnet, group, default, address, table, nat, endpoint]
}

#[tokio::test]
async fn no_kind_takes_the_absence_of_another_resource_for_its_own() {
    let world = World::new();
    let all = one_of_each(&world).await;
    let kinds = ebbtide_engine::providers::providers();
    let known = kinds.kinds().iter().filter(|kind| kind.info().name.starts_with("ec2_")).count();
    assert_eq!(all.len(), known, "every kind of EC2 is here");
    world.cloud.faults().install(Arc::new(MissesAnother));
    for made in &all {
        let deleted = made.kind.delete(&made.context, &made.id, &made.inputs).await;
        let error = deleted.expect_err(&made.id);
        assert!(error.is_code(ANOTHER), "{}: {error}", made.id);
    }
    world.cloud.faults().clear();
    for made in all.into_iter().rev() {
        made.delete().await;
    }
}
