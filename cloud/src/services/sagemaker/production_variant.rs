//! The production variants of an endpoint configuration.

use serde_json::{Value, json};

use super::kind::MODEL;
use super::serverless;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// Returns all variants of a configuration, those in shadow mode last.
pub fn all(config: &Value) -> Vec<&Value> {
    let list = |member: &str| config[member].as_array().into_iter().flatten();
    list("ProductionVariants").chain(list("ShadowProductionVariants")).collect()
}

/// Checks one variant by itself.
pub fn check(variant: &Value, config: &Value, context: &CallContext<'_>) -> Result<(), Fault> {
    let name = text(variant, "VariantName");
    let given = |member: &str| !variant[member].is_null();
    match variant["ModelName"].as_str() {
        Some(model) => {
            MODEL.find(context, model)?;
        }
        // The models of such an endpoint come as inference components, which run under the configuration's role: "ExecutionRoleArn is
        // required on the endpoint configuration once inference components are enabled" (stdapi-ai/stdapi.ai#43).
        None if config["ExecutionRoleArn"].is_null() => {
            let message = format!("The variant '{name}' needs a ModelName, or the configuration an ExecutionRoleArn.");
            return Err(invalid(message));
        }
        None => {}
    }
    if given("ServerlessConfig") {
        return serverless::check_variant(variant);
    }
    if given("InstanceType") == given("InstancePools") {
        let message = format!("The variant '{name}' needs one of InstanceType, InstancePools and ServerlessConfig.");
        return Err(invalid(message));
    }
    if !given("InitialInstanceCount") {
        return Err(invalid(format!("The variant '{name}' needs an InitialInstanceCount.")));
    }
    let scaling = &variant["ManagedInstanceScaling"];
    // As on AWS: hashicorp/terraform-provider-aws, pull request 45926.
    if scaling["Status"] == "ENABLED" && given("ModelName") {
        return Err(invalid("ManagedInstanceScaling is only supported for inference component endpoints."));
    }
    // As on AWS in eu-west-3, while us-east-1 takes the same call (stdapi-ai/stdapi.ai#43, 2026-08-27).
    if scaling["Status"] == "ENABLED" && scaling["MinInstanceCount"] == 0 && context.region == "eu-west-3" {
        return Err(invalid("Min instance count needs to be greater than 0 for enabled managed instance scaling"));
    }
    if let (Some(min), Some(max)) = (scaling["MinInstanceCount"].as_i64(), scaling["MaxInstanceCount"].as_i64())
        && min > max
    {
        let message = format!("The MinInstanceCount {min} of variant '{name}' exceeds its MaxInstanceCount {max}.");
        return Err(invalid(message));
    }
    Ok(())
}

/// Adds the defaults that SageMaker gives a configuration at its creation.
pub fn fill_in(variant: &mut Value) {
    if variant["InitialVariantWeight"].is_null() {
        variant["InitialVariantWeight"] = json!(1.0);
    }
    // SageMaker gives instances of these families a volume of its own choice; the AWS provider of Terraform has
    // `volume_size_in_gb` as computed for that reason (`internal/service/sagemaker/endpoint_configuration.go`).
    let instance_type = text(variant, "InstanceType");
    let has_volume = ["ml.m5.", "ml.c5.", "ml.g4dn."].iter().any(|family| instance_type.starts_with(family));
    if has_volume && variant["VolumeSizeInGB"].is_null() {
        variant["VolumeSizeInGB"] = json!(30);
    }
}
