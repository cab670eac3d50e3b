//! Bedrock as a service of the cloud.

use std::sync::LazyLock;

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

use super::{job, model, operations};
use crate::documents::CallContext;
use crate::route::path_and_query;
use crate::service::{Fault, Service};
use crate::services::json::{Handler, JsonService, act};
use crate::services::shape::Shapes;
use crate::wire::{json, rest_json};

static SHAPES: LazyLock<Result<Shapes, Fault>> = LazyLock::new(|| Shapes::read(include_str!("shapes.json")));

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bedrock;

impl Service for Bedrock {
    fn name(&self) -> &'static str {
        "bedrock"
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        let before = context.own.clone();
        let result = respond(request, context);
        if result.is_err() {
            *context.own = before;
        }
        let fault = match result {
            Ok(value) => return MockResponse::rest_json(200, value.to_string()),
            Err(fault) => fault,
        };
        let mut response = json::response(Err(Fault { status: status_of(&fault.code), ..fault }));
        response.headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        response
    }
}

fn respond(request: &MockRequest, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let path = path_and_query(&request.uri);
    let Some((operation, members)) = rest_json::called("bedrock", &request.method, &path) else {
        let message = format!("The embedded cloud has no operation {} {path} of Bedrock", request.method);
        return Err(Fault::new("UnknownOperationException", message));
    };
    let mut input = json::body(request)?;
    if let Some(input) = input.as_object_mut() {
        input.extend(members);
    }
    let output = act::<Bedrock>(operation, &input, context)?;
    Ok(without_nulls(output))
}

/// Returns an output as AWS sends it, which leaves absent members out.
fn without_nulls(mut value: Value) -> Value {
    fn clean(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|_, member| !member.is_null());
                members.values_mut().for_each(clean);
            }
            Value::Array(members) => members.iter_mut().for_each(clean),
            _ => {}
        }
    }
    clean(&mut value);
    value
}

/// Returns the HTTP status of an error (`httpStatusCode` of botocore 1.44.5).
fn status_of(code: &str) -> u16 {
    match code {
        "ResourceNotFoundException" => 404,
        "AccessDeniedException" => 403,
        "ThrottlingException" => 429,
        "InternalServerException" => 500,
        _ => 400,
    }
}

impl JsonService for Bedrock {
    const TITLE: &'static str = "Bedrock";

    fn shapes() -> &'static Result<Shapes, Fault> {
        &SHAPES
    }

    fn handler(operation: &str) -> Option<Handler> {
        operations::handler(operation)
    }

    fn settle(context: &mut CallContext<'_>) -> Result<(), Fault> {
        job::settle(context);
        model::settle(context);
        Ok(())
    }
}
