//! Obstacles to a deletion.

use serde_json::Value;

use super::behaviour::names;
use super::failure::Failure;
use super::resource::Resource;
use super::schema::path;
use super::{images, known};
use crate::documents::CallContext;
use crate::service::Fault;

/// Returns the failure of a deletion that something is in the way of.
pub fn obstacle(resource: &Resource, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let known = known::of(&resource.type_name);
    if let Some(protection) = known.protection {
        let value: Value = serde_json::from_str(protection.value).unwrap_or_default();
        if path::values(&resource.model, protection.path).contains(&&value) {
            return Ok(Some(Failure::new(protection.code, protection.message)));
        }
    }
    for obstacle in known.in_use {
        let own = &resource.model[obstacle.link.own];
        if !Resource::with(context.own, obstacle.link.of, obstacle.link.path, own, context.now_ms)?.is_empty() {
            return Ok(Some(Failure::new(obstacle.code, obstacle.message)));
        }
    }
    if resource.type_name == "AWS::Lambda::Version" {
        return aliased(resource, context);
    }
    Ok(special(resource, context))
}

/// Lambda: a version to which an alias points cannot be deleted (DeleteFunction, `Qualifier`).
fn aliased(version: &Resource, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let (number, function) = (&version.model["Version"], &version.model["FunctionName"]);
    let kind = "AWS::Lambda::Alias";
    let mut aliases = Resource::with(context.own, kind, "FunctionVersion", number, context.now_ms)?;
    let weighted = "RoutingConfig/AdditionalVersionWeights/*/FunctionVersion";
    aliases.extend(Resource::with(context.own, kind, weighted, number, context.now_ms)?);
    let pointing = aliases.iter().find(|alias| names(&alias.model["FunctionName"], function));
    Ok(pointing.map(|alias| {
        let message = format!(
            "The version is referenced by the alias {} (Service: Lambda, Status Code: 409)",
            alias.model["Name"].as_str().unwrap_or_default()
        );
        Failure::new("ResourceConflict", message)
    }))
}

fn special(resource: &Resource, context: &CallContext<'_>) -> Option<Failure> {
    match resource.type_name.as_str() {
        // The handler of a deletion gets what a read shows, so `EmptyOnDelete` has no effect through Cloud Control
        // (cloudformation-coverage-roadmap#2046, terraform-provider-awscc#1466). Code and words: pulumi-aws-native#1270.
        "AWS::ECR::Repository" if images::has_any(resource, context) => {
            let message = format!(
                "The repository with name '{}' in registry with id '{}' cannot be deleted because it still contains images (Service: Ecr, Status Code: 400)",
                resource.identifier, context.account
            );
            Some(Failure::new("GeneralServiceException", message))
        }
        // Elastic Load Balancing's words (rain#187, aws-nuke#1240).
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            let attributes = resource.model["LoadBalancerAttributes"].as_array().into_iter().flatten();
            let protects = |one: &Value| one["Key"] == "deletion_protection.enabled" && one["Value"] == "true";
            let message = format!(
                "Load balancer '{}' cannot be deleted because deletion protection is enabled (Service: ElasticLoadBalancingV2, Status Code: 400)",
                resource.identifier
            );
            attributes.into_iter().any(protects).then(|| Failure::invalid(message))
        }
        _ => None,
    }
}
