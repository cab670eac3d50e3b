//! Export of spans to an OpenTelemetry collector: OTLP over HTTP, with the HTTP client of the AWS SDK.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use opentelemetry::trace::{Status, TracerProvider as _};
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tokio::runtime::Runtime;
use tracing::{Level, warn};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::Registry;

use super::filter::is_own;
use super::secrets::Secrets;

/// The path of traces below the URL of a collector.
const TRACES: &str = "/v1/traces";

/// How long a collector may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Exports the spans of this process.
#[derive(Debug)]
pub(super) struct Exporter {
    provider: SdkTracerProvider,
    /// Carries the connections: spans are exported from a thread that belongs to no runtime.
    runtime: Runtime,
}

impl Exporter {
    /// Exports to the collector at a URL, e.g. `http://localhost:4318`.
    pub(super) fn new(url: &str, secrets: &'static Secrets) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("ebb-otlp")
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let settings = HttpConnectorSettings::default();
        let connector = aws_smithy_http_client::default_connector(&settings, None).ok_or("there is no HTTP client")?;
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_endpoint(traces_url(url))
            .with_http_client(Client { connector, runtime: runtime.handle().clone() })
            .build()
            .map_err(|error| error.to_string())?;
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let provider = SdkTracerProvider::builder()
            .with_resource(Resource::builder().with_service_name("ebb").with_attribute(version).build())
            .with_batch_exporter(Redacting { inner: exporter, secrets })
            .build();
        Ok(Self { provider, runtime })
    }

    /// Returns the layer that exports Ebbtide's own spans, with their events up to debug.
    pub(super) fn layer(&self) -> Box<dyn Layer<Registry> + Send + Sync> {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("ebb"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|metadata| is_own(metadata.target()) && *metadata.level() <= Level::DEBUG))
            .boxed()
    }

    /// Exports the spans that are left.
    pub(super) fn shut_down(self) {
        if let Err(error) = self.provider.shutdown() {
            warn!(%error, "the last spans were not exported");
        }
        self.runtime.shutdown_background();
    }
}

fn traces_url(url: &str) -> String {
    let url = url.trim_end_matches('/');
    if url.ends_with(TRACES) { url.to_owned() } else { format!("{url}{TRACES}") }
}

/// The HTTP client of the AWS SDK, as OpenTelemetry calls it.
#[derive(Debug)]
struct Client {
    connector: SharedHttpConnector,
    runtime: tokio::runtime::Handle,
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = HttpRequest::try_from(request.map(SdkBody::from))?;
        let exchange = exchange(self.connector.clone(), request);
        self.runtime.spawn(async move { tokio::time::timeout(TIMEOUT, exchange).await? }).await?
    }
}

async fn exchange(connector: SharedHttpConnector, request: HttpRequest) -> Result<Response<Bytes>, HttpError> {
    let (parts, body) = connector.call(request).await?.try_into_http1x()?.into_parts();
    Ok(Response::from_parts(parts, ByteStream::new(body).collect().await?.into_bytes()))
}

/// Replaces secrets in spans before they are exported.
#[derive(Debug)]
struct Redacting<E> {
    inner: E,
    secrets: &'static Secrets,
}

impl<E: SpanExporter> SpanExporter for Redacting<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(|span| self.clean(span));
        let exported = self.inner.export(batch).await;
        if let Err(error) = &exported {
            warn!(%error, "spans were not exported");
        }
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

impl<E> Redacting<E> {
    fn clean(&self, span: &mut SpanData) {
        span.name = self.text(&span.name).into();
        span.attributes.iter_mut().for_each(|attribute| self.value(&mut attribute.value));
        for event in &mut span.events.events {
            event.name = self.text(&event.name).into();
            event.attributes.iter_mut().for_each(|attribute| self.value(&mut attribute.value));
        }
        if let Status::Error { description } = &mut span.status {
            *description = self.text(description).into();
        }
    }

    fn value(&self, value: &mut Value) {
        let clean = |text: &mut StringValue| *text = self.text(text.as_str()).into();
        match value {
            Value::String(text) => clean(text),
            Value::Array(Array::String(texts)) => texts.iter_mut().for_each(clean),
            // Numbers hold no secret.
            _ => {}
        }
    }

    fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.secrets.redact(text.as_bytes())).into_owned()
    }
}
