//! The wire protocols of AWS, as far as the services here need them.

pub mod cbor;
pub mod json;
pub mod query;
pub mod rest_json;
pub mod xml;
