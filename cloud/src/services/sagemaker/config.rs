//! Endpoint configurations: immutable, made of production variants.

use serde_json::{Value, json};

use super::kind::CONFIG;
use super::listing::{self, Item};
use super::{model, production_variant, references, serverless, tags};
use crate::clock;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// CreateEndpointConfig.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointConfigName");
    CONFIG.check_free(context, name)?;
    let variants = production_variant::all(input);
    for (index, variant) in variants.iter().enumerate() {
        if variants[..index].iter().any(|earlier| earlier["VariantName"] == variant["VariantName"]) {
            let message = format!("Variant names must be unique; '{}' is not.", text(variant, "VariantName"));
            return Err(invalid(message));
        }
        production_variant::check(variant, input, context)?;
    }
    let count = |member: &str| input[member].as_array().map_or(0, Vec::len);
    if count("ShadowProductionVariants") > 0
        && (count("ShadowProductionVariants") > 1 || count("ProductionVariants") > 1)
    {
        return Err(invalid("With shadow variants there is exactly one production variant and one shadow variant."));
    }
    if !input["KmsKeyId"].is_null()
        && let Some(variant) = variants.iter().find(|variant| has_local_disks(text(variant, "InstanceType")))
    {
        let instance_type = text(variant, "InstanceType");
        return Err(invalid(format!("KmsKeyId cannot be specified for {instance_type}, which has local storage.")));
    }
    serverless::check_config(input, &variants, context)?;
    let output = &input["AsyncInferenceConfig"]["OutputConfig"];
    if !output.is_null() && output["S3OutputPath"].is_null() {
        return Err(invalid("AsyncInferenceConfig needs an S3OutputPath in its OutputConfig."));
    }
    references::check_role(context, &input["ExecutionRoleArn"])?;
    references::check_network(context, &input["VpcConfig"])?;
    let arn = CONFIG.arn(context, name);
    tags::record(context, &arn, &input["Tags"])?;
    let mut record = model::kept(input, context.now_ms);
    for list in ["ProductionVariants", "ShadowProductionVariants"] {
        for variant in record.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            production_variant::fill_in(variant);
        }
    }
    context.own.put(CONFIG.table, name, record);
    Ok(json!({ "EndpointConfigArn": arn }))
}

/// Returns whether an instance type has local disks, which are encrypted with keys of the instance: such a configuration takes
/// no `KmsKeyId`, and "the call to CreateEndpointConfig fails" (API reference). The families are those of accelerated instances in
/// "Instance store volumes" of the guide to EC2, and all that end in `d`.
fn has_local_disks(instance_type: &str) -> bool {
    const ACCELERATED: [&str; 9] = ["g4dn", "g5", "g6", "g6e", "p3dn", "p4d", "p4de", "p5", "trn1"];
    let family = instance_type.split('.').nth(1).unwrap_or_default();
    ACCELERATED.contains(&family) || family.ends_with('d')
}

/// DescribeEndpointConfig.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointConfigName");
    let mut shown = model::echoed(CONFIG.find(context, name)?);
    shown["EndpointConfigArn"] = json!(CONFIG.arn(context, name));
    if shown["EnableNetworkIsolation"].is_null() {
        shown["EnableNetworkIsolation"] = json!(false);
    }
    Ok(shown)
}

/// ListEndpointConfigs.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let item = |(name, record): (&str, &Value)| {
        let created_ms = record["CreatedMs"].as_i64().unwrap_or_default();
        let summary = json!({
            "EndpointConfigName": name,
            "EndpointConfigArn": CONFIG.arn(context, name),
            "CreationTime": clock::seconds(created_ms),
        });
        Item { name: name.to_owned(), created_ms, modified_ms: created_ms, status: String::new(), summary }
    };
    listing::respond(input, "EndpointConfigs", context.own.all(CONFIG.table).map(item).collect())
}

/// DeleteEndpointConfig: accepted also while an endpoint uses it, as on AWS; that endpoint cannot be updated any more.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointConfigName");
    CONFIG.find(context, name)?;
    tags::forget(context, &CONFIG.arn(context, name));
    context.own.remove(CONFIG.table, name);
    Ok(json!({}))
}
