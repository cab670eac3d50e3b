//! The objects of S3: their versions, bodies, conditions and encryption. Winterbaume keeps the buckets.
//!
//! The objects of a bucket are a table of the document, named by the bucket; their bodies are files beside it.

mod bodies;
mod call;
mod conditions;
mod copy;
mod delete;
mod encryption;
mod get;
mod headers;
mod list;
mod multipart;
mod object;
mod page;
mod put;
mod range;
mod refused;
mod service;
mod tagging;
mod uses;
mod versions;

pub(crate) use service::Objects;
pub(crate) use service::{has_object, is_empty};
pub(crate) use uses::all as uses;
