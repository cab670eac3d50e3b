//! The HTTP client for SDKs of this process: requests become calls on the cloud without a socket.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;
use winterbaume_core::MockRequest;

use crate::broken_body::BrokenBody;
use crate::call::Reply;
use crate::cloud::Cloud;
use crate::connection_lost::ConnectionLost;

impl Cloud {
    /// Returns the HTTP client that sends an SDK's calls to this cloud, without a socket or a network.
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(Client(self.clone()))
    }
}

#[derive(Clone, Debug)]
struct Client(Cloud);

#[derive(Clone, Debug)]
struct Connector {
    cloud: Cloud,
    read_timeout: Option<Duration>,
}

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector { cloud: self.0.clone(), read_timeout: settings.read_timeout() })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { cloud, read_timeout } = self.clone();
        HttpConnectorFuture::new(async move {
            let request = received(request).await?;
            let exchange = cloud.call(request);
            let reply = match read_timeout {
                None => exchange.await,
                Some(limit) => tokio::time::timeout(limit, exchange)
                    .await
                    .map_err(|elapsed| ConnectorError::timeout(elapsed.into()))?,
            };
            sent(reply.map_err(|lost: ConnectionLost| ConnectorError::io(lost.into()))?)
        })
    }
}

async fn received(mut request: HttpRequest) -> Result<MockRequest, ConnectorError> {
    let user = |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::user(error);
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        let name: HeaderName = name.parse().map_err(|error: http::header::InvalidHeaderName| user(error.into()))?;
        headers.append(name, HeaderValue::from_str(value).map_err(|error| user(error.into()))?);
    }
    // A body of known bytes and a stream are both read to their end here.
    let body = ByteStream::new(request.take_body()).collect().await.map_err(|error| user(error.into()))?.into_bytes();
    let mut request = MockRequest { method: request.method().to_owned(), uri: request.uri().to_owned(), headers, body };
    undo_chunks(&mut request);
    Ok(request)
}

fn sent(Reply { response, whole }: Reply) -> Result<HttpResponse, ConnectorError> {
    let other = |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::other(error, None);
    let status = StatusCode::try_from(response.status).map_err(|error| other(error.into()))?;
    let body =
        if whole { SdkBody::from(response.body) } else { SdkBody::from_body_1_x(BrokenBody::half(&response.body)) };
    let mut sent = HttpResponse::new(status, body);
    for (name, value) in &response.headers {
        if let Ok(value) = value.to_str() {
            sent.headers_mut().append(name.as_str().to_owned(), value.to_owned());
        }
    }
    Ok(sent)
}

/// Replaces a body in AWS's chunk format (`aws-chunked`, used when a stream is signed or checksummed) by its content.
pub(crate) fn undo_chunks(request: &mut MockRequest) {
    let encoding = request.headers.get("content-encoding").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let streaming = request
        .headers
        .get("x-amz-content-sha256")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("STREAMING-"));
    if !encoding.contains("aws-chunked") && !streaming {
        return;
    }
    let rest: Vec<_> =
        encoding.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "aws-chunked").collect();
    let rest = HeaderValue::from_str(&rest.join(",")).ok().filter(|value| !value.is_empty());
    request.headers.remove("content-encoding");
    if let Some(rest) = rest {
        request.headers.insert("content-encoding", rest);
    }
    request.headers.remove("x-amz-decoded-content-length");
    request.body = Bytes::from(dechunked(&request.body));
    request.headers.insert("content-length", HeaderValue::from(request.body.len()));
}

fn dechunked(mut rest: &[u8]) -> Vec<u8> {
    let mut content = Vec::with_capacity(rest.len());
    // SIZE[;chunk-signature=…]\r\n CONTENT \r\n … 0\r\n TRAILERS
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let line = String::from_utf8_lossy(&rest[..end]);
        let size = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16).unwrap_or(0);
        rest = &rest[end + 2..];
        if size == 0 || rest.len() < size {
            break;
        }
        content.extend_from_slice(&rest[..size]);
        rest = rest.get(size + 2..).unwrap_or_default();
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_and_trailers_dropped() {
        let body = "5;chunk-signature=ab\r\nhello\r\n7\r\n, world\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        assert_eq!(dechunked(body.as_bytes()), b"hello, world");
        assert_eq!(dechunked(b""), b"");
    }
}
