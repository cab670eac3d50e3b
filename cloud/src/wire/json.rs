//! awsJson 1.0 and 1.1: the operation in `X-Amz-Target`, JSON in and out.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use winterbaume_core::{MockRequest, MockResponse};

use crate::service::Fault;

/// Returns the operation that a request names: `CreateEndpoint` of `SageMaker.CreateEndpoint`.
pub fn operation(request: &MockRequest) -> String {
    let target = request.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// Returns the request of an operation, as one service sends it to another.
pub fn request(operation: &str, input: &Value) -> MockRequest {
    let mut headers = HeaderMap::new();
    if let Ok(target) = HeaderValue::from_str(operation) {
        headers.insert("x-amz-target", target);
    }
    MockRequest { method: "POST".to_owned(), uri: "/".to_owned(), headers, body: input.to_string().into() }
}

/// Returns the request's body; an empty body is an empty object.
pub fn body(request: &MockRequest) -> Result<Value, Fault> {
    if request.body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(&request.body)
        .map_err(|error| Fault::new("SerializationException", format!("the body is not JSON: {error}")))
}

/// The services whose protocol is awsJson, and the versions that their models say (`jsonVersion` of botocore 1.44.5).
const VERSIONS: [(&str, &str); 12] = [
    ("application-autoscaling", "application/x-amz-json-1.1"),
    ("budgets", "application/x-amz-json-1.1"),
    ("ce", "application/x-amz-json-1.1"),
    ("cloudcontrolapi", "application/x-amz-json-1.0"),
    ("ecr", "application/x-amz-json-1.1"),
    ("kms", "application/x-amz-json-1.1"),
    ("logs", "application/x-amz-json-1.1"),
    ("monitoring", "application/x-amz-json-1.0"),
    ("pricing", "application/x-amz-json-1.1"),
    ("sagemaker", "application/x-amz-json-1.1"),
    ("secretsmanager", "application/x-amz-json-1.1"),
    ("servicequotas", "application/x-amz-json-1.1"),
];

/// Returns a response in the form in which AWS sends it: with the content type of the service's protocol, and without
/// nulls, as AWS leaves absent members out.
pub fn as_aws_sends(service: &str, mut response: MockResponse) -> MockResponse {
    let Some((_, version)) = VERSIONS.iter().find(|(name, _)| *name == service) else { return response };
    if response.headers.get(CONTENT_TYPE).is_none_or(|kind| kind != "application/x-amz-json-1.0") {
        return response;
    }
    response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(version));
    if let Ok(mut body) = serde_json::from_slice::<Value>(&response.body) {
        remove_nulls(&mut body);
        response.body = body.to_string().into();
    }
    response
}

fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(remove_nulls);
        }
        Value::Array(members) => members.iter_mut().for_each(remove_nulls),
        _ => {}
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_has_the_content_type_of_its_model_and_sends_no_nulls() {
        let body = json!({ "Items": [{ "A": null, "B": [1] }], "NextToken": null });
        for (service, version) in [("sagemaker", "1.1"), ("logs", "1.1"), ("monitoring", "1.0")] {
            let sent = as_aws_sends(service, response(Ok(body.clone())));
            assert_eq!(sent.headers[CONTENT_TYPE], format!("application/x-amz-json-{version}"));
            assert_eq!(serde_json::from_slice::<Value>(&sent.body).unwrap(), json!({ "Items": [{ "B": [1] }] }));
        }
        // The policy of a bucket comes back as it is.
        let policy = MockResponse::json(200, r#"{"Version":"1","Id":null}"#);
        assert_eq!(as_aws_sends("s3", policy.clone()).body, policy.body);
    }
}
