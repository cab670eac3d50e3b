//! awsJson 1.0 and 1.1: the operation in `X-Amz-Target`, JSON in and out.

use serde_json::{Value, json};
use winterbaume_core::{MockRequest, MockResponse};

use crate::service::Fault;

/// Returns the operation that a request names: `CreateEndpoint` of `SageMaker.CreateEndpoint`.
pub fn operation(request: &MockRequest) -> String {
    let target = request.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// Returns the request's body; an empty body is an empty object.
pub fn body(request: &MockRequest) -> Result<Value, Fault> {
    if request.body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(&request.body)
        .map_err(|error| Fault::new("SerializationException", format!("the body is not JSON: {error}")))
}

/// Returns the response: 200 with the value, or the fault in AWS's form.
pub fn response(result: Result<Value, Fault>) -> MockResponse {
    match result {
        Ok(value) => MockResponse::json(200, value.to_string()),
        Err(fault) => {
            let mut response =
                MockResponse::json(fault.status, json!({ "__type": fault.code, "message": fault.message }).to_string());
            if let Ok(code) = fault.code.parse() {
                response.headers.insert("x-amzn-errortype", code);
            }
            response
        }
    }
}
