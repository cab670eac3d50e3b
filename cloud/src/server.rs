//! The same cloud over HTTP, for the AWS CLI, boto3, or a second process that looks at it from outside.

use std::future::Future;
use std::io;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use winterbaume_core::{MockRequest, MockResponse};

use crate::broken_body::BrokenBody;
use crate::call::Reply;
use crate::client::undo_chunks;
use crate::cloud::Cloud;
use crate::connection_lost::ConnectionLost;
use crate::error_response;
use crate::route::Route;
use crate::service::Fault;

/// The largest request, in bytes: S3's own limit for one upload is 5 GiB, but bodies are held in memory here.
const LARGEST_BODY: usize = 256 << 20;

/// Serves the cloud on a listener until `shutdown` ends; calls under way are finished.
///
/// Requests are routed by the service and region in their signature (signatures are not verified), S3 by path or by
/// the host `BUCKET.localhost`. Unsigned requests are refused with 403.
pub async fn serve(
    cloud: Cloud,
    listener: tokio::net::TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = Router::new().fallback(respond).with_state(cloud);
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

async fn respond(State(cloud): State<Cloud>, request: Request) -> Response {
    let head = request.method() == http::Method::HEAD;
    let request = match received(request).await {
        Ok(request) => request,
        Err(message) => {
            return sent(MockResponse::error(400, "RequestTooLarge", &winterbaume_core::xml_escape(&message)), head);
        }
    };
    if Route::signed(&request).is_none() {
        let fault = Fault {
            status: 403,
            code: "MissingAuthenticationToken".into(),
            message:
                "Sign the request: the embedded cloud reads service and region from its signature. Any credentials do, \
                      e.g. AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x."
                    .into(),
        };
        let service = if request.headers.contains_key("x-amz-target") { "" } else { "s3" };
        return sent(error_response::write(service, &request, fault), head);
    }
    match cloud.call(request).await {
        Ok(Reply { response, whole: true }) => sent(response, head),
        Ok(Reply { response, whole: false }) => cut(response),
        Err(ConnectionLost) => broken(),
    }
}

async fn received(request: Request) -> Result<MockRequest, String> {
    let (parts, body) = request.into_parts();
    let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_owned();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let uri = format!("http://{host}{path}");
    let body = to_bytes(body, LARGEST_BODY).await.map_err(|error| error.to_string())?;
    let mut request = MockRequest { method: parts.method.to_string(), uri, headers: parts.headers, body };
    undo_chunks(&mut request);
    Ok(request)
}

fn sent(response: MockResponse, head: bool) -> Response {
    let mut answer = Response::new(Body::from(response.body));
    *answer.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *answer.headers_mut() = response.headers;
    if !head {
        // The length of the body as it is now, whatever a service said.
        answer.headers_mut().remove("content-length");
    }
    answer
}

/// Returns a response whose body fails at once: the connection ends before the client has a whole response.
fn broken() -> Response {
    let mut answer = Response::new(Body::new(BrokenBody::nothing()));
    answer.headers_mut().insert("content-length", HeaderValue::from_static("1"));
    answer
}

/// Returns a response whose body fails in its middle.
fn cut(response: MockResponse) -> Response {
    let length = HeaderValue::from(response.body.len());
    let half = BrokenBody::half(&response.body);
    let mut answer = sent(response, false);
    *answer.body_mut() = Body::new(half);
    answer.headers_mut().insert("content-length", length);
    answer
}
