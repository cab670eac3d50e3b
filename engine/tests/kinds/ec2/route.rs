use ebbtide::aws::ec2::{ElasticIp, InternetGateway, NatGateway, Route, RouteTable, RouteTarget, Subnet};
use ebbtide::aws::{AllocationId, InternetGatewayId, NatGatewayId, SubnetId};
use ebbtide::resource::{Resolved, Tags};
use serde_json::json;

use super::{gateway_of, new_vpc, subnet_in, table_in, tags};
use crate::harness::World;

fn route(destination: &str, target: RouteTarget<Resolved>) -> Route<Resolved> {
    Route { destination: destination.parse().unwrap(), target }
}

#[tokio::test]
async fn a_route_table_lives() {
    let world = World::new();
    let (network, vpc) = new_vpc(&world).await;
    let internet = world.make::<InternetGateway>("main", &gateway_of(&vpc)).await;
    let a = world.make::<Subnet>("a", &subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a")).await;
    let b = world.make::<Subnet>("b", &subnet_in(&vpc, "10.0.16.0/20", "eu-west-1b")).await;
    let out = || RouteTarget::InternetGateway(InternetGatewayId(internet.id.clone()));
    // In an order that AWS would not return: the declared order must be read.
    let routes = vec![route("192.0.2.0/24", out()), route("0.0.0.0/0", out())];
    let subnets = vec![SubnetId(b.id.clone()), SubnetId(a.id.clone())];
    let mut inputs = RouteTable { routes, subnets, tags: tags("team", "serving"), ..table_in(&vpc) };
    let mut made = world.make::<RouteTable>("main", &inputs).await;
    inputs.routes.reverse();
    inputs.subnets.reverse();
    made.change_to(&inputs).await;
    inputs.routes.pop();
    inputs.subnets.pop();
    inputs.tags = Tags::new();
    made.change_to(&inputs).await;
    inputs.routes.push(route("198.51.100.0/24", out()));
    inputs.subnets = vec![SubnetId(b.id.clone())];
    made.change_to(&inputs).await;
    made.delete().await;
    for made in [a, b, internet, network] {
        made.delete().await;
    }
}

#[tokio::test]
async fn a_route_moves_to_another_gateway_and_is_removed_with_a_pause() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let internet = world.make::<InternetGateway>("main", &gateway_of(&vpc)).await;
    let subnet = world.make::<Subnet>("public", &subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a")).await;
    let address = world.make::<ElasticIp>("nat", &ElasticIp::default()).await;
    let nat = NatGateway {
        subnet: SubnetId(subnet.id.clone()),
        allocation: Some(AllocationId(address.id.clone())),
        tags: Tags::new(),
    };
    let nat = world.make::<NatGateway>("a", &nat).await;
    let out = RouteTarget::InternetGateway(InternetGatewayId(internet.id.clone()));
    let mut made =
        world.make::<RouteTable>("main", &RouteTable { routes: vec![route("0.0.0.0/0", out)], ..table_in(&vpc) }).await;
    let through = RouteTarget::NatGateway(NatGatewayId(nat.id.clone()));
    let private = RouteTable { routes: vec![route("0.0.0.0/0", through)], ..table_in(&vpc) };
    made.change_to(&private).await;
    // The gateway is deleted without a change of the table. The route stays as a blackhole, which is a difference.
    let nat_id = nat.id.clone();
    nat.delete().await;
    let blackhole = json!([{"destination": "0.0.0.0/0", "target": {"blackhole": nat_id}}]);
    assert_eq!(made.ready().await.inputs["routes"], blackhole);
    made.change_to(&table_in(&vpc)).await;
}

#[tokio::test]
async fn a_subnet_moves_from_one_table_to_another() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let subnet = world.make::<Subnet>("a", &subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a")).await;
    let with = RouteTable { subnets: vec![SubnetId(subnet.id.clone())], ..table_in(&vpc) };
    let mut one = world.make::<RouteTable>("one", &with).await;
    let mut two = world.make::<RouteTable>("two", &table_in(&vpc)).await;
    two.change_to(&with).await;
    assert_eq!(one.ready().await.inputs["subnets"], json!([]));
    one.change_to(&table_in(&vpc)).await;
    // Once more, as after a lost response.
    two.kind.update(&two.context, &two.id, &one.inputs, &two.inputs).await.unwrap();
    assert_eq!(two.ready().await.inputs, two.inputs);
}

#[tokio::test]
async fn a_route_from_outside_is_found_and_removed() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let internet = world.make::<InternetGateway>("main", &gateway_of(&vpc)).await;
    let mut made = world.make::<RouteTable>("main", &table_in(&vpc)).await;
    let request = world.aws.ec2().create_route().route_table_id(&made.id).gateway_id(&internet.id);
    request.destination_cidr_block("0.0.0.0/0").send().await.unwrap();
    let found = made.ready().await.inputs;
    assert_eq!(found["routes"], json!([{"destination": "0.0.0.0/0", "target": {"internet_gateway": internet.id}}]));
    made.inputs = found;
    made.change_to(&table_in(&vpc)).await;
}

