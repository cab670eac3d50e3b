//! Lists of endpoints.

use serde_json::{Value, json};

use super::endpoint::Endpoint;
use super::kind::ENDPOINT;
use super::listing::{self, Item};
use super::time;
use crate::documents::World;
use crate::service::Fault;

/// ListEndpoints.
pub fn list(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let item = |endpoint: Endpoint| Item {
        created_ms: endpoint.created_ms,
        modified_ms: endpoint.modified_ms,
        status: endpoint.status().to_owned(),
        summary: json!({
            "EndpointName": endpoint.endpoint_name,
            "EndpointArn": ENDPOINT.arn(world, &endpoint.endpoint_name),
            "CreationTime": time::seconds(endpoint.created_ms),
            "LastModifiedTime": time::seconds(endpoint.modified_ms),
            "EndpointStatus": endpoint.status(),
        }),
        name: endpoint.endpoint_name,
    };
    listing::answer(input, "Endpoints", Endpoint::all(world)?.into_iter().map(item).collect())
}
