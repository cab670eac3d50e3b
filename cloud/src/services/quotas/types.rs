//! The types of instances, by SageMaker's service model.

use std::sync::LazyLock;

use serde_json::Value;

/// The types of instances of endpoints.
pub static OF_ENDPOINTS: LazyLock<Vec<String>> = LazyLock::new(|| of("ProductionVariantInstanceType"));

/// The types of instances of processing jobs.
pub static OF_PROCESSING: LazyLock<Vec<String>> = LazyLock::new(|| of("ProcessingInstanceType"));

fn of(shape: &str) -> Vec<String> {
    let shapes: Value = serde_json::from_str(include_str!("../sagemaker/shapes.json")).unwrap_or_default();
    let types = shapes["shapes"][shape]["enum"].as_array().into_iter().flatten();
    types.filter_map(|one| one.as_str().map(str::to_owned)).collect()
}
