//! Calls through a client that answers from memory, and what is logged of them.

use std::io::Write;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use tracing_subscriber::filter::LevelFilter;

use super::*;

/// Answers every request with a status and a body; with status 0, as a connection that cannot be made.
#[derive(Clone, Debug)]
struct Server(u16, &'static str);

impl HttpConnector for Server {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let Ok(status) = self.0.max(100).try_into() else { unreachable!("a status") };
        if self.0 == 0 {
            return HttpConnectorFuture::ready(Err(ConnectorError::io("connection refused".into())));
        }
        let mut response = HttpResponse::new(status, SdkBody::from(self.1));
        response.headers_mut().insert("x-amzn-requestid", "request-1");
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl HttpClient for Server {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Returns the log lines of a call, without those of the SDK.
fn logged(level: LevelFilter, server: Server) -> Vec<Value> {
    let written = Written::default();
    let to = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(level)
        .with_writer(move || to.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let call = Operation::builder()
            .service_name("Secrets Manager")
            .operation_name("CreateSecret")
            .http_client(server)
            .endpoint_url("http://localhost:1")
            .no_auth()
            .no_retry()
            .interceptor(LogCalls)
            .serializer(|_: ()| Ok(HttpRequest::new(SdkBody::from("canary"))))
            .deserializer(|response| match response.status().is_success() {
                true => Ok(()),
                false => Err(OrchestratorError::operation(std::io::Error::other("refused"))),
            })
            .build();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _ = runtime.block_on(call.invoke(()));
    });
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["target"].as_str().is_some_and(|target| target.contains("sdk::trace"))).collect()
}

#[test]
fn a_call_is_logged_with_its_status_and_request_id_and_without_its_body() {
    let lines = logged(LevelFilter::TRACE, Server(200, "canary"));
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!((&line["message"], &line["level"]), (&"AWS call".into(), &"DEBUG".into()));
    assert_eq!((&line["service"], &line["operation"]), (&"Secrets Manager".into(), &"CreateSecret".into()));
    assert_eq!((&line["status"], &line["attempt"]), (&200.into(), &1.into()));
    assert_eq!(line["request_id"], "request-1");
    assert!(line["ms"].is_u64() && line["error"].is_null());
    assert!(!line.to_string().contains("canary"));
}

#[test]
fn a_refused_call_is_logged_with_the_code_of_the_error() {
    let lines = logged(LevelFilter::DEBUG, Server(400, "{\"__type\":\"LimitExceeded\",\"message\":\"canary\"}"));
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["status"], &lines[0]["error"]), (&400.into(), &"LimitExceeded".into()));
    assert!(!lines[0].to_string().contains("canary"));
}

#[test]
fn a_call_that_reaches_nothing_is_logged_with_the_cause() {
    let lines = logged(LevelFilter::DEBUG, Server(0, ""));
    assert_eq!(lines[0]["error"], "connection");
    assert!(lines[0]["cause"].as_str().unwrap().contains("connection refused"), "{}", lines[0]);
    assert!(lines[0]["status"].is_null());
}

#[test]
fn calls_are_not_logged_at_info() {
    assert!(logged(LevelFilter::INFO, Server(400, "")).is_empty());
}
