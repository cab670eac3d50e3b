//! SageMaker's runtime: `InvokeEndpoint`, `InvokeEndpointWithResponseStream` and `InvokeEndpointAsync`, in the protocol rest-json.
//!
//! No model is loaded: an invocation is counted, gets a stand-in body and leaves a line in the log, and an asynchronous request waits in
//! the queue of its endpoint until it is processed. It leaves no object and no log behind.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use winterbaume_core::{MockRequest, MockResponse};

use super::component_record::Component;
use super::endpoint_record::{Endpoint, Step};
use super::event_stream::payload_parts;
use super::fleet::Variant;
use super::stand_in::{Container, answer};
use super::store::Record;
use super::traffic;
use crate::documents::CallContext;
use crate::route::path_and_query;
use crate::service::Fault;

/// The largest body of an invocation, and of an asynchronous one (service model of sagemaker-runtime).
const BODY: usize = 6_291_456;
const ASYNC_BODY: usize = 128_000;

/// A call of the runtime: the method of the path, and the endpoint.
pub struct Invocation {
    manner: Manner,
    endpoint: String,
}

/// The manner in which a response comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    AtOnce,
    Streamed,
    Queued,
}

impl Invocation {
    /// Reads a path such as `/endpoints/NAME/invocations`; other calls are none.
    pub fn of(request: &MockRequest) -> Option<Self> {
        let path = path_and_query(&request.uri);
        let (path, _) = path.split_once('?').unwrap_or((&path, ""));
        let (endpoint, method) = path.strip_prefix("/endpoints/")?.split_once('/')?;
        let manner = match (request.method.as_str(), method) {
            ("POST", "invocations") => Manner::AtOnce,
            ("POST", "invocations-response-stream") => Manner::Streamed,
            ("POST", "async-invocations") => Manner::Queued,
            _ => return None,
        };
        Some(Self { manner, endpoint: endpoint.to_owned() })
    }

    /// Carries the call out. SageMaker's transitions must have been settled.
    pub fn respond(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        let result = match self.manner {
            Manner::Queued => self.enqueue(request, context),
            Manner::AtOnce | Manner::Streamed => self.invoke(request, context),
        };
        result.unwrap_or_else(refused)
    }

    fn invoke(&self, request: &MockRequest, context: &mut CallContext<'_>) -> Result<MockResponse, Fault> {
        let endpoint = self.endpoint(context)?;
        if endpoint.fleet.async_inference_config.is_some() {
            return Err(invalid(format!(
                "Endpoint {} of account {} takes asynchronous requests only.",
                self.endpoint, context.account
            )));
        }
        if request.body.len() > BODY {
            return Err(too_long(BODY));
        }
        if let Some(component) = self.component(&endpoint, request, context)? {
            return self.invoke_component(&component, request, context);
        }
        let traffic = traffic::Traffic::of(context.own, &self.endpoint)?;
        let target = header(&request.headers, "x-amzn-sagemaker-target-variant");
        let variant = chosen(&endpoint, target, &traffic).ok_or_else(|| {
            let target = target.unwrap_or_default();
            invalid(format!("Variant {target} of endpoint {} was not found.", self.endpoint))
        })?;
        traffic::invoked(context.own, &self.endpoint, &variant.variant_name, context.now_ms)?;
        let body = json!({
            "embedded_cloud": "no model is loaded", "endpoint": self.endpoint, "variant": variant.variant_name,
        });
        let container = Container::of_variant(&self.endpoint, &variant.variant_name);
        Ok(self.answered(request, &body, &container, context))
    }

    /// Returns the response of the container, or `ModelError` in its place, which is counted as an invocation too.
    fn answered(
        &self,
        request: &MockRequest,
        says: &Value,
        container: &Container,
        context: &mut CallContext<'_>,
    ) -> MockResponse {
        let answer = answer(header(&request.headers, "content-type"), &request.body, says);
        container.log(&answer.line, context);
        let body = answer.body.to_string();
        if answer.status >= 400 {
            context.keeps_refusal = true;
            let error = json!({
                "ErrorCode": "CLIENT_ERROR_FROM_MODEL", "Message": container.refused(answer.status, &body, context), "OriginalStatusCode": answer.status,
                "OriginalMessage": body, "LogStreamArn": container.arn(context),
            });
            let mut response = MockResponse::rest_json(424, error.to_string());
            put(&mut response, "x-amzn-errortype", "ModelError");
            return response;
        }
        let mut response = MockResponse::rest_json(200, body);
        if self.manner == Manner::Streamed {
            response.body = payload_parts(&response.body).into();
            response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/vnd.amazon.eventstream"));
            put(&mut response, "x-amzn-sagemaker-content-type", "application/json");
        }
        put(&mut response, "x-amzn-invoked-production-variant", container.variant());
        response
    }

