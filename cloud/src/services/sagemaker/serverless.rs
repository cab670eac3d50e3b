//! Serverless variants, and the features they exclude.

use serde_json::Value;

use super::container;
use super::kind::MODEL;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// Memory comes in steps of this many MB.
const MEMORY_STEP_MB: i64 = 1024;

/// The members that belong to instances, of which a serverless variant has none.
const OF_INSTANCES: [&str; 7] = [
    "InstanceType",
    "InstancePools",
    "InitialInstanceCount",
    "AcceleratorType",
    "VolumeSizeInGB",
    "ManagedInstanceScaling",
    "CoreDumpConfig",
];

/// Checks a serverless variant by itself.
pub fn check_variant(variant: &Value) -> Result<(), Fault> {
    let name = text(variant, "VariantName");
    if let Some(member) = OF_INSTANCES.iter().find(|member| !variant[**member].is_null()) {
        return Err(invalid(format!("The serverless variant '{name}' cannot have {member}.")));
    }
    if variant["ModelName"].is_null() {
        return Err(invalid(format!("The serverless variant '{name}' needs a ModelName.")));
    }
    let settings = &variant["ServerlessConfig"];
    let memory = settings["MemorySizeInMB"].as_i64().unwrap_or_default();
    if memory % MEMORY_STEP_MB != 0 {
        let message = format!("The memory size {memory} MB is not one of 1024, 2048, 3072, 4096, 5120 and 6144 MB.");
        return Err(invalid(message));
    }
    check_concurrency(settings)
}

/// Checks that no more concurrency is provisioned than there may be.
pub fn check_concurrency(settings: &Value) -> Result<(), Fault> {
    let provisioned = settings["ProvisionedConcurrency"].as_i64();
    if provisioned.is_some_and(|provisioned| provisioned > settings["MaxConcurrency"].as_i64().unwrap_or_default()) {
        return Err(invalid("ProvisionedConcurrency must be at most MaxConcurrency."));
    }
    Ok(())
}

/// Checks a configuration as a whole, if any of its variants is serverless.
pub fn check_config(config: &Value, variants: &[&Value], context: &CallContext<'_>) -> Result<(), Fault> {
    let Some(variant) = variants.iter().find(|variant| !variant["ServerlessConfig"].is_null()) else { return Ok(()) };
    let refused = |what: &str| Err(invalid(format!("Serverless endpoints do not support {what}.")));
    if variants.len() > 1 {
        return refused("multiple production variants");
    }
    if config["DataCaptureConfig"]["EnableCapture"] == true {
        return refused("data capture");
    }
    if !config["AsyncInferenceConfig"].is_null() {
        return refused("asynchronous inference");
    }
    let model = MODEL.find(context, text(variant, "ModelName"))?;
    if !model["VpcConfig"].is_null() || !config["VpcConfig"].is_null() {
        return refused("a VPC configuration");
    }
    if model["EnableNetworkIsolation"] == true || config["EnableNetworkIsolation"] == true {
        return refused("network isolation");
    }
    let containers = container::all(model);
    if containers.len() > 1 {
        return refused("inference pipelines");
    }
    if containers.iter().any(|container| container["Mode"] == "MultiModel") {
        return refused("multi-model containers");
    }
    if containers.iter().any(|container| !container["ModelDataSource"].is_null()) {
        return refused("a ModelDataSource");
    }
    Ok(())
}
