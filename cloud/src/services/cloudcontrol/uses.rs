//! The items of AWS's bill that resources use by the hour: load balancers with their public addresses, and clusters of EKS.
//!
//! "You are charged for each hour or partial hour that an Application Load Balancer is running" (Elastic Load Balancing pricing). An
//! internet-facing one has a public address in each of its subnets, which bills as one in use (Amazon VPC pricing). Not metered:
//! capacity units, which need traffic; domains and collections of OpenSearch, instances of RDS and caches, whose prices or units the price
//! list here does not have; provisioned throughput of DynamoDB; nodes of EKS, and clusters in extended support; and everything that is
//! billed by use.

use serde_json::Value;

use super::resource::Resource;
use super::schema::path;
use super::tagged;
use super::template::Scope;
use crate::documents::Tables;
use crate::usage::{Item, Place, Use};

/// Returns the uses of a region. Unreadable records use nothing; Cloud Control refuses the calls that need them.
pub fn all(document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let resources = Resource::all(document).unwrap_or_default();
    resources.iter().flat_map(|resource| of(resource, place)).collect()
}

fn of(resource: &Resource, place: &Place<'_>) -> Vec<Use> {
    let scope = Scope {
        model: &Value::Null,
        region: place.region,
        partition: place.partition(),
        account: place.account,
        now_ms: place.now_ms,
        next: 1,
    };
    let Some(arn) = tagged::arn(resource, &scope) else { return Vec::new() };
    let used = |item: Item| Use {
        from_ms: Some(resource.ready_ms),
        until_ms: resource.deleting_ms,
        ..Use::new(item, arn.clone(), &tagged::tags(resource), place)
    };
    let model = &resource.model;
    match resource.type_name.as_str() {
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            let item = match model["Type"].as_str() {
                Some("application") => Item::ApplicationLoadBalancer,
                Some("network") => Item::NetworkLoadBalancer,
                _ => return Vec::new(),
            };
            let subnets = path::values(model, "Subnets/*").len() + path::values(model, "SubnetMappings/*").len();
            let is_public =
                model["Scheme"] == "internet-facing" && model["IpAddressType"] != "dualstack-without-public-ipv4";
            let addresses = if is_public { subnets } else { 0 };
            let address = |index: usize| Use { part: format!("address-{index}"), ..used(Item::AddressInUse) };
            std::iter::once(used(item)).chain((0..addresses).map(address)).collect()
        }
        "AWS::EKS::Cluster" => vec![used(Item::EksCluster)],
        _ => Vec::new(),
    }
}
