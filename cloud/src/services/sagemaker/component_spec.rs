//! Specifications of inference components: checks and descriptions.

use serde_json::{Value, json};

use super::component_record::{Component, Deployed};
use super::container;
use super::fleet::deployed_image;
use super::kind::MODEL;
use super::store::Record;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::invalid;

/// Checks the specifications of a create or update call.
pub fn check(input: &Value, endpoint: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    let (one, several) = (&input["Specification"], &input["Specifications"]);
    if one.is_null() == several.is_null() {
        return Err(invalid("You must provide exactly one of Specification and Specifications."));
    }
    let several = several.as_array().map(Vec::as_slice).unwrap_or_default();
    for (index, specification) in several.iter().enumerate() {
        if several.len() > 1 && specification["InstanceType"].is_null() {
            return Err(invalid("With several Specifications, each needs an InstanceType."));
        }
        if several[..index].iter().any(|earlier| earlier["InstanceType"] == specification["InstanceType"]) {
            return Err(invalid("The Specifications must have different InstanceTypes."));
        }
    }
    for specification in several.iter().chain(Some(one).filter(|one| !one.is_null())) {
        if specification["BaseInferenceComponentName"].is_null() {
            check_base(specification, context)?;
        } else {
            check_adapter(specification, endpoint, context)?;
        }
    }
    Ok(())
}

fn check_base(specification: &Value, context: &CallContext<'_>) -> Result<(), Fault> {
    let container = &specification["Container"];
    match specification["ModelName"].as_str() {
        Some(model) => {
            MODEL.find(context, model)?;
            if !container["Image"].is_null() {
                return Err(invalid("A specification cannot have both a ModelName and a container Image."));
            }
        }
        None if container["Image"].is_null() => {
            return Err(invalid("A specification needs a ModelName or a Container with an Image."));
        }
        None => {}
    }
    let needs = &specification["ComputeResourceRequirements"];
    if needs.is_null() {
        return Err(invalid("A specification needs ComputeResourceRequirements."));
    }
    if needs["NumberOfCpuCoresRequired"].is_null() && needs["NumberOfAcceleratorDevicesRequired"].is_null() {
        let message =
            "ComputeResourceRequirements needs NumberOfCpuCoresRequired or NumberOfAcceleratorDevicesRequired.";
        return Err(invalid(message));
    }
    if let (Some(min), Some(max)) = (needs["MinMemoryRequiredInMb"].as_i64(), needs["MaxMemoryRequiredInMb"].as_i64())
        && min > max
    {
        return Err(invalid("MinMemoryRequiredInMb must be at most MaxMemoryRequiredInMb."));
    }
    Ok(())
}

/// Checks an adapter. It runs in its base and with the base's resources, and brings only an artifact.
fn check_adapter(specification: &Value, endpoint: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    let base = Component::find(context, specification["BaseInferenceComponentName"].as_str().unwrap_or_default())?;
    if base.base().is_some() || base.endpoint_name != endpoint {
        let message = "The base must be an inference component of the same endpoint that is no adapter itself.";
        return Err(invalid(message));
    }
    if base.status() != "InService" {
        return Err(invalid(format!("The base \"{}\" must be InService.", base.inference_component_name)));
    }
    if !specification["ComputeResourceRequirements"].is_null() || !specification["ModelName"].is_null() {
        return Err(invalid("An adapter has neither ComputeResourceRequirements nor a ModelName of its own."));
    }
    if specification["Container"]["ArtifactUrl"].is_null() {
        return Err(invalid("An adapter needs the ArtifactUrl of its Container."));
    }
    Ok(())
}

/// Returns the specifications that an input or a component has, be it one or several.
fn all<'a>(one: &'a Value, several: &'a Value) -> impl Iterator<Item = &'a Value> {
    let one = Some(one).filter(|specification| !specification.is_null());
    one.into_iter().chain(several.as_array().into_iter().flatten())
}

/// Returns the deployment that a create or update call asks for. Later changes of models do not touch it.
pub fn deployed(input: &Value, copies: Option<i64>, context: &CallContext<'_>) -> Deployed {
    let (one, several) = (&input["Specification"], &input["Specifications"]);
    let mut deployed = Deployed {
        specification: one.clone(),
        specifications: several.clone(),
        copies,
        images: Vec::new(),
        fails: None,
    };
    for specification in all(one, several) {
        let model = specification["ModelName"].as_str().and_then(|name| context.own.get(MODEL.table, name));
        let containers = model.map(container::all).unwrap_or_default();
        let own = &specification["Container"];
        let image = own["Image"].as_str().or_else(|| containers.first().and_then(|first| first["Image"].as_str()));
        let mut urls =
            own["ArtifactUrl"].as_str().into_iter().chain(containers.iter().copied().flat_map(container::data_urls));
        // Simulates failures, as for endpoints: an image or data with `fail` in its name does not come up.
        if image.is_some_and(|image| image.contains("fail")) || urls.any(|url| url.contains("fail")) {
            let image = image.unwrap_or("of the base");
            deployed.fails = Some(format!("The container {image} did not pass the ping health check."));
        }
        deployed.images.push(image.map(|image| deployed_image(image, context.now_ms)));
    }
    deployed
}

/// Adds the specifications to a description, each with the image that it was deployed with.
pub fn show(deployed: &Deployed, shown: &mut Value) {
    let summary = |(specification, image): (&Value, &Option<Value>)| {
        let mut summary = specification.clone();
        if let Some(container) = summary.get_mut("Container").and_then(Value::as_object_mut) {
            container.remove("Image");
        }
        if let Some(image) = image {
            summary["Container"]["DeployedImage"] = image.clone();
        }
        summary
    };
    let mut summaries: Vec<Value> =
        all(&deployed.specification, &deployed.specifications).zip(&deployed.images).map(summary).collect();
    if deployed.specifications.is_array() {
        shown["Specifications"] = summaries.into();
    } else if let Some(summary) = summaries.pop() {
        shown["Specification"] = summary;
    }
}

/// Returns the copies of an update, or those there are.
pub fn copies(runtime: &Value, before: &Deployed) -> Result<Option<i64>, Fault> {
    let asked = runtime["CopyCount"].as_i64();
    if asked.is_some() && before.copies.is_none() {
        return Err(invalid("An adapter has as many copies as its base; they cannot be set."));
    }
    Ok(asked.or(before.copies))
}

/// Checks that an update asks for something.
pub fn check_not_empty(input: &Value) -> Result<(), Fault> {
    let asked = ["Specification", "Specifications", "RuntimeConfig"];
    if asked.iter().all(|member| input[*member].is_null()) {
        let message = json!(asked).to_string();
        return Err(invalid(format!("You must provide at least one of {message}.")));
    }
    Ok(())
}
