//! A body that ends too early, because the connection breaks.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Frame;

use crate::connection_lost::ConnectionLost;

/// Some bytes, then the end of the connection.
pub(crate) struct BrokenBody {
    arrives: Option<Bytes>,
    broken: bool,
}

impl BrokenBody {
    /// Returns the first half of a content.
    pub fn half(content: &Bytes) -> Self {
        Self { arrives: Some(content.slice(..content.len() / 2)), broken: false }
    }

    /// Nothing of it.
    pub fn nothing() -> Self {
        Self { arrives: None, broken: false }
    }
}

impl http_body::Body for BrokenBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.arrives.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if self.broken {
            return Poll::Ready(None);
        }
        self.broken = true;
        Poll::Ready(Some(Err(io::Error::other(ConnectionLost))))
    }
}
