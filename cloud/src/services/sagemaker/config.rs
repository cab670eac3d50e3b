//! Endpoint configurations: immutable, made of production variants.

use serde_json::{Value, json};

use super::kind::CONFIG;
use super::listing::{self, Item};
use super::{invalid, model, production_variant, references, serverless, tags, text, time};
use crate::documents::World;
use crate::service::Fault;

/// CreateEndpointConfig.
pub fn create(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointConfigName");
    CONFIG.check_free(world, name)?;
    let variants = production_variant::all(input);
    for (index, variant) in variants.iter().enumerate() {
        if variants[..index].iter().any(|earlier| earlier["VariantName"] == variant["VariantName"]) {
            let message = format!("Variant names must be unique; '{}' is not.", text(variant, "VariantName"));
            return Err(invalid(message));
        }
        production_variant::check(variant, input, world)?;
    }
    let count = |member: &str| input[member].as_array().map_or(0, Vec::len);
    if count("ShadowProductionVariants") > 0
        && (count("ShadowProductionVariants") > 1 || count("ProductionVariants") > 1)
    {
        return Err(invalid("With shadow variants there is exactly one production variant and one shadow variant."));
    }
    serverless::check_config(input, world)?;
    let output = &input["AsyncInferenceConfig"]["OutputConfig"];
    if !output.is_null() && output["S3OutputPath"].is_null() {
        return Err(invalid("AsyncInferenceConfig needs an S3OutputPath in its OutputConfig."));
    }
    references::check_role(world, &input["ExecutionRoleArn"])?;
    references::check_network(world, &input["VpcConfig"])?;
    let arn = CONFIG.arn(world, name);
    tags::record(world, &arn, &input["Tags"])?;
    let mut record = model::kept(input, world.now_ms);
    for list in ["ProductionVariants", "ShadowProductionVariants"] {
        for variant in record.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            production_variant::fill_in(variant);
        }
    }
    world.own.put(CONFIG.table, name, record);
    Ok(json!({ "EndpointConfigArn": arn }))
}

/// DescribeEndpointConfig.
pub fn describe(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointConfigName");
    let mut shown = model::echoed(CONFIG.find(world, name)?);
    shown["EndpointConfigArn"] = json!(CONFIG.arn(world, name));
    if shown["EnableNetworkIsolation"].is_null() {
        shown["EnableNetworkIsolation"] = json!(false);
    }
    Ok(shown)
}

/// ListEndpointConfigs.
pub fn list(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let item = |(name, record): (&str, &Value)| {
        let created_ms = record["CreatedMs"].as_i64().unwrap_or_default();
        let summary = json!({
            "EndpointConfigName": name,
            "EndpointConfigArn": CONFIG.arn(world, name),
            "CreationTime": time::seconds(created_ms),
        });
        Item { name: name.to_owned(), created_ms, modified_ms: created_ms, status: String::new(), summary }
    };
    listing::answer(input, "EndpointConfigs", world.own.all(CONFIG.table).map(item).collect())
}

/// DeleteEndpointConfig: accepted also while an endpoint uses it, as on AWS; that endpoint cannot be updated any more.
pub fn delete(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointConfigName");
    CONFIG.find(world, name)?;
    tags::forget(world, &CONFIG.arn(world, name));
    world.own.remove(CONFIG.table, name);
    Ok(json!({}))
}
