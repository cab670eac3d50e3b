//! The three protocols that CloudWatch is spoken to in: rpc-v2-cbor (the SDK for Rust), awsJson1.0 and awsQuery.

use std::io::Read as _;

use http::HeaderValue;
use serde_json::{Map, Value, json};
use winterbaume_core::{MockRequest, MockResponse};

use super::refusal::{Outcome, Refusal};
use super::{fields, form};
use crate::service::Fault;
use crate::wire::{cbor, json, query};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Cbor,
    Json,
    Query,
}

/// One call, whichever protocol it came in.
#[derive(Debug)]
pub(super) struct Call {
    protocol: Protocol,
    /// The operation, e.g. `PutMetricAlarm`.
    pub operation: String,
    /// The input with every field of its type, or why it cannot be read.
    pub input: Outcome,
}

impl Call {
    /// Reads a request.
    pub fn of(request: &MockRequest) -> Self {
        let request = match inflated(request) {
            Ok(request) => request,
            Err(fault) => return Self { protocol: Protocol::Cbor, operation: String::new(), input: Err(fault.into()) },
        };
        let path = request.uri.split('?').next().unwrap_or_default();
        let (protocol, operation, input) =
            if request.headers.get("smithy-protocol").is_some_and(|name| name == "rpc-v2-cbor") {
                let operation = path.rsplit_once("/operation/").map(|(_, operation)| operation.to_owned());
                (Protocol::Cbor, operation.unwrap_or_default(), cbor::decode(&request.body))
            } else if request.headers.contains_key("x-amz-target") {
                (Protocol::Json, json::operation(&request), json::body(&request))
            } else {
                let parameters = query::Parameters::of(&request);
                (Protocol::Query, parameters.operation().to_owned(), Ok(form::nested(&parameters)))
            };
        let typed = |input| {
            fields::typed(input).map_err(|misfit| {
                Fault::new("MalformedInput", format!("a value has not the type of its field: {misfit}"))
            })
        };
        Self { protocol, operation, input: input.and_then(typed).map_err(Refusal::from) }
    }

    /// Returns the error for an operation that is not there, with the protocol's code for it.
    pub fn unknown_operation(&self) -> Fault {
        let code = if self.protocol == Protocol::Query { "InvalidAction" } else { "UnknownOperationException" };
        Fault::new(code, format!("Could not find operation {} for version 2010-08-01", self.operation))
    }

    /// Writes the response.
    pub fn respond(&self, outcome: Outcome) -> MockResponse {
        let request_id = uuid::Uuid::new_v4().to_string();
        let mut response = match (self.protocol, outcome) {
            (Protocol::Cbor, Ok(value)) => cbor_response(200, &value),
            (Protocol::Cbor, Err(refusal)) => {
                coded(cbor_response(refusal.fault.status, &error(&refusal)), &refusal.fault)
            }
            (Protocol::Json, Ok(value)) => MockResponse::json(200, value.to_string()),
            (Protocol::Json, Err(refusal)) => {
                coded(MockResponse::json(refusal.fault.status, error(&refusal).to_string()), &refusal.fault)
            }
            (Protocol::Query, Ok(value)) => {
                let (operation, fields) = (&self.operation, form::xml(&value));
                MockResponse::xml(
                    200,
                    format!(
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
                         <{operation}Response xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">\
                         <{operation}Result>{fields}</{operation}Result>\
                         <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
                    ),
                )
            }
            (Protocol::Query, Err(refusal)) => query::query_response(&self.operation, Err(refusal.fault)),
        };
        if let Ok(request_id) = request_id.parse() {
            response.headers.insert("x-amzn-requestid", request_id);
        }
        response
    }
}

/// Returns the request with its body decompressed; the SDK compresses large PutMetricData bodies.
fn inflated(request: &MockRequest) -> Result<MockRequest, Fault> {
    let mut request = request.clone();
    if request.headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        let mut body = Vec::new();
        flate2::read::GzDecoder::new(request.body.as_ref())
            .read_to_end(&mut body)
            .map_err(|error| Fault::new("SerializationException", format!("the body is not gzip: {error}")))?;
        request.body = body.into();
    }
    Ok(request)
}

fn cbor_response(status: u16, value: &Value) -> MockResponse {
    let mut response = MockResponse::cbor(status, cbor::encode(value, &fields::is_instant));
    response.headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    response
}

/// Clients of the newer protocols know errors by the names of their shapes; the code of the query protocol goes beside
/// it in a header; the SDK matches on it.
fn error(refusal: &Refusal) -> Value {
    let shape = match refusal.fault.code.as_str() {
        "ResourceNotFound" if refusal.fault.message.contains("Dashboard") => "DashboardNotFoundError",
        "InvalidParameterInput" => "DashboardInvalidInputError",
        "InvalidParameterValue" => "InvalidParameterValueException",
        "InvalidParameterCombination" => "InvalidParameterCombinationException",
        "MissingParameter" => "MissingRequiredParameterException",
        "LimitExceeded" => "LimitExceededFault",
        "InvalidFormat" => "InvalidFormatFault",
        other => other,
    };
    let mut fields = Map::new();
    fields.insert("__type".to_owned(), json!(format!("com.amazonaws.cloudwatch#{shape}")));
    fields.insert("message".to_owned(), json!(refusal.fault.message));
    if let Value::Object(details) = &refusal.details {
        fields.extend(details.clone());
    }
    Value::Object(fields)
}

fn coded(mut response: MockResponse, fault: &Fault) -> MockResponse {
    if let Ok(code) = format!("{};Sender", fault.code).parse() {
        response.headers.insert("x-amzn-query-error", code);
    }
    response
}
