//! The service EC2: its operations, and the way of a call through it.

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

use super::{endpoint, lingering, nat_gateway, operations, unsupported, uses};
use crate::documents::{CallContext, Tables};
use crate::service::{Fault, Service};
use crate::usage::{Place, Use};
use crate::wire::query::{Parameters, ec2_response};

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ec2;

impl Service for Ec2 {
    fn name(&self) -> &'static str {
        "ec2"
    }

    fn uses(&self, document: &Tables, place: &Place<'_>) -> Vec<Use> {
        uses::all(document, place)
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        let parameters = Parameters::of(request);
        let before = context.own.clone();
        let result = run(&parameters, context);
        if result.is_err() {
            // A refused call leaves no trace, also when it was refused half-way (a dry run is refused at its end).
            *context.own = before;
        }
        ec2_response(parameters.operation(), result)
    }
}

fn run(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let operation = parameters.operation();
    let handler = operations::handler(operation).ok_or_else(|| {
        Fault::new("InvalidAction", format!("The action {operation} is not valid for this web service."))
    })?;
    unsupported::check(parameters)?;
    nat_gateway::forget_ended(context)?;
    endpoint::forget_gone(context)?;
    lingering::forget_gone(context);
    let answer = handler(parameters, context)?;
    if parameters.get("DryRun") == Some("true") {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(Fault { status: 412, ..Fault::new("DryRunOperation", message) });
    }
    Ok(answer)
}
