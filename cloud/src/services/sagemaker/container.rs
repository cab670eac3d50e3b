//! The containers of a model.

use serde_json::{Value, json};

use crate::service::Fault;
use crate::services::json::{invalid, text};

/// How long all keys and values of the environments of a model may be together, in bytes.
const ENVIRONMENT_BYTES: usize = 32 * 1024;

/// Returns the containers of a model's input or record.
pub fn all(model: &Value) -> Vec<&Value> {
    let primary = Some(&model["PrimaryContainer"]).filter(|container| !container.is_null());
    primary.into_iter().chain(model["Containers"].as_array().into_iter().flatten()).collect()
}

/// Checks one container of a model.
pub fn check(container: &Value, model: &Value) -> Result<(), Fault> {
    let given = |member: &str| !container[member].is_null();
    if given("Image") == given("ModelPackageName") {
        return Err(invalid("A container must have exactly one of Image and ModelPackageName."));
    }
    if given("ModelDataUrl") && given("ModelDataSource") {
        return Err(invalid("A container cannot have both ModelDataUrl and ModelDataSource."));
    }
    let source = &container["ModelDataSource"]["S3DataSource"];
    if source["S3DataType"] == "S3Prefix" && !text(source, "S3Uri").ends_with('/') {
        let message = format!("The S3Uri '{}' of type S3Prefix must end with a forward slash.", text(source, "S3Uri"));
        return Err(invalid(message));
    }
    if container["Mode"] == "MultiModel" {
        if given("ModelDataSource") {
            return Err(invalid("A container of mode MultiModel cannot have a ModelDataSource."));
        }
        if !text(container, "ModelDataUrl").ends_with('/') {
            return Err(invalid("The ModelDataUrl of a container of mode MultiModel must be a prefix ending with /."));
        }
    } else if given("MultiModelConfig") {
        return Err(invalid("MultiModelConfig needs a container of mode MultiModel."));
    }
    if container["ImageConfig"]["RepositoryAccessMode"] == "Vpc" && model["VpcConfig"].is_null() {
        return Err(invalid("A container with RepositoryAccessMode Vpc needs a VpcConfig of its model."));
    }
    Ok(())
}

/// Checks the containers of a model together.
pub fn check_together(containers: &[&Value], model: &Value) -> Result<(), Fault> {
    let environments = containers.iter().filter_map(|container| container["Environment"].as_object());
    let bytes: usize = environments.flatten().map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum();
    if bytes > ENVIRONMENT_BYTES {
        let message = format!("The environment has {bytes} bytes; all keys and values together may have 32 KB.");
        return Err(invalid(message));
    }
    let names: Vec<_> = containers.iter().filter_map(|container| container["ContainerHostname"].as_str()).collect();
    let direct = model["InferenceExecutionConfig"]["Mode"] == "Direct";
    if containers.len() > 1 && names.len() != containers.len() && (direct || !names.is_empty()) {
        return Err(invalid("Every container must have a ContainerHostname, or, for serial execution, none."));
    }
    if names.iter().enumerate().any(|(index, name)| names[..index].contains(name)) {
        return Err(invalid("The containers of a model must have different ContainerHostnames."));
    }
    Ok(())
}

/// Adds the defaults that SageMaker shows in a description of a container.
pub fn fill_in(container: &mut Value) {
    if container["Mode"].is_null() {
        container["Mode"] = json!("SingleModel");
    }
    if container["Environment"].is_null() {
        container["Environment"] = json!({});
    }
    // An archive given by its URL is described in the newer form, too.
    if container["Mode"] == "SingleModel"
        && let Some(url) = container["ModelDataUrl"].as_str()
    {
        let source = json!({ "S3Uri": url, "S3DataType": "S3Object", "CompressionType": "Gzip" });
        container["ModelDataSource"] = json!({ "S3DataSource": source });
    }
}

/// Where the data of a container comes from, as far as it says.
pub fn data_urls(container: &Value) -> impl Iterator<Item = &str> {
    let url = container["ModelDataUrl"].as_str();
    let source = container["ModelDataSource"]["S3DataSource"]["S3Uri"].as_str();
    url.into_iter().chain(source)
}
