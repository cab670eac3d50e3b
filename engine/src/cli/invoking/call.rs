//! The calls of an invocation.

use std::time::Duration;

use aws_sdk_sagemakerruntime::error::DisplayErrorContext;
use aws_sdk_sagemakerruntime::operation::invoke_endpoint::InvokeEndpointError;
use aws_sdk_sagemakerruntime::operation::invoke_endpoint_with_response_stream::{
    InvokeEndpointWithResponseStreamError, InvokeEndpointWithResponseStreamOutput,
};
use aws_sdk_sagemakerruntime::primitives::Blob;
use aws_sdk_sagemakerruntime::types::ResponseStream;

use super::endpoint::InvokedEndpoint;
use super::failure;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::sdk::{Aws, CallName as _};
use ebbtide::resource::escaped_text;

/// The longest pause within a streamed response. SageMaker ends one after 8 minutes (developer guide, "Invoke models for real-time
/// inference").
const PAUSE: Duration = Duration::from_mins(9);

/// A request to an endpoint.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Request<'a> {
    pub(in crate::cli) stack: &'a str,
    pub(in crate::cli) endpoint: &'a InvokedEndpoint,
    pub(in crate::cli) content_type: &'a str,
    pub(in crate::cli) accept: Option<&'a str>,
    /// The inference component, by its name in AWS.
    pub(in crate::cli) component: Option<&'a str>,
    pub(in crate::cli) variant: Option<&'a str>,
}

/// The answer to a request, or the head of one that is streamed.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Answer {
    pub(in crate::cli) body: Vec<u8>,
    pub(in crate::cli) content_type: Option<String>,
    pub(in crate::cli) variant: Option<String>,
}

/// The places of the answer to a request that waits in a queue.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Queued {
    pub(in crate::cli) output: Option<String>,
    pub(in crate::cli) failure: Option<String>,
    pub(in crate::cli) id: Option<String>,
}

/// A response that comes in parts.
pub(in crate::cli) struct Stream<'a> {
    request: Request<'a>,
    output: InvokeEndpointWithResponseStreamOutput,
}

/// Invokes an endpoint.
pub(in crate::cli) async fn invoke(aws: &Aws, request: Request<'_>, body: Vec<u8>) -> Result<Answer, CommandError> {
    let Request { stack, endpoint, .. } = request;
    let call = aws.sagemakerruntime().invoke_endpoint().endpoint_name(&endpoint.name).body(Blob::new(body));
    let call = call.content_type(request.content_type).set_accept(request.accept.map(str::to_owned));
    let call = call.set_target_variant(request.variant.map(str::to_owned));
    let sent = call.set_inference_component_name(request.component.map(str::to_owned)).send().await;
    if let Err(error) = &sent
        && let Some(InvokeEndpointError::ModelError(error)) = error.as_service_error()
    {
        return Err(failure::of_model(stack, &endpoint.address, error));
    }
    let answered = sent.named("sagemaker:InvokeEndpoint");
    let answered = answered.map_err(|error| failure::of_call(stack, &endpoint.address, error))?;
    Ok(Answer {
        body: answered.body.map(Blob::into_inner).unwrap_or_default(),
        content_type: answered.content_type,
        variant: answered.invoked_production_variant,
    })
}

/// Invokes an endpoint whose response comes in parts.
pub(in crate::cli) async fn invoke_stream<'a>(
    aws: &Aws,
    request: Request<'a>,
    body: Vec<u8>,
) -> Result<Stream<'a>, CommandError> {
    let Request { stack, endpoint, .. } = request;
    let call = aws.sagemakerruntime().invoke_endpoint_with_response_stream().endpoint_name(&endpoint.name);
    let call = call.body(Blob::new(body)).content_type(request.content_type);
    let call =
        call.set_accept(request.accept.map(str::to_owned)).set_target_variant(request.variant.map(str::to_owned));
    let sent = call.set_inference_component_name(request.component.map(str::to_owned)).send().await;
    if let Err(error) = &sent
        && let Some(InvokeEndpointWithResponseStreamError::ModelError(error)) = error.as_service_error()
    {
        return Err(failure::of_model(stack, &endpoint.address, error));
    }
    let answered = sent.named("sagemaker:InvokeEndpointWithResponseStream");
    let output = answered.map_err(|error| failure::of_call(stack, &endpoint.address, error))?;
    Ok(Stream { request, output })
}

/// Puts a request into the queue of an asynchronous endpoint: its body, or the place of it in S3.
pub(in crate::cli) async fn invoke_async(
    aws: &Aws,
    request: Request<'_>,
    (body, input): (Option<Vec<u8>>, Option<&str>),
) -> Result<Queued, CommandError> {
    let Request { stack, endpoint, .. } = request;
    let call = aws.sagemakerruntime().invoke_endpoint_async().endpoint_name(&endpoint.name);
    let call = call.content_type(request.content_type).set_accept(request.accept.map(str::to_owned));
    let call = call.set_body(body.map(Blob::new)).set_input_location(input.map(str::to_owned));
    let queued = call.send().await.named("sagemaker:InvokeEndpointAsync");
    let queued = queued.map_err(|error| failure::of_call(stack, &endpoint.address, error))?;
    Ok(Queued { output: queued.output_location, failure: queued.failure_location, id: queued.inference_id })
}

impl Stream<'_> {
    /// Returns the head of the response.
    pub(in crate::cli) fn head(&self) -> Answer {
        Answer {
            body: Vec::new(),
            content_type: self.output.content_type.clone(),
            variant: self.output.invoked_production_variant.clone(),
        }
    }

    /// Waits for the next part of the response; `None` at its end.
    pub(in crate::cli) async fn part(&mut self) -> Result<Option<Vec<u8>>, CommandError> {
        let Request { stack, endpoint, .. } = self.request;
        let hint = format!("`ebb logs {stack} {} --since 10m` shows what the model logged", endpoint.address);
        let broken = |why: String| {
            CommandError::new(CommandErrorKind::Call, format!("the response broke off: {why}")).hint(hint.clone())
        };
        let received = tokio::time::timeout(PAUSE, self.output.body.recv()).await;
        let received = received.map_err(|_| broken("nothing came for 9 minutes".to_owned()))?;
        match received {
            Ok(Some(ResponseStream::PayloadPart(part))) => {
                Ok(Some(part.bytes.map(Blob::into_inner).unwrap_or_default()))
            }
            // Another sort of event is none that has a part of the response.
            Ok(Some(_)) => Ok(Some(Vec::new())),
            Ok(None) => Ok(None),
            Err(error) => Err(match error.as_service_error() {
                Some(error) => broken(escaped_text(&error.to_string())),
                None => broken(DisplayErrorContext(&error).to_string()),
            }),
        }
    }
}
