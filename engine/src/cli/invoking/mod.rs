//! Invoking an endpoint: which one, with which body, and its answer.

mod body;
mod call;
mod endpoint;
mod failure;

pub(in crate::cli) use body::read_body;
pub(in crate::cli) use call::{Answer, Request, invoke, invoke_async, invoke_stream};
pub(in crate::cli) use endpoint::{InvokedEndpoint, endpoint, endpoint_names};