#[tokio::test]
async fn a_client_token_creates_one_route_table() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let made = world.make::<RouteTable>("main", &table_in(&vpc)).await;
    assert_eq!(made.kind.create(&made.context, &made.inputs).await.unwrap(), made.id);
}

#[tokio::test]
async fn order_alone_makes_no_call() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let a = world.make::<Subnet>("a", &subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a")).await;
    let b = world.make::<Subnet>("b", &subnet_in(&vpc, "10.0.16.0/20", "eu-west-1b")).await;
    let mut inputs = RouteTable { subnets: vec![SubnetId(b.id.clone()), SubnetId(a.id.clone())], ..table_in(&vpc) };
    let made = world.make::<RouteTable>("main", &inputs).await;
    inputs.subnets.reverse();
    let calls = world.cloud.faults().calls();
    let to = serde_json::to_value(&inputs).unwrap();
    made.kind.update(&made.context, &made.id, &made.inputs, &to).await.unwrap();
    assert_eq!(world.cloud.faults().calls(), calls);
}

/// Counts the calls that AWS refuses.
#[derive(Default)]
struct Refusals(std::sync::atomic::AtomicUsize);

impl ebbtide_cloud::faults::CallHook for Refusals {
    fn answered(&self, _call: &ebbtide_cloud::faults::Call, status: u16) {
        if status >= 400 {
            self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    }
}

#[tokio::test]
async fn a_route_that_exists_is_replaced_at_once_and_made_if_it_was_removed() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let internet = world.make::<InternetGateway>("main", &gateway_of(&vpc)).await;
    let subnet = world.make::<Subnet>("public", &subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a")).await;
    let address = world.make::<ElasticIp>("nat", &ElasticIp::default()).await;
    let nat = NatGateway {
        subnet: SubnetId(subnet.id.clone()),
        allocation: Some(AllocationId(address.id.clone())),
        tags: Tags::new(),
    };
    let nat = world.make::<NatGateway>("a", &nat).await;
    let to = |target: RouteTarget<Resolved>| RouteTable { routes: vec![route("0.0.0.0/0", target)], ..table_in(&vpc) };
    let out = to(RouteTarget::InternetGateway(InternetGatewayId(internet.id.clone())));
    let through = to(RouteTarget::NatGateway(NatGatewayId(nat.id.clone())));
    let mut made = world.make::<RouteTable>("main", &out).await;
    let refusals = std::sync::Arc::new(Refusals::default());
    world.cloud.faults().install(refusals.clone());
    made.change_to(&through).await;
    assert_eq!(refusals.0.load(std::sync::atomic::Ordering::SeqCst), 0);
    // Removed from outside in the meantime.
    let ec2 = world.aws.ec2();
    ec2.delete_route().route_table_id(&made.id).destination_cidr_block("0.0.0.0/0").send().await.unwrap();
    made.change_to(&out).await;
}