    /// Returns the inference component that a request is for; none of an endpoint whose variants have models. The refusals of a request
    /// with a component too many or too few are AWS's (the tests of BerriAI/litellm quote them).
    fn component(
        &self,
        endpoint: &Endpoint,
        request: &MockRequest,
        context: &CallContext<'_>,
    ) -> Result<Option<Component>, Fault> {
        let hosts = endpoint.fleet.production_variants.iter().any(|variant| variant.declared["ModelName"].is_null());
        match header(&request.headers, "x-amzn-sagemaker-inference-component") {
            None if hosts => Err(invalid(
                "Inference Component Name header is required for endpoints to which you plan to deploy inference components. Please \
                 include Inference Component Name header or consider using SageMaker models.",
            )),
            Some(_) if !hosts => Err(invalid(
                "This endpoint does not host any inference components. Please remove the Inference Component Name header and try \
                 again.",
            )),
            None => Ok(None),
            Some(name) => {
                let found = Component::find(context, name).ok().filter(|one| one.endpoint_name == self.endpoint);
                let missing =
                    || invalid(format!("Inference Component {name} of account {} not found.", context.account));
                found.ok_or_else(missing).map(Some)
            }
        }
    }

    /// Invokes a component. Without a copy AWS refuses the call and counts it (developer guide, "Scale an endpoint to zero
    /// instances"; the words are those of AWS's blog on the feature).
    fn invoke_component(
        &self,
        component: &Component,
        request: &MockRequest,
        context: &mut CallContext<'_>,
    ) -> Result<MockResponse, Fault> {
        let (name, variant) = (&component.inference_component_name, &component.variant_name);
        if component.running() == 0 {
            traffic::lacked_capacity(context.own, &self.endpoint, name, context.now_ms)?;
            context.keeps_refusal = true;
            return Err(invalid(
                "Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if configured) \
                 or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API.",
            ));
        }
        traffic::invoked(context.own, &self.endpoint, variant, context.now_ms)?;
        traffic::component_invoked(context.own, &self.endpoint, name, context.now_ms)?;
        let body = json!({ "embedded_cloud": "no model is loaded", "endpoint": self.endpoint, "component": name });
        Ok(self.answered(request, &body, &Container::of_component(name, variant), context))
    }

    fn enqueue(&self, request: &MockRequest, context: &mut CallContext<'_>) -> Result<MockResponse, Fault> {
        let endpoint = self.endpoint(context)?;
        let Some(config) = &endpoint.fleet.async_inference_config else {
            return Err(invalid(format!(
                "Endpoint {} of account {} does not take asynchronous requests.",
                self.endpoint, context.account
            )));
        };
        let text = |name: &str| header(&request.headers, name);
        match text("x-amzn-sagemaker-inputlocation") {
            Some(_) if !request.body.is_empty() => {
                return Err(invalid("Body and InputLocation are mutually exclusive."));
            }
            Some(place) if !(place.starts_with("s3://") || place.starts_with("https://")) || place.len() > 1024 => {
                return Err(constraint(
                    "inputLocation",
                    "Member must satisfy regular expression pattern: ^(https|s3)://([^/]+)/?(.*)$",
                ));
            }
            None if request.body.is_empty() => return Err(invalid("Either Body or InputLocation must be given.")),
            None if request.body.len() > ASYNC_BODY => return Err(too_long(ASYNC_BODY)),
            Some(_) | None => {}
        }
        let expires_after = seconds(text("x-amzn-sagemaker-requestttlseconds"), "requestTTLSeconds", 60..=21_600)?;
        seconds(text("x-amzn-sagemaker-invocationtimeoutseconds"), "invocationTimeoutSeconds", 1..=3600)?;
        let id = match text("x-amzn-sagemaker-inference-id") {
            Some(id) if id.is_empty() || id.len() > 64 => {
                return Err(constraint("inferenceId", "Member must have length between 1 and 64"));
            }
            Some(id) => id.to_owned(),
            None => uuid::Uuid::new_v4().to_string(),
        };
        // The default is 6 hours (service model).
        let expires_ms = context.now_ms + expires_after.unwrap_or(21_600) * 1000;
        traffic::queued(context.own, &self.endpoint, context.now_ms, expires_ms, context.processing_ms)?;
        let mut response = MockResponse::rest_json(202, json!({ "InferenceId": id }).to_string());
        let file = uuid::Uuid::new_v4();
        for (member, name, end) in [
            ("S3OutputPath", "x-amzn-sagemaker-outputlocation", ".out"),
            ("S3FailurePath", "x-amzn-sagemaker-failurelocation", "-error.out"),
        ] {
            if let Some(path) = config["OutputConfig"][member].as_str() {
                put(&mut response, name, &format!("{}/{file}{end}", path.trim_end_matches('/')));
            }
        }
        Ok(response)
    }

