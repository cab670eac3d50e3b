//! The network interfaces of resources, which keep subnets and security groups from being deleted.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::resource::Resource;
use super::schema::path;
use crate::documents::Tables;

/// Where a type has its subnets and its security groups, and how descriptions of its interfaces begin (documentation of
/// DescribeNetworkInterfaces, and the user guides of the services).
const TYPES: &[(&str, &[&str], &str, &str)] = &[
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        &["Subnets/*", "SubnetMappings/*/SubnetId"],
        "SecurityGroups/*",
        "ELB",
    ),
    ("AWS::Lambda::Function", &["VpcConfig/SubnetIds/*"], "VpcConfig/SecurityGroupIds/*", "AWS Lambda VPC ENI-"),
    ("AWS::OpenSearchService::Domain", &["VPCOptions/SubnetIds/*"], "VPCOptions/SecurityGroupIds/*", "ES"),
    ("AWS::EKS::Cluster", &["ResourcesVpcConfig/SubnetIds/*"], "ResourcesVpcConfig/SecurityGroupIds/*", "Amazon EKS"),
];

/// A network interface.
pub(crate) struct Interface {
    /// Its id.
    pub id: String,
    /// Its subnet.
    pub subnet: String,
    /// Its security groups.
    pub groups: Vec<String>,
    /// Its description.
    pub description: String,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_ms: i64,
}

/// Returns the interfaces of all resources at an instant, one in each subnet. Those of an unreadable document are not seen; Cloud
/// Control refuses the calls that need it.
pub(crate) fn interfaces(tables: &Tables, now_ms: i64) -> Vec<Interface> {
    let mut found = Vec::new();
    for (type_name, subnets, groups, beginning) in TYPES {
        for resource in Resource::all_of(tables, type_name, now_ms).unwrap_or_default() {
            let texts = |at: &str| -> Vec<String> {
                path::values(&resource.model, at).into_iter().filter_map(Value::as_str).map(str::to_owned).collect()
            };
            let name = resource.identifier.split_once("loadbalancer/").map_or(&*resource.identifier, |(_, name)| name);
            for subnet in subnets.iter().flat_map(|at| texts(at)) {
                let digest = Sha256::digest(format!("{} {subnet} {}", resource.identifier, resource.from_ms));
                let digits = digest.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
                found.push(Interface {
                    id: format!("eni-{}", &digits[..17]),
                    subnet,
                    groups: texts(groups),
                    description: format!("{beginning} {name}"),
                    created_ms: resource.from_ms,
                });
            }
        }
    }
    found
}
