//! Refusals that the chassis itself gives, in the wire format that the asking client reads.

use serde_json::json;
use winterbaume_core::{MockRequest, MockResponse, xml_escape};

use crate::error_response;
use crate::service::Fault;
use crate::wire::{json as wire_json, query};

/// The code of an answer that tells of the embedded cloud's own trouble (an unreadable document, a full disk).
/// Its status is 400, so that no client retries what will not go away.
pub(crate) const FAILURE: &str = "EmbeddedCloudFailure";

/// The fault as an answer to `request` in the format of `service`.
pub(crate) fn answer(service: &str, request: &MockRequest, fault: Fault) -> MockResponse {
    if request.headers.get("smithy-protocol").is_some_and(|value| value == "rpc-v2-cbor") {
        return MockResponse::cbor(fault.status, cbor_error(&fault));
    }
    if request.headers.contains_key("x-amz-target") {
        return wire_json::answer(Err(fault));
    }
    match service {
        "s3" => s3(fault),
        "ec2" => query::answer_ec2("", Err(fault)),
        "iam" | "sts" | "sns" | "monitoring" => query::answer_query("", Err(fault)),
        _ => {
            MockResponse::rest_json(fault.status, json!({ "__type": fault.code, "message": fault.message }).to_string())
        }
    }
}

/// The fault as S3 writes it.
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

/// A map of two texts: all of CBOR that an error needs.
fn cbor_error(fault: &Fault) -> Vec<u8> {
    let mut out = vec![0xa2];
    for text in ["__type", &fault.code, "message", &fault.message] {
        let length = u32::try_from(text.len()).unwrap_or(0);
        out.push(0x7a);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&text.as_bytes()[..length as usize]);
    }
    out
}

/// A fault of the chassis itself.
pub(super) fn failure(what: impl std::fmt::Display) -> Fault {
    Fault::new(error_response::FAILURE, format!("the embedded cloud: {what}"))
}
