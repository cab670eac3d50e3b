use super::*;
use crate::aws::opensearch::{DomainLog, NodeKind, NodeOption, OffPeak, Volume};
use crate::resource::Tags;

fn domain() -> Domain {
    Domain { volume: Some(Volume::gp3(100)), ..Domain::on("r6g.large.search", 2) }
}

fn masters() -> Domain {
    Domain { dedicated_masters: true, master_type: Some("r6g.large.search".into()), master_count: Some(3), ..domain() }
}

fn warm() -> Domain {
    Domain { warm: true, warm_type: Some("ultrawarm1.medium.search".into()), warm_count: Some(2), ..masters() }
}

fn refused(domain: &Domain) -> Vec<String> {
    let mut problems = Problems::new();
    domain.validate(&mut problems);
    problems.fields().into_iter().map(str::to_owned).collect()
}

#[test]
fn invalid_nodes_are_refused() {
    let node = NodeOption { kind: NodeKind::Coordinator, enabled: true, instance_type: "r6g.large".into(), count: 1 };
    let standby = Domain { zone_awareness: true, zones: Some(3), instance_count: 3, standby: true, ..masters() };
    let volume = |volume: Volume| Domain { volume: Some(volume), ..domain() };
    let cases = [
        ("instance_type", Domain { instance_type: "r6g.large".into(), ..domain() }),
        ("nodes", Domain { nodes: vec![node], ..domain() }),
        ("instance_count", Domain { instance_count: 0, ..domain() }),
        ("dedicated_masters", Domain { dedicated_masters: true, ..domain() }),
        ("dedicated_masters", Domain { dedicated_masters: false, ..masters() }),
        ("master_type", Domain { master_type: Some("m5".into()), ..masters() }),
        ("master_count", Domain { master_count: Some(2), ..masters() }),
        ("master_count", Domain { master_count: Some(4), ..masters() }),
        ("zones", Domain { zone_awareness: true, zones: Some(4), instance_count: 4, ..domain() }),
        ("zones", Domain { zones: Some(2), ..domain() }),
        ("instance_count", Domain { zone_awareness: true, zones: Some(3), ..domain() }),
        ("standby", Domain { instance_count: 4, ..standby.clone() }),
        ("standby", Domain { zones: None, ..standby }),
        ("subnets", Domain { subnets: vec!["subnet-1".into(), "subnet-2".into()], ..domain() }),
        ("security_groups", Domain { security_groups: vec!["sg-1".into()], ..domain() }),
        ("warm", Domain { warm: false, ..warm() }),
        ("warm", Domain { dedicated_masters: false, master_type: None, master_count: None, ..warm() }),
        ("warm_type", Domain { warm_type: Some("r6g.large.search".into()), ..warm() }),
        ("cold_storage", Domain { cold_storage: true, ..domain() }),
        ("volume", volume(Volume::gp3(9))),
        ("volume", volume(Volume { kind: VolumeKind::Gp2, iops: Some(3000), ..Volume::gp3(10) })),
        ("volume", volume(Volume { kind: VolumeKind::Io1, throughput: Some(125), ..Volume::gp3(10) })),
    ];
    for (field, domain) in cases {
        assert_eq!(refused(&domain), [field], "{domain:?}");
    }
    assert!(refused(&domain()).is_empty() && refused(&warm()).is_empty());
}

#[test]
fn invalid_access_and_care_are_refused() {
    let arn = || Some("arn:aws:kms:eu-west-1:1:key/1".into());
    let role = || Some("arn:aws:iam::1:role/a".into());
    let logs = |kind: &str| BTreeMap::from([(kind.to_owned(), DomainLog::to("arn"))]);
    let cases = [
        ("name", Domain { name: Some("Docs".into()), ..domain() }),
        ("name", Domain { name: Some("x".repeat(29)), ..domain() }),
        ("kms_key", Domain { kms_key: arn(), encrypted: false, ..domain() }),
        ("kms_key", Domain { kms_key: Some("alias/a".into()), ..domain() }),
        ("fine_grained", Domain { fine_grained: true, ..domain() }),
        ("fine_grained", Domain { master_user: role(), ..domain() }),
        ("fine_grained", Domain { fine_grained: true, master_user: role(), enforce_https: false, ..domain() }),
        ("custom_endpoint_enabled", Domain { custom_endpoint: Some("search.example.com".into()), ..domain() }),
        ("tls_policy", Domain { tls_policy: Some("TLS-1-2".into()), ..domain() }),
        ("ip_address_type", Domain { ip_address_type: Some("ipv6".into()), ..domain() }),
        ("access_policy", Domain { access_policy: Some(json!("all")), ..domain() }),
        ("access_policy", Domain { access_policy: Some(json!({ "a": "x".repeat(102_400) })), ..domain() }),
        ("engine_version", Domain { engine_version: Some("3.1".into()), ..domain() }),
        ("engine_version", Domain { engine_version: Some("OpenSearch_3".into()), ..domain() }),
        ("logs", Domain { logs: logs("SLOW"), ..domain() }),
        ("logs", Domain { logs: logs("AUDIT_LOGS"), ..domain() }),
        ("snapshot_hour", Domain { snapshot_hour: Some(24), ..domain() }),
        ("off_peak", Domain { off_peak: Some(OffPeak { hour: 1, minute: 60 }), ..domain() }),
        ("tags", Domain { tags: Tags::from([("aws:x".into(), "y".into())]), ..domain() }),
    ];
    for (field, domain) in cases {
        assert_eq!(refused(&domain), [field], "{domain:?}");
    }
}

#[test]
fn every_node_and_volume_is_billed() {
    let charges = |domain: Domain| match domain.billing() {
        Billing::Charges(charges) => {
            charges.into_iter().map(|charge| (charge.item, charge.quantity)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let nodes = ("opensearch.r6g.large.search".to_owned(), 2.0);
    assert_eq!(charges(domain()), [nodes.clone(), ("opensearch.storage.gp3".into(), 200.0)]);
    assert_eq!(charges(Domain::on("r6g.large.search", 2)), [nodes]);
    let volume = Volume { iops: Some(4000), throughput: Some(125), ..Volume::gp3(100) };
    let fast = charges(Domain { volume: Some(volume), ..warm() });
    let items: Vec<_> = fast.iter().map(|(item, quantity)| (item.as_str(), *quantity)).collect();
    let expected = [
        ("opensearch.r6g.large.search", 2.0),
        ("opensearch.r6g.large.search", 3.0),
        ("opensearch.ultrawarm1.medium.search", 2.0),
        ("opensearch.storage.gp3", 200.0),
        ("opensearch.storage.gp3.iops", 2000.0),
        ("opensearch.storage.warm", 1.0),
    ];
    assert_eq!(items, expected);
}

#[test]
fn a_pause_keeps_a_domain() {
    assert_eq!(domain().paused(), crate::resource::OnPause::Keep);
}
