use ebbtide::aws::SecurityGroupId;
use ebbtide::aws::ec2::{Cidr, DefaultSecurityGroup, Peer, SecurityGroup, SecurityRule, Traffic};
use ebbtide::resource::Resolved;
use ebbtide_engine::providers::Provider as _;
use ebbtide_engine::sdk::ErrorKind;
use serde_json::json;

use super::{group_in, new_vpc, tags};
use crate::harness::World;

fn tcp(port: u16, peer: Peer<Resolved>, description: &str) -> SecurityRule<Resolved> {
    SecurityRule { traffic: Traffic::Tcp(port.into()), peer, description: description.into() }
}

fn anywhere() -> SecurityRule<Resolved> {
    SecurityRule { traffic: Traffic::All, peer: Peer::Cidr(Cidr::ANYWHERE), description: String::new() }
}

#[tokio::test]
async fn a_security_group_lives() {
    let world = World::new();
    let (network, vpc) = new_vpc(&world).await;
    let other = world.make::<SecurityGroup>("application", &group_in(&vpc)).await;
    let application = Peer::Group(SecurityGroupId(other.id.clone()));
    let mut inputs = SecurityGroup {
        name: Some("endpoints".into()),
        ingress: vec![
            tcp(443, Peer::Itself, ""),
            tcp(443, application.clone(), "from the application"),
            tcp(443, Peer::Cidr("10.0.0.0/16".parse().unwrap()), ""),
            SecurityRule { traffic: Traffic::Udp((5000..=5010).into()), ..tcp(1, Peer::Itself, "probes") },
            SecurityRule { traffic: Traffic::Icmp, ..tcp(1, Peer::Itself, "") },
        ],
        egress: vec![anywhere()],
        tags: tags("team", "serving"),
        ..group_in(&vpc)
    };
    let mut made = world.make::<SecurityGroup>("endpoints", &inputs).await;
    inputs.ingress[0].description = "among each other".into();
    made.change_to(&inputs).await;
    inputs.ingress.remove(2);
    inputs.ingress.push(tcp(80, Peer::Itself, ""));
    made.change_to(&inputs).await;
    inputs.egress = vec![tcp(443, Peer::Cidr(Cidr::ANYWHERE), "HTTPS only")];
    made.change_to(&inputs).await;
    inputs.tags = tags("cost", "1");
    inputs.ingress.clear();
    inputs.egress.clear();
    made.change_to(&inputs).await;
    made.delete().await;
    other.delete().await;
    network.delete().await;
}

#[tokio::test]
async fn a_default_group_is_taken_over_closed_and_let_go_of() {
    let world = World::new();
    let (network, vpc) = new_vpc(&world).await;
    let mut inputs = DefaultSecurityGroup::<Resolved> {
        vpc: vpc.clone(),
        ingress: Vec::new(),
        egress: Vec::new(),
        tags: tags("team", "serving"),
    };
    let mut made = world.make::<DefaultSecurityGroup>("main", &inputs).await;
    let id = made.id.clone();
    let open = async || {
        let found = world.aws.ec2().describe_security_groups().group_ids(&id).send().await.unwrap();
        let group = &found.security_groups()[0];
        (group.ip_permissions().len() + group.ip_permissions_egress().len(), group.tags().len())
    };
    assert_eq!(open().await.0, 0);

    let context = world.context("ec2_default_security_group.main", 1);
    let mut foreign = context.clone();
    foreign.identity.lineage = Some("another".into());
    let error = DefaultSecurityGroup::create(&foreign, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");

    inputs.ingress = vec![tcp(443, Peer::Itself, "among each other")];
    inputs.tags = tags("cost", "1");
    made.change_to(&inputs).await;
    made.delete().await;
    assert_eq!(open().await, (1, 0), "no rule is restored, and no tag is left");
    let again = DefaultSecurityGroup { ingress: Vec::new(), ..inputs };
    world.make::<DefaultSecurityGroup>("main", &again).await.delete().await;
    assert_eq!(open().await, (0, 0));
    network.delete().await;
}

#[tokio::test]
async fn undeclared_egress_is_removed() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let made = world.make::<SecurityGroup>("closed", &group_in(&vpc)).await;
    assert_eq!(made.ready().await.inputs["egress"], json!([]));
    let open = world.make::<SecurityGroup>("open", &SecurityGroup { egress: vec![anywhere()], ..group_in(&vpc) }).await;
    assert_eq!(open.ready().await.inputs["egress"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn adding_and_removing_rules_twice_succeeds() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let before = SecurityGroup { ingress: vec![tcp(1, Peer::Itself, ""), tcp(2, Peer::Itself, "")], ..group_in(&vpc) };
    let after = SecurityGroup { ingress: vec![tcp(3, Peer::Itself, ""), tcp(4, Peer::Itself, "")], ..group_in(&vpc) };
    let mut made = world.make::<SecurityGroup>("main", &before).await;
    let before = made.inputs.clone();
    // Half of the changes were made when the response was lost.
    let half = SecurityGroup { ingress: vec![tcp(2, Peer::Itself, ""), tcp(3, Peer::Itself, "")], ..group_in(&vpc) };
    made.change_to(&half).await;
    made.inputs = before;
    made.change_to(&after).await;
}

#[tokio::test]
async fn a_rule_from_outside_is_found_and_removed() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let mut made = world.make::<SecurityGroup>("main", &group_in(&vpc)).await;
    let request = world.aws.ec2().authorize_security_group_ingress().group_id(&made.id);
    request.ip_protocol("tcp").from_port(22).to_port(22).cidr_ip("0.0.0.0/0").send().await.unwrap();
    let found = made.ready().await.inputs;
    let ssh = json!({"traffic": {"tcp": {"from": 22, "to": 22}}, "peer": {"cidr": "0.0.0.0/0"}, "description": ""});
    assert_eq!(found["ingress"], json!([ssh]));
    made.inputs = found;
    made.change_to(&group_in(&vpc)).await;
}

#[tokio::test]
async fn a_group_in_use_is_busy_and_a_taken_name_has_a_hint() {
    let world = World::new();
    let (_network, vpc) = new_vpc(&world).await;
    let named = SecurityGroup { name: Some("shared".into()), ..group_in(&vpc) };
    let used = world.make::<SecurityGroup>("used", &named).await;
    let peer = Peer::Group(SecurityGroupId(used.id.clone()));
    world.make::<SecurityGroup>("user", &SecurityGroup { ingress: vec![tcp(1, peer, "")], ..group_in(&vpc) }).await;
    let error = used.kind.delete(&used.context, &used.id, &used.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Busy, "{error}");
    let context = world.context("ec2_security_group.again", 1);
    let error = used.kind.create(&context, &used.inputs).await.unwrap_err();
    assert_eq!((error.kind, error.hint.is_some()), (ErrorKind::AlreadyExists, true), "{error}");
}
