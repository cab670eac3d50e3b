//! The rules of AWS for feature groups, beyond the shapes.

use serde_json::Value;

use super::references;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// Names that no feature may have (service model, `FeatureDefinition`).
const RESERVED: [&str; 3] = ["is_deleted", "write_time", "api_invocation_time"];

/// Checks the input of CreateFeatureGroup.
pub fn check(input: &Value, context: &CallContext<'_>) -> Result<(), Fault> {
    let definitions = input["FeatureDefinitions"].as_array().map(Vec::as_slice).unwrap_or_default();
    check_features(definitions, input)?;
    for member in ["RecordIdentifierFeatureName", "EventTimeFeatureName"] {
        let Some(feature) = definitions.iter().find(|feature| feature["FeatureName"] == input[member]) else {
            return Err(invalid(format!("{member} {} is not in FeatureDefinitions.", input[member])));
        };
        // "Supported feature types: String and Fractional" for an event time (developer guide, "Create feature groups").
        if member == "EventTimeFeatureName" && feature["FeatureType"] == "Integral" {
            return Err(invalid("The event time feature must be of type String or Fractional."));
        }
    }
    let online = input["OnlineStoreConfig"]["EnableOnlineStore"] == true;
    let offline = &input["OfflineStoreConfig"];
    // "You must include at least one of OnlineStoreConfig and OfflineStoreConfig to create a FeatureGroup" (service model).
    if !online && offline.is_null() {
        return Err(invalid("At least one of OnlineStoreConfig and OfflineStoreConfig must be enabled."));
    }
    check_throughput(&input["ThroughputConfig"], input)?;
    if !offline.is_null() {
        if input["RoleArn"].is_null() {
            return Err(invalid("A RoleArn is required with an OfflineStoreConfig."));
        }
        check_bucket(text(&offline["S3StorageConfig"], "S3Uri"), context)?;
        // "The Iceberg table format is only supported when this is set to False" (service model, DisableGlueTableCreation).
        if offline["DisableGlueTableCreation"] == true && offline["TableFormat"] == "Iceberg" {
            return Err(invalid("The table format Iceberg is not supported without the creation of a Glue table."));
        }
    }
    // "The execution role ARN is invalid." is what Terraform's provider retries (`internal/service/sagemaker/feature_group.go`).
    match references::check_role(context, &input["RoleArn"]) {
        Err(fault) if fault.code == "ValidationException" => Err(invalid(format!(
            "The execution role ARN is invalid. Please ensure that the role {} exists and that its trust relationship policy \
             allows the action \"sts:AssumeRole\" for the service principal \"sagemaker.amazonaws.com\".",
            text(input, "RoleArn")
        ))),
        checked => checked,
    }
}

/// Checks the features of a group, those that are added included.
pub fn check_features(definitions: &[Value], group: &Value) -> Result<(), Fault> {
    if definitions.len() > 2500 {
        return Err(invalid("A feature group has at most 2500 features."));
    }
    let in_memory = group["OnlineStoreConfig"]["StorageType"] == "InMemory";
    let mut vectors = 0;
    for (index, feature) in definitions.iter().enumerate() {
        let name = text(feature, "FeatureName");
        if RESERVED.contains(&name) {
            return Err(invalid(format!("The feature name {name} is reserved.")));
        }
        let same = |earlier: &Value| text(earlier, "FeatureName").eq_ignore_ascii_case(name);
        if definitions[..index].iter().any(same) {
            return Err(invalid(format!("Feature names must be unique; {name} is not.")));
        }
        // Developer guide, "Collection types": only groups whose online store is in memory have them; a vector is of fractional
        // numbers, and a group has one.
        if !feature["CollectionType"].is_null() && !in_memory {
            return Err(invalid(format!(
                "The feature {name} is a collection, which only InMemory online stores support."
            )));
        }
        if feature["CollectionType"] == "Vector" {
            vectors += 1;
            if feature["FeatureType"] != "Fractional"
                || feature["CollectionConfig"]["VectorConfig"].is_null()
                || vectors > 1
            {
                let message = "A feature group has at most one vector, of Fractional elements and with a dimension.";
                return Err(invalid(message));
            }
        }
    }
    Ok(())
}

/// Checks a throughput. "PROVISIONED throughput mode is supported only for feature groups that are offline-only, or use the
/// Standard tier online store" (service model, `ThroughputConfig`).
pub fn check_throughput(throughput: &Value, group: &Value) -> Result<(), Fault> {
    let given = |member: &str| !throughput[member].is_null();
    let units = ["ProvisionedReadCapacityUnits", "ProvisionedWriteCapacityUnits"];
    if throughput["ThroughputMode"] != "Provisioned" {
        return match units.iter().find(|unit| given(unit)) {
            Some(unit) => Err(invalid(format!("{unit} is not applicable for on-demand feature groups."))),
            None => Ok(()),
        };
    }
    let storage = &group["OnlineStoreConfig"]["StorageType"];
    if !storage.is_null() && storage != "Standard" {
        return Err(invalid(format!("Provisioned throughput mode is not supported for the storage type {storage}.")));
    }
    if !given(units[1]) || (group["OnlineStoreConfig"]["EnableOnlineStore"] == true && !given(units[0])) {
        return Err(invalid("Provisioned throughput mode needs capacity units."));
    }
    Ok(())
}

/// Checks that the bucket of an offline store exists: "Invalid S3Uri provided" is what Terraform's provider retries.
fn check_bucket(uri: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    let bucket = uri.strip_prefix("s3://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    match context.other("s3").get("buckets", bucket) {
        Some(_) => Ok(()),
        None => Err(invalid(format!("Invalid S3Uri provided: {uri}. The bucket {bucket} does not exist."))),
    }
}
