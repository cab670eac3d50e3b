//! Lists of endpoints.

use serde_json::{Value, json};

use super::endpoint_record::Endpoint;
use super::kind::ENDPOINT;
use super::listing::{self, Item};
use super::store::Record;
use crate::clock;
use crate::documents::CallContext;
use crate::service::Fault;

/// ListEndpoints.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let item = |endpoint: Endpoint| Item {
        created_ms: endpoint.created_ms,
        modified_ms: endpoint.modified_ms,
        status: endpoint.status().to_owned(),
        summary: json!({
            "EndpointName": endpoint.endpoint_name,
            "EndpointArn": ENDPOINT.arn(context, &endpoint.endpoint_name),
            "CreationTime": clock::seconds(endpoint.created_ms),
            "LastModifiedTime": clock::seconds(endpoint.modified_ms),
            "EndpointStatus": endpoint.status(),
        }),
        name: endpoint.endpoint_name,
    };
    listing::respond(input, "Endpoints", Endpoint::all(context)?.into_iter().map(item).collect())
}
