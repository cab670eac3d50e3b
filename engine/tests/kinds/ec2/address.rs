use ebbtide::aws::ec2::{ElasticIp, ElasticIpOutputs};
use ebbtide::resource::{Resolved, Tags};

use super::tags;
use crate::harness::World;

#[tokio::test]
async fn an_address_lives() {
    let world = World::new();
    let inputs = ElasticIp { keep_while_paused: false, tags: tags("team", "serving") };
    let mut made = world.make::<ElasticIp>("nat", &inputs).await;
    let outputs: ElasticIpOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.allocation_id.as_str(), made.id);
    outputs.public_ip.parse::<std::net::Ipv4Addr>().unwrap();
    made.change_to(&ElasticIp { keep_while_paused: true, tags: Tags::new() }).await;
    let again: ElasticIpOutputs<Resolved> = made.outputs().await;
    assert_eq!(again, outputs);
    made.delete().await;
}
