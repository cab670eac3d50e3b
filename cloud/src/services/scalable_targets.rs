//! Scalable targets as both Auto Scaling and SageMaker see them: their table, and the resources they stand for.

use serde_json::Value;

use super::json::text;
use crate::documents::Tables;

/// The table of scalable targets in the document of Auto Scaling, by namespace, resource id and dimension.
pub const TARGETS: &str = "ScalableTarget";

/// A resource of SageMaker, named by its resource id.
pub enum Named<'a> {
    /// A production variant.
    Variant {
        /// The name of its endpoint.
        endpoint: &'a str,
        /// Its own name.
        variant: &'a str,
    },
    /// The inference component of this name.
    Component(&'a str),
}

/// Reads a resource id; returns nothing for the id of another service.
pub fn named(resource: &str) -> Option<Named<'_>> {
    let parts: Vec<&str> = resource.split('/').collect();
    match parts.as_slice() {
        ["endpoint", endpoint, "variant", variant] => Some(Named::Variant { endpoint, variant }),
        ["inference-component", name] => Some(Named::Component(name)),
        _ => None,
    }
}

/// Returns the variants of an endpoint that are registered as scalable targets. `tables` are those of Auto Scaling;
/// `created_ms` is the instant of the endpoint's creation, in milliseconds since the Unix epoch.
pub fn registered_variants(tables: &Tables, endpoint: &str, created_ms: i64) -> Vec<String> {
    let of_it = |target: &Value| match named(text(target, "ResourceId"))? {
        Named::Variant { endpoint: name, variant } if name == endpoint => {
            (target["ResourceCreatedMs"] == created_ms).then(|| variant.to_owned())
        }
        _ => None,
    };
    let mut variants: Vec<String> = tables.all(TARGETS).filter_map(|(_, target)| of_it(target)).collect();
    variants.dedup();
    variants
}
