//! Logs every attempt of a call to AWS.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, Error, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Level, Span, debug, debug_span};

use super::codes::kind_of;
use super::error::ErrorKind;
use super::error_code::error_code;
use crate::logging::milliseconds;

/// Logs each attempt of a call at debug: service, operation, attempt, duration, HTTP status, request id, error code. Bodies
/// and other headers are never logged.
#[derive(Debug)]
pub(super) struct LogCalls;

/// The attempts of calls of this process, and those of them that AWS throttled.
static ATTEMPTS: AtomicU64 = AtomicU64::new(0);
static THROTTLED: AtomicU64 = AtomicU64::new(0);

/// Returns how many attempts of calls this process has made, and how many of them AWS throttled.
pub fn call_counts() -> (u64, u64) {
    (ATTEMPTS.load(Ordering::Relaxed), THROTTLED.load(Ordering::Relaxed))
}

/// Counts an attempt that has ended.
fn count(context: &FinalizerInterceptorContextRef<'_>) {
    ATTEMPTS.fetch_add(1, Ordering::Relaxed);
    let refused = context.response().filter(|response| response.status().as_u16() >= 400);
    let Some((status, code)) = refused.and_then(|response| Some((response.status().as_u16(), error_code(response)?)))
    else {
        return;
    };
    if kind_of("", &code, "", status) == ErrorKind::Throttled {
        THROTTLED.fetch_add(1, Ordering::Relaxed);
    }
}

/// An attempt that is under way.
#[derive(Debug)]
struct Attempt {
    start: Instant,
    /// For exported spans; no event is logged in it.
    span: Span,
}

impl Storable for Attempt {
    type Storer = StoreReplace<Self>;
}

/// Why an attempt failed.
#[derive(Default)]
struct Failure {
    /// AWS's code, or the part of the way on which the attempt failed.
    error: Option<String>,
    /// Why AWS was not reached.
    cause: Option<String>,
}

#[dyn_dispatch_hint]
impl Intercept for LogCalls {
    fn name(&self) -> &'static str {
        "LogCalls"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if tracing::enabled!(Level::DEBUG) {
            let attempt = Attempt { start: Instant::now(), span: span(config) };
            config.interceptor_state().store_put(attempt);
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        count(context);
        if tracing::enabled!(Level::DEBUG) {
            log(context, config);
            // The span ends with the attempt, not with the call.
            config.interceptor_state().store_put(Attempt { start: Instant::now(), span: Span::none() });
        }
        Ok(())
    }
}

fn span(config: &ConfigBag) -> Span {
    let Some(call) = config.load::<Metadata>() else { return Span::none() };
    debug_span!(
        "aws_call",
        otel.name = format!("{}.{}", call.service(), call.name()),
        otel.kind = "client",
        service = call.service(),
        operation = call.name(),
        attempt = attempts(config),
        status = Empty,
        request_id = Empty,
        error = Empty,
    )
}

fn attempts(config: &ConfigBag) -> u32 {
    config.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts)
}

fn log(context: &FinalizerInterceptorContextRef<'_>, config: &ConfigBag) {
    let Some(attempt) = config.load::<Attempt>() else { return };
    let call = config.load::<Metadata>();
    let response = context.response();
    let status = response.map(|response| response.status().as_u16());
    let request_id = response.and_then(request_id);
    let Failure { error, cause } = match context.output_or_error() {
        Some(Err(error)) => failure(error, response),
        Some(Ok(_)) | None => Failure::default(),
    };
    let (error, cause) = (error.as_deref(), cause.as_deref());
    attempt.span.record("status", status);
    attempt.span.record("request_id", request_id);
    attempt.span.record("error", error);
    debug!(
        service = call.map(Metadata::service),
        operation = call.map(Metadata::name),
        attempt = attempts(config),
        ms = milliseconds(attempt.start.elapsed()),
        status,
        request_id,
        error,
        cause,
        "AWS call"
    );
}

fn request_id(response: &HttpResponse) -> Option<&str> {
    ["x-amzn-requestid", "x-amz-request-id"].iter().find_map(|name| response.headers().get(name))
}

fn failure(error: &OrchestratorError<Error>, response: Option<&HttpResponse>) -> Failure {
    if error.is_operation_error() {
        return Failure { error: response.and_then(error_code), cause: None };
    }
    let place = if error.is_timeout_error() {
        "timeout"
    } else if error.is_connector_error() {
        "connection"
    } else if error.is_response_error() {
        "response"
    } else {
        "request"
    };
    let cause = error.as_connector_error().map(|error| causes(error));
    Failure { error: Some(place.to_owned()), cause }
}

/// Returns the texts of an error and of the errors below it.
fn causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
