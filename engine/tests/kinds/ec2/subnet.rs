use ebbtide::aws::ec2::Subnet;
use ebbtide_engine::sdk::ErrorKind;

use super::{new_vpc, subnet_in, tags};
use crate::harness::World;

#[tokio::test]
async fn a_subnet_lives() {
    let world = World::new();
    let (network, vpc) = new_vpc(&world).await;
    let inputs = Subnet { tags: tags("team", "serving"), ..subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a") };
    let mut made = world.make::<Subnet>("a", &inputs).await;
    let mut other = inputs.clone();
    other.public = true;
    made.change_to(&other).await;
    other.tags = tags("cost", "1");
    made.change_to(&other).await;
    other.public = false;
    made.change_to(&other).await;
    made.delete().await;
    network.delete().await;
}

#[tokio::test]
async fn a_subnet_is_public_from_the_start() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let inputs = Subnet { public: true, ..subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a") };
    world.make::<Subnet>("a", &inputs).await.delete().await;
}

#[tokio::test]
async fn a_change_from_outside_is_found() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let made = world.make::<Subnet>("a", &subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a")).await;
    let tag = aws_sdk_ec2::types::Tag::builder().key("by").value("hand").build();
    world.aws.ec2().create_tags().resources(&made.id).tags(tag).send().await.unwrap();
    assert_eq!(made.ready().await.inputs["tags"], serde_json::json!({"by": "hand"}));
    world.aws.ec2().delete_subnet().subnet_id(&made.id).send().await.unwrap();
    assert_eq!(made.read().await, None);
}

#[tokio::test]
async fn another_generation_is_not_found() {
    let world = World::new();
    let (network, vpc) = new_vpc(&world).await;
    let made = world.make::<Subnet>("a", &subnet_in(&vpc, "10.0.0.0/20", "eu-west-1a")).await;
    let next = world.context("ec2_subnet.a", 2);
    assert_eq!(made.kind.find(&next, &made.inputs).await.unwrap(), None);
    let error = network.kind.delete(&network.context, &network.id, &network.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Busy, "{error}");
}
