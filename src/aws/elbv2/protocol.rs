//! Protocols.

use serde::{Deserialize, Serialize};

/// A protocol of listeners, targets and health checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// HTTP.
    Http,
    /// HTTP over TLS.
    Https,
    /// TCP.
    Tcp,
    /// TLS, which a Network Load Balancer ends.
    Tls,
    /// UDP.
    Udp,
    /// TCP and UDP on one port.
    TcpUdp,
}

impl Protocol {
    /// Returns whether it is one of Application Load Balancers. The others are those of Network Load Balancers.
    pub(super) fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Https)
    }

    /// Returns whether a listener of it needs a certificate.
    pub(super) fn is_encrypted(self) -> bool {
        matches!(self, Self::Https | Self::Tls)
    }

    /// Returns AWS's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Https => "HTTPS",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Udp => "UDP",
            Self::TcpUdp => "TCP_UDP",
        }
    }
}

/// The words of protocols.
pub(super) const PROTOCOLS: &[(&str, &str)] =
    &[("http", "HTTP"), ("https", "HTTPS"), ("tcp", "TCP"), ("tls", "TLS"), ("udp", "UDP"), ("tcp_udp", "TCP_UDP")];

/// The version of HTTP that targets get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProtocolVersion {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
    /// gRPC.
    Grpc,
}

/// The words of versions.
pub(super) const VERSIONS: &[(&str, &str)] = &[("http1", "HTTP1"), ("http2", "HTTP2"), ("grpc", "GRPC")];
