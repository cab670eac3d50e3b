//! Creations that AWS cannot tell from a repetition: one whose response is lost is not sent a second time.

use std::collections::BTreeSet;

use ebbtide_cloud::faults::FaultInjector;
use ebbtide_engine::providers::providers;
use ebbtide_engine::sdk::Aws;
use serde_json::{Value, json};

use crate::harness::{World, provider};

/// The most calls of one creation.
const MOST_CALLS: u64 = 8;

/// Returns the inputs of a kind whose creation no name and no token tells from another one.
async fn inputs(kind: &str, aws: &Aws) -> Value {
    match kind {
        "ec2_vpc" => json!({ "cidr": "10.0.0.0/16", "dns_support": true, "dns_hostnames": true, "tags": {} }),
        "ec2_subnet" => {
            let vpc = aws.ec2().create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id;
            json!({ "vpc": vpc, "cidr": "10.0.1.0/24", "zone": "eu-west-1a", "public_ip_on_launch": false, "tags": {} })
        }
        "ec2_internet_gateway" => {
            let vpc = aws.ec2().create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id;
            json!({ "vpc": vpc, "tags": {} })
        }
        "ec2_elastic_ip" => json!({ "tags": {} }),
        "kms_key" => json!({
            "description": "one", "policy": null, "account_access": true, "enabled": true, "rotation_days": null,
            "deletion_days": 7, "tags": {},
        }),
        other => panic!("{other} is new here: say what creates one, and how they are counted"),
    }
}

async fn count(kind: &str, aws: &Aws) -> usize {
    let ec2 = aws.ec2();
    match kind {
        "ec2_vpc" => ec2.describe_vpcs().send().await.unwrap().vpcs().len(),
        "ec2_subnet" => ec2.describe_subnets().send().await.unwrap().subnets().len(),
        "ec2_internet_gateway" => ec2.describe_internet_gateways().send().await.unwrap().internet_gateways().len(),
        "ec2_elastic_ip" => ec2.describe_addresses().send().await.unwrap().addresses().len(),
        "kms_key" => aws.kms().list_keys().send().await.unwrap().keys().len(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_creation_whose_response_is_lost_is_sent_once() {
    let all = providers();
    let kinds: BTreeSet<String> = all
        .kinds()
        .iter()
        .map(|kind| kind.info())
        .filter(|info| !info.idempotent_create)
        .map(|info| info.name.clone())
        .collect();
    assert!(kinds.contains("kms_key") && kinds.contains("ec2_vpc"), "{kinds:?}");
    for kind in kinds {
        for at in 1..=MOST_CALLS {
            let world = World::new();
            let wanted = inputs(&kind, &world.aws).await;
            let before = count(&kind, &world.aws).await;
            world.cloud.faults().install(FaultInjector::from_spec(&format!("drop-after={at}")).unwrap());
            // It fails if the response was that of the creation, which the executor settles.
            let _ = provider(&kind).create(&world.context(&format!("{kind}.one"), 1), &wanted).await;
            world.cloud.faults().install(FaultInjector::from_spec("").unwrap());
            assert_eq!(count(&kind, &world.aws).await, before + 1, "{kind}: the response of call {at} is lost");
        }
    }
}
