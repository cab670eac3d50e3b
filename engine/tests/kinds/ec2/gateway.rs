use ebbtide::aws::ec2::{ElasticIp, InternetGateway, NatGateway, Subnet};
use ebbtide::aws::{AllocationId, SubnetId};
use ebbtide::resource::{Readiness, Resolved, Tags};
use ebbtide_engine::sdk::ErrorKind;

use super::{gateway_of, new_vpc, subnet_in, tags};
use crate::harness::{Made, World, provider};

#[tokio::test]
async fn an_internet_gateway_lives() {
    let world = World::new();
    let (network, vpc) = new_vpc(&world).await;
    let mut made = world.make::<InternetGateway>("main", &gateway_of(&vpc)).await;
    made.change_to(&InternetGateway { tags: tags("team", "serving"), ..gateway_of(&vpc) }).await;
    made.change_to(&InternetGateway { attached: false, ..gateway_of(&vpc) }).await;
    made.change_to(&gateway_of(&vpc)).await;
    made.delete().await;
    network.delete().await;
}

#[tokio::test]
async fn an_update_attaches_a_detached_internet_gateway() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let mut made = world.make::<InternetGateway>("main", &gateway_of(&vpc)).await;
    let ec2 = world.aws.ec2();
    ec2.detach_internet_gateway().internet_gateway_id(&made.id).vpc_id(vpc.as_str()).send().await.unwrap();
    let found = made.ready().await.inputs;
    assert_eq!((&found["vpc"], &found["attached"]), (&vpc.as_str().into(), &false.into()));
    let wanted = made.inputs.clone();
    made.inputs = found;
    made.change_to(&wanted).await;
}

#[tokio::test]
async fn attaching_an_internet_gateway_twice_succeeds() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let made = world.make::<InternetGateway>("main", &gateway_of(&vpc)).await;
    let mut detached = made.inputs.clone();
    detached["attached"] = false.into();
    made.kind.update(&made.context, &made.id, &detached, &made.inputs).await.unwrap();
}

async fn nat_gateway(world: &World) -> (Vec<Made>, NatGateway<Resolved>) {
    let (network, vpc) = new_vpc(world).await;
    let internet = world.make::<InternetGateway>("main", &gateway_of(&vpc)).await;
    let subnet = world.make::<Subnet>("public-a", &subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a")).await;
    let address = world.make::<ElasticIp>("nat-a", &ElasticIp::default()).await;
    let inputs = NatGateway {
        subnet: SubnetId(subnet.id.clone()),
        allocation: Some(AllocationId(address.id.clone())),
        tags: Tags::new(),
    };
    (vec![address, subnet, internet, network], inputs)
}

#[tokio::test]
async fn a_nat_gateway_lives_and_releases_its_address() {
    let world = World::new();
    let (foundation, inputs) = nat_gateway(&world).await;
    let mut made = world.make::<NatGateway>("a", &inputs).await;
    made.change_to(&NatGateway { tags: tags("team", "serving"), ..inputs }).await;
    let address = &foundation[0];
    let error = address.kind.delete(&address.context, &address.id, &address.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Busy, "{error}");
    made.delete().await;
    for made in foundation {
        made.delete().await;
    }
}

#[tokio::test]
async fn a_client_token_creates_one_nat_gateway() {
    let world = World::new();
    let (_foundation, inputs) = nat_gateway(&world).await;
    let made = world.make::<NatGateway>("a", &inputs).await;
    assert_eq!(made.kind.create(&made.context, &made.inputs).await.unwrap(), made.id);
}

#[tokio::test]
async fn a_nat_gateway_is_pending_without_differences() {
    let world = World::new();
    let (_foundation, inputs) = nat_gateway(&world).await;
    let context = world.context("ec2_nat_gateway.a", 1);
    let kind = provider("ec2_nat_gateway");
    let inputs = serde_json::to_value(inputs).unwrap();
    let id = kind.create(&context, &inputs).await.unwrap();
    let made = Made { kind, context, id, inputs };
    let first = made.read().await.unwrap();
    assert!(matches!(first.readiness, Readiness::Pending(_) | Readiness::Ready));
    assert_eq!(first.inputs, made.inputs, "nothing differs while it is pending");
    made.ready().await;
    made.delete().await;
}

#[tokio::test]
async fn a_private_nat_gateway_has_no_address() {
    let world = World::new();
    let (_foundation, inputs) = nat_gateway(&world).await;
    world.make::<NatGateway>("a", &NatGateway { allocation: None, ..inputs }).await.delete().await;
}

/// Refuses every call of one operation.
struct Refuse(&'static str);

impl ebbtide_cloud::faults::CallHook for Refuse {
    fn before(&self, call: &ebbtide_cloud::faults::Call) -> ebbtide_cloud::faults::FaultAction {
        use ebbtide_cloud::{faults::FaultAction, service::Fault};
        match call.operation == self.0 {
            true => {
                FaultAction::Refuse(Fault { status: 403, code: "UnauthorizedOperation".into(), message: "no".into() })
            }
            false => FaultAction::Act,
        }
    }
}

#[tokio::test]
async fn a_partly_created_internet_gateway_is_found_and_completed() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let kind = provider("ec2_internet_gateway");
    let context = world.context("ec2_internet_gateway.main", 1);
    let inputs = serde_json::to_value(gateway_of(&vpc)).unwrap();
    world.cloud.faults().install(std::sync::Arc::new(Refuse("AttachInternetGateway")));
    let error = kind.create(&context, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied, "{error}");
    world.cloud.faults().clear();
    let id = kind.find(&context, &inputs).await.unwrap().expect("it has its tags from the start");
    let made = Made { kind, context, id, inputs };
    let found = made.ready().await.inputs;
    assert_eq!(found["attached"], false);
    made.kind.update(&made.context, &made.id, &found, &made.inputs).await.unwrap();
    assert_eq!(made.ready().await.inputs, made.inputs);
    made.delete().await;
}
