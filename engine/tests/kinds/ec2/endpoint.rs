use ebbtide::aws::ec2::{EndpointAccess, RouteTable, SecurityGroup, Subnet, VpcEndpoint, VpcEndpointOutputs};
use ebbtide::aws::{RouteTableId, SecurityGroupId, SubnetId, VpcId};
use ebbtide::resource::{Resolved, Tags};
use serde_json::{Value, json};

use super::{group_in, new_vpc, subnet_in, table_in, tags};
use crate::harness::World;

pub(super) fn gateway(vpc: &VpcId, route_tables: Vec<RouteTableId>) -> VpcEndpoint<Resolved> {
    VpcEndpoint {
        vpc: vpc.clone(),
        service: "s3".into(),
        access: EndpointAccess::Gateway,
        route_tables,
        subnets: Vec::new(),
        security_groups: Vec::new(),
        private_dns: false,
        policy: None,
        tags: Tags::new(),
    }
}

#[tokio::test]
async fn a_gateway_endpoint_lives_and_does_not_change_route_tables() {
    let world = World::new();
    let (network, vpc) = new_vpc(&world).await;
    let one = world.make::<RouteTable>("one", &table_in(&vpc)).await;
    let two = world.make::<RouteTable>("two", &table_in(&vpc)).await;
    let id = |table: &crate::harness::Made| RouteTableId(table.id.clone());
    let mut inputs = VpcEndpoint { tags: tags("team", "serving"), ..gateway(&vpc, vec![id(&two), id(&one)]) };
    let mut made = world.make::<VpcEndpoint>("s3", &inputs).await;
    // The routes to the service's prefix list are the endpoint's, not the table's.
    assert_eq!(one.ready().await.inputs["routes"], json!([]));
    inputs.route_tables = vec![id(&one)];
    made.change_to(&inputs).await;
    let reading = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"});
    inputs.policy = Some(json!({"Version": "2012-10-17", "Statement": [reading]}));
    inputs.tags = Tags::new();
    made.change_to(&inputs).await;
    inputs.policy = None;
    made.change_to(&inputs).await;
    made.delete().await;
    for made in [one, two, network] {
        made.delete().await;
    }
}

#[tokio::test]
async fn an_interface_endpoint_lives() {
    let world = World::new();
    let (network, vpc) = new_vpc(&world).await;
    let a = world.make::<Subnet>("a", &subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a")).await;
    let b = world.make::<Subnet>("b", &subnet_in(&vpc, "10.0.16.0/20", "eu-west-1b")).await;
    let one = world.make::<SecurityGroup>("one", &group_in(&vpc)).await;
    let two = world.make::<SecurityGroup>("two", &group_in(&vpc)).await;
    let mut inputs = VpcEndpoint {
        service: "sagemaker.runtime".into(),
        access: EndpointAccess::Interface,
        subnets: vec![SubnetId(b.id.clone()), SubnetId(a.id.clone())],
        security_groups: vec![SecurityGroupId(one.id.clone())],
        private_dns: true,
        ..gateway(&vpc, Vec::new())
    };
    let mut made = world.make::<VpcEndpoint>("runtime", &inputs).await;
    let outputs: VpcEndpointOutputs<Resolved> = made.outputs().await;
    assert!(outputs.dns_name.contains("sagemaker"), "{outputs:?}");
    inputs.subnets.pop();
    made.change_to(&inputs).await;
    inputs.security_groups = vec![SecurityGroupId(two.id.clone())];
    made.change_to(&inputs).await;
    inputs.private_dns = false;
    inputs.tags = tags("team", "serving");
    made.change_to(&inputs).await;
    // A list of one, and the principal in its long form.
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["*"], "Resource": ["*"]});
    inputs.policy = Some(json!({"Statement": [statement]}));
    made.change_to(&inputs).await;
    inputs.policy = None;
    made.change_to(&inputs).await;
    made.delete().await;
    for made in [a, b, one, two, network] {
        made.delete().await;
    }
}

#[tokio::test]
async fn a_client_token_creates_one_endpoint() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let made = world.make::<VpcEndpoint>("s3", &gateway(&vpc, Vec::new())).await;
    assert_eq!(made.kind.create(&made.context, &made.inputs).await.unwrap(), made.id);
}

#[tokio::test]
async fn an_endpoint_policy_that_is_written_in_another_way_is_no_difference() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let policy = |action: Value, principal: Value, resource: Value| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}]})
    };
    let declared = policy(json!(["s3:GetObject", "s3:PutObject"]), json!("*"), json!("*"));
    let inputs = VpcEndpoint { policy: Some(declared), ..gateway(&vpc, Vec::new()) };
    let made = world.make::<VpcEndpoint>("s3", &inputs).await;
    let put = async |document: Value| {
        let request = world.aws.ec2().modify_vpc_endpoint().vpc_endpoint_id(&made.id);
        request.policy_document(document.to_string()).send().await.unwrap();
    };
    put(policy(json!(["s3:PutObject", "s3:GetObject"]), json!({"AWS": ["*"]}), json!(["*"]))).await;
    assert_eq!(made.ready().await.inputs, made.inputs);
    put(policy(json!(["s3:PutObject"]), json!("*"), json!("*"))).await;
    assert_ne!(made.ready().await.inputs["policy"], made.inputs["policy"]);
    // A reset from outside is a difference as well.
    world.aws.ec2().modify_vpc_endpoint().vpc_endpoint_id(&made.id).reset_policy(true).send().await.unwrap();
    assert_eq!(made.ready().await.inputs["policy"], Value::Null);
}
