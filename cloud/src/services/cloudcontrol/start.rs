//! The beginning of a request.

use serde_json::{Value, json};
use uuid::Uuid;

use super::durations;
use super::failure::Failure;
use super::request::{Operation, Request};
use super::schema::Facts;
use super::{identifier, tokens};
use crate::documents::CallContext;
use crate::service::Fault;

/// A request that is to begin.
pub struct Start<'a> {
    /// The name of the operation of the call.
    pub call: &'static str,
    /// The input of the call.
    pub input: &'a Value,
    /// The type of the resource.
    pub facts: &'a Facts,
    /// What it does.
    pub operation: Operation,
    /// The identifier of the resource.
    pub identifier: String,
    /// The model of the resource.
    pub model: &'a Value,
    /// Whether events show the identifier from the beginning.
    pub named: bool,
    /// Why it will fail.
    pub failure: Option<Failure>,
    /// Whether it makes the resource although it fails.
    pub made: bool,
    /// The model after it.
    pub desired: Option<Value>,
}

impl Start<'_> {
    /// Begins the request, and returns it. Its first event is PENDING.
    pub fn begin(self, context: &mut CallContext<'_>) -> Result<Request, Fault> {
        let span = durations::span(&self.facts.type_name, self.operation, context);
        let request = Request {
            token: Uuid::new_v4().to_string(),
            type_name: self.facts.type_name.clone(),
            identity: identifier::identity(self.facts, self.model),
            identifier: self.identifier,
            named: self.named,
            operation: self.operation,
            requested_ms: context.now_ms,
            starts_ms: span.starts_ms,
            ends_ms: span.ends_ms,
            failure: self.failure,
            made: self.made,
            desired: self.desired,
            canceled_ms: None,
            settled: false,
        };
        request.save(context.own)?;
        tokens::remember(self.call, self.input, &request, context);
        Ok(request)
    }
}

/// Returns the output of a call that began a request.
pub fn output(request: &Request) -> Value {
    // The response leaves before the handler begins, however fast that is.
    json!({ "ProgressEvent": request.event(request.requested_ms.min(request.starts_ms.saturating_sub(1))) })
}

/// Refuses a second operation on a resource while one is under way (terraform-provider-awscc#2196).
pub fn check_alone(facts: &Facts, identifier: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    let runs = |request: &Request| {
        request.type_name == facts.type_name
            && request.identifier == identifier
            && request.is_running(context.now_ms)
            && (request.failure.is_none() || request.made)
    };
    if Request::unsettled(context.own)?.iter().any(runs) {
        let message = format!(
            "Another resource operation is currently being performed on this resource: '{}' with identifier '{identifier}'",
            facts.type_name
        );
        return Err(Fault::new("ConcurrentOperationException", message));
    }
    Ok(())
}
