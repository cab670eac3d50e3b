//! The fields of resources.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type for fields of a resource: plain data that serializes, compares and travels between threads.
pub trait Field: Serialize + DeserializeOwned + Clone + Debug + PartialEq + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Clone + Debug + PartialEq + Send + Sync + 'static> Field for T {}
