use ebbtide::aws::ec2::{Cidr, Vpc};
use ebbtide::resource::Tags;

use super::tags;
use crate::harness::World;

fn inputs() -> Vpc {
    Vpc::new(Cidr::new([10, 0, 0, 0], 16))
}

#[tokio::test]
async fn a_vpc_lives() {
    let world = World::new();
    let mut vpc = Vpc { tags: tags("team", "serving"), ..inputs() };
    let mut made = world.make::<Vpc>("main", &vpc).await;
    vpc.dns_hostnames = false;
    made.change_to(&vpc).await;
    vpc.dns_support = false;
    vpc.tags = Tags::new();
    made.change_to(&vpc).await;
    made.change_to(&inputs()).await;
    made.delete().await;
}

#[tokio::test]
async fn another_generation_of_a_vpc_is_not_found() {
    let world = World::new();
    let made = world.make::<Vpc>("main", &inputs()).await;
    let next = world.context("ec2_vpc.main", 2);
    assert_eq!(made.kind.find(&next, &made.inputs).await.unwrap(), None);
}