    /// Returns the endpoint if it takes requests. AWS says "not found" of one that it does not have
    /// (amazon-sagemaker-examples, issue 559). Its words for one that is not in service are not documented; the service
    /// model has no other error for that.
    fn endpoint(&self, context: &CallContext<'_>) -> Result<Endpoint, Fault> {
        let takes_requests = |endpoint: &Endpoint| {
            let step = endpoint.transition.as_ref().map(|transition| &transition.step);
            !matches!(step, Some(Step::Create | Step::Delete)) && endpoint.rest != "Failed"
        };
        Endpoint::find(context, &self.endpoint)
            .ok()
            .filter(takes_requests)
            .ok_or_else(|| invalid(format!("Endpoint {} of account {} not found.", self.endpoint, context.account)))
    }
}

/// Returns the variant that is invoked: the one that is asked for, or else the one that has had the smallest part of its
/// share by weight.
fn chosen<'a>(endpoint: &'a Endpoint, target: Option<&str>, traffic: &traffic::Traffic) -> Option<&'a Variant> {
    if let Some(target) = target {
        return endpoint.fleet.find(target);
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of invocations is far below 2^52")]
    let part = |variant: &Variant| (traffic.all_invocations(&variant.variant_name) + 1) as f64 / variant.weight;
    let variants = endpoint.fleet.production_variants.iter();
    variants.filter(|variant| variant.weight > 0.0).min_by(|one, other| part(one).total_cmp(&part(other)))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn put(response: &mut MockResponse, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers.insert(name, value);
    }
}

fn seconds(text: Option<&str>, member: &str, range: std::ops::RangeInclusive<i64>) -> Result<Option<i64>, Fault> {
    let Some(text) = text else { return Ok(None) };
    let number = text.parse().ok().filter(|number| range.contains(number));
    let wrong = || constraint(member, &format!("Member must be between {} and {}", range.start(), range.end()));
    number.map(Some).ok_or_else(wrong)
}

fn too_long(limit: usize) -> Fault {
    constraint("body", &format!("Member must have length less than or equal to {limit}"))
}

fn constraint(member: &str, rule: &str) -> Fault {
    invalid(format!("1 validation error detected: Value at '{member}' failed to satisfy constraint: {rule}"))
}

/// Returns the runtime's error for a wrong request: its shape is `ValidationError`, not `ValidationException`.
fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("ValidationError", message)
}

fn refused(fault: Fault) -> MockResponse {
    let mut response = MockResponse::rest_json(fault.status, json!({ "Message": fault.message }).to_string());
    put(&mut response, "x-amzn-errortype", &fault.code);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_names_the_call_and_the_endpoint() {
        let of = |method: &str, path: &str| {
            let uri = format!("https://runtime.sagemaker.us-east-1.amazonaws.com{path}");
            Invocation::of(&MockRequest { method: method.into(), uri, headers: HeaderMap::new(), body: "".into() })
                .map(|call| (call.endpoint, call.manner))
        };
        let llm = |manner| Some(("llm".to_owned(), manner));
        assert_eq!(of("POST", "/endpoints/llm/invocations"), llm(Manner::AtOnce));
        assert_eq!(of("POST", "/endpoints/llm/async-invocations?x"), llm(Manner::Queued));
        assert_eq!(of("POST", "/endpoints/llm/invocations-response-stream"), llm(Manner::Streamed));
        assert_eq!(of("GET", "/endpoints/llm/invocations"), None);
        assert_eq!(of("POST", "/"), None);
    }
}
