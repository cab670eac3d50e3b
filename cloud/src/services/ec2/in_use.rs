//! What stands in the way of a deletion.

use serde_json::Value;

use super::endpoint::Endpoint;
use super::internet_gateway;
use super::nat_gateway;
use super::network_interface;
use super::route_table::RouteTable;
use super::rule::{Peer, Rule};
use super::security_group::SecurityGroup;
use super::store;
use super::subnet::Subnet;
use crate::documents::{Tables, World};
use crate::service::Fault;

/// Whether anything but what CreateVpc made is in a VPC.
pub fn vpc(world: &World<'_>, vpc: &str) -> Result<bool, Fault> {
    let tables = &*world.own;
    Ok(store::all::<Subnet>(tables)?.iter().any(|subnet| subnet.vpc == vpc)
        || internet_gateway::attached_to(tables, vpc)?
        || nat_gateway::holding(world)?.iter().any(|nat| nat.vpc == vpc)
        || store::all::<Endpoint>(tables)?.iter().any(|endpoint| endpoint.vpc == vpc)
        || store::all::<SecurityGroup>(tables)?.iter().any(|group| group.vpc == vpc && !group.is_default())
        || store::all::<RouteTable>(tables)?.iter().any(|table| table.vpc == vpc && !table.is_main(tables)))
}

/// Whether a network interface is in a subnet.
pub fn subnet(world: &World<'_>, subnet: &str) -> Result<bool, Fault> {
    Ok(network_interface::all(world)?.iter().any(|interface| interface.subnet == subnet)
        || sagemaker_uses(world, "Subnets", subnet))
}

/// Whether another group's rule refers to a security group, or a network interface bears it.
pub fn security_group(world: &World<'_>, group: &str) -> Result<bool, Fault> {
    let refers = |rule: &Rule| rule.group != group && matches!(&rule.peer, Peer::Group { id, .. } if id == group);
    Ok(store::all::<Rule>(world.own)?.iter().any(refers)
        || store::all::<Endpoint>(world.own)?
            .iter()
            .any(|endpoint| endpoint.security_groups.iter().any(|id| id == group))
        || sagemaker_uses(world, "SecurityGroupIds", group))
}

/// Whether SageMaker has a network interface with this subnet or group. Only models that an existing endpoint serves
/// have interfaces; a model by itself has none, so its subnets and groups can be deleted under it.
fn sagemaker_uses(world: &World<'_>, field: &str, id: &str) -> bool {
    let sagemaker = world.other("sagemaker");
    sagemaker.all("Endpoint").any(|(_, endpoint)| {
        let configuration = endpoint["EndpointConfigName"].as_str().unwrap_or_default();
        vpc_configurations(&sagemaker, configuration).iter().any(|vpc_configuration| {
            vpc_configuration[field].as_array().is_some_and(|ids| ids.iter().any(|present| present == id))
        })
    })
}

fn vpc_configurations(sagemaker: &Tables, configuration: &str) -> Vec<Value> {
    let Some(configuration) = sagemaker.get("EndpointConfig", configuration) else { return Vec::new() };
    let variants = ["ProductionVariants", "ShadowProductionVariants"];
    let variants = variants.iter().filter_map(|field| configuration[field].as_array()).flatten();
    let models = variants.filter_map(|variant| sagemaker.get("Model", variant["ModelName"].as_str()?));
    // With inference components the configuration itself says where instances run.
    models.chain([configuration]).map(|holder| holder["VpcConfig"].clone()).filter(|found| !found.is_null()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_models_that_an_endpoint_serves_hold_subnets_and_groups() {
        let mut sagemaker = Tables::default();
        let vpc_configuration = json!({ "Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"] });
        sagemaker.put("Model", "m", json!({ "ModelName": "m", "VpcConfig": vpc_configuration }));
        let variants = json!([{ "VariantName": "v", "ModelName": "m" }]);
        sagemaker.put("EndpointConfig", "c", json!({ "EndpointConfigName": "c", "ProductionVariants": variants }));
        let uses = |sagemaker: &Tables, field: &str, id: &str| {
            let mut own = Tables::default();
            let others = |service: &str| if service == "sagemaker" { sagemaker.clone() } else { Tables::default() };
            let world = World::new(&mut own, &others, "us-east-1", "123456789012", 0, 0);
            sagemaker_uses(&world, field, id)
        };
        assert!(!uses(&sagemaker, "Subnets", "subnet-1"), "no endpoint serves the model");
        sagemaker.put("Endpoint", "e", json!({ "EndpointName": "e", "EndpointConfigName": "c" }));
        assert!(uses(&sagemaker, "Subnets", "subnet-1"));
        assert!(uses(&sagemaker, "SecurityGroupIds", "sg-1"));
        assert!(!uses(&sagemaker, "Subnets", "subnet-2"));
        sagemaker.remove("Endpoint", "e");
        assert!(!uses(&sagemaker, "SecurityGroupIds", "sg-1"));
    }
}
