//! Elastic Load Balancing: load balancers, groups of targets, listeners.

use ebbtide::aws::elbv2::{
    Action, Listener, ListenerOutputs, LoadBalancer, LoadBalancerAddresses, LoadBalancerOutputs, Protocol, Redirect,
    Target, TargetGroup, TargetGroupOutputs,
};
use ebbtide::aws::{SubnetId, VpcId};
use ebbtide::resource::{Resolved, Tags};
use serde_json::Value;

use super::in_another_process;
use crate::declared::resolved;
use crate::harness::{Made, World};

struct Network {
    vpc: VpcId,
    subnets: Vec<SubnetId>,
    groups: Vec<String>,
}

async fn network(world: &World) -> Network {
    let ec2 = world.aws.ec2();
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
    let mut subnets = Vec::new();
    for (block, zone) in [("10.0.1.0/24", "a"), ("10.0.2.0/24", "b"), ("10.0.3.0/24", "c")] {
        let create = ec2.create_subnet().vpc_id(&vpc).cidr_block(block).availability_zone(format!("eu-west-1{zone}"));
        subnets.push(SubnetId(create.send().await.unwrap().subnet.unwrap().subnet_id.unwrap()));
    }
    let mut groups = Vec::new();
    for name in ["near", "far"] {
        let create = ec2.create_security_group().vpc_id(&vpc).group_name(name).description(name);
        groups.push(create.send().await.unwrap().group_id.unwrap());
    }
    Network { vpc: VpcId(vpc), subnets, groups }
}

fn balancer(network: &Network) -> LoadBalancer {
    LoadBalancer::application(network.subnets[..2].to_vec()).with_group(&*network.groups[0]).internal()
}

async fn made_balancer(world: &World, name: &str, inputs: &LoadBalancer) -> (Made, LoadBalancerOutputs<Resolved>) {
    let made = world.make::<LoadBalancer>(name, &resolved::<_, LoadBalancer<Resolved>>(inputs)).await;
    let outputs = made.outputs().await;
    (made, outputs)
}

#[tokio::test]
async fn a_load_balancer_goes_through_every_change() {
    let world = World::new();
    let network = network(&world).await;
    let (mut made, outputs) = made_balancer(&world, "Front", &balancer(&network)).await;
    assert!(outputs.dns_name.ends_with(".elb.amazonaws.com") && !outputs.hosted_zone.is_empty(), "{outputs:?}");
    assert!(made.id.ends_with(&outputs.full_name), "{outputs:?}");
    let base = || balancer(&network);
    let tags = Tags::from([("team".into(), "llm".into())]);
    let subnets = network.subnets.iter().cloned().map(Into::into).collect();
    let changes = [
        base().with("idle_timeout.timeout_seconds", "120").with("routing.http2.enabled", "false"),
        base().with("idle_timeout.timeout_seconds", "5"),
        LoadBalancer { subnets, ..base() },
        LoadBalancer { security_groups: vec![(&*network.groups[1]).into()], ..base() },
        LoadBalancer { ip_addresses: LoadBalancerAddresses::Dualstack, tags, ..base() },
        base(),
    ];
    for changed in changes {
        made.change_to(&resolved::<_, LoadBalancer<Resolved>>(&changed)).await;
    }
    let get = world.aws.cloudcontrol().get_resource().type_name("AWS::ElasticLoadBalancingV2::LoadBalancer");
    let read = get.identifier(&made.id).send().await.unwrap().resource_description.unwrap();
    let model: Value = serde_json::from_str(&read.properties.unwrap()).unwrap();
    let value = |key: &str| {
        let attributes = model["LoadBalancerAttributes"].as_array().unwrap();
        attributes.iter().find(|one| one["Key"] == key).unwrap()["Value"].clone()
    };
    assert_eq!((value("idle_timeout.timeout_seconds"), value("routing.http2.enabled")), ("60".into(), "true".into()));
    made.delete().await;
}

#[tokio::test]
async fn a_listener_and_its_target_groups_go_through_every_change() {
    let world = World::new();
    let network = network(&world).await;
    let (front, of_front) = made_balancer(&world, "Front", &balancer(&network)).await;
    let base = || TargetGroup::http(network.vpc.clone(), 80);
    let mut groups = Vec::new();
    for name in ["blue", "green"] {
        groups.push(world.make::<TargetGroup>(name, &resolved::<_, TargetGroup<Resolved>>(&base())).await);
    }
    let changes = [
        base().to(Target::at("10.0.1.5")).to(Target { port: Some(81), ..Target::at("10.0.1.6") }),
        TargetGroup { health_check_path: Some("/health".into()), success_codes: Some("200-299".into()), ..base() },
        TargetGroup { health_check_protocol: Some(Protocol::Https), health_check_interval_seconds: 60, ..base() },
        base().with("deregistration_delay.timeout_seconds", "30"),
        TargetGroup { tags: Tags::from([("team".into(), "llm".into())]), ..base() },
        base(),
    ];
    for changed in changes {
        groups[0].change_to(&resolved::<_, TargetGroup<Resolved>>(&changed)).await;
    }
    let blue: TargetGroupOutputs<Resolved> = groups[0].outputs().await;
    let green: TargetGroupOutputs<Resolved> = groups[1].outputs().await;
    let base = || Listener::http(of_front.arn.clone(), 80, Action::forward(blue.arn.clone()));
    let with = |action: Action| Listener { default_actions: vec![action], ..base() };
    let mut made = world.make::<Listener>("http", &resolved::<_, Listener<Resolved>>(&base())).await;
    let outputs: ListenerOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), made.id);
    let mut sticky = Action::split([(blue.arn.clone(), 90), (green.arn.clone(), 10)]);
    let weighted = sticky.clone();
    sticky.forward.iter_mut().for_each(|forward| (forward.sticky, forward.sticky_seconds) = (true, Some(60)));
    let certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/1";
    let changes = [
        with(weighted),
        with(sticky),
        with(Action::respond(503, "Later")),
        with(Action::redirect(Redirect::to_https())),
        Listener::https(of_front.arn.clone(), 443, certificate, Action::forward(green.arn.clone())),
        base().with("routing.http.response.server.enabled", "false"),
        base(),
    ];
    for changed in changes {
        made.change_to(&resolved::<_, Listener<Resolved>>(&changed)).await;
    }
    let error = groups[0].kind.delete(&groups[0].context, &groups[0].id, &groups[0].inputs).await.unwrap_err();
    assert!(error.message.contains("currently in use by a listener"), "{error}");
    let found = made.kind.find(&in_another_process(&world, &made.context), &made.inputs).await.unwrap();
    assert_eq!(found.as_ref(), Some(&made.id));
    made.delete().await;
    front.delete().await;
    for group in groups {
        group.delete().await;
    }
}
