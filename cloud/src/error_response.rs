//! Errors that no service wrote, in the wire format that the client reads.

use serde_json::json;
use winterbaume_core::{MockRequest, MockResponse, xml_escape};

use crate::service::Fault;
use crate::wire::{cbor, json as wire_json, query};

/// The code of an error of the embedded cloud itself (an unreadable document, a full disk).
/// Its status is 400, so that no client retries a failure that will not go away.
pub(crate) const FAILURE: &str = "EmbeddedCloudFailure";

/// Returns the fault as a response to `request` in the format of `service`.
pub(crate) fn write(service: &str, request: &MockRequest, fault: Fault) -> MockResponse {
    if request.headers.get("smithy-protocol").is_some_and(|value| value == "rpc-v2-cbor") {
        return MockResponse::cbor(
            fault.status,
            cbor::encode(&json!({ "__type": fault.code, "message": fault.message }), &|_| false),
        );
    }
    if request.headers.contains_key("x-amz-target") {
        return wire_json::response(Err(fault));
    }
    match service {
        "s3" => s3(fault),
        "ec2" => query::ec2_response("", Err(fault)),
        "iam" | "sts" | "sns" | "monitoring" => query::query_response("", Err(fault)),
        _ => {
            MockResponse::rest_json(fault.status, json!({ "__type": fault.code, "message": fault.message }).to_string())
        }
    }
}

/// Returns the fault as S3 writes it.
pub(crate) fn s3(fault: Fault) -> MockResponse {
    MockResponse::xml(
        fault.status,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{}</Code><Message>{}</Message><RequestId>{}</RequestId></Error>",
            fault.code,
            xml_escape(&fault.message),
            uuid::Uuid::new_v4()
        ),
    )
}

/// Returns the fault for a failure of the embedded cloud itself.
pub(super) fn failure(what: impl std::fmt::Display) -> Fault {
    Fault::new(FAILURE, format!("the embedded cloud: {what}"))
}
