//! The erased twin of [`Resource`](super::Resource): the same, on data.

use std::future::Future;
use std::pin::Pin;

use serde_json::{Map, Value};

use super::{Charge, Error, Persistence, Readiness, Replacement};
use crate::aws::Context;
use crate::stack::Identity;

/// A boxed future, as object-safe traits need it.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A reading, erased to data.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The inputs as AWS has them.
    pub inputs: Value,
    /// The outputs.
    pub outputs: Value,
    /// Whether it can be used.
    pub readiness: Readiness,
    /// What data it holds, in words.
    pub holds: Option<String>,
    /// What a pause must remember.
    pub remember: Option<Value>,
}

/// A kind of resource on data: what the planner and the executor know of it. See [`Resource`](super::Resource) for
/// what each function means.
#[allow(missing_docs, reason = "documented once, at the trait Resource")]
pub trait Kind: Send + Sync {
    fn name(&self) -> &'static str;
    fn persistence(&self) -> Persistence;
    fn replace_on(&self) -> &'static [&'static str];
    fn replacement(&self) -> Replacement;
    fn exact_name(&self) -> Option<&'static str>;
    fn makes_another(&self) -> bool;
    fn typical_seconds(&self) -> u32;
    fn cost(&self, declared: &Value) -> Result<Vec<Charge>, Error>;
    fn predict(&self, identity: &Identity, declared: &Value) -> Result<Map<String, Value>, Error>;
    fn prepare(&self, declared: &Value, key: &str, recorded: Option<&Value>) -> Result<Value, Error>;
    /// The names of the outputs.
    fn outputs(&self) -> Vec<String>;
    /// Whether these are inputs of this kind, without references left in them.
    fn check(&self, inputs: &Value) -> Result<(), Error>;
    fn find<'a>(&'a self, context: &'a Context, inputs: &'a Value) -> Boxed<'a, Result<Option<String>, Error>>;
    fn create<'a>(&'a self, context: &'a Context, inputs: &'a Value) -> Boxed<'a, Result<String, Error>>;
    fn read<'a>(
        &'a self,
        context: &'a Context,
        id: &'a str,
        last: &'a Value,
    ) -> Boxed<'a, Result<Option<Observed>, Error>>;
    fn update<'a>(
        &'a self,
        context: &'a Context,
        id: &'a str,
        from: &'a Value,
        to: &'a Value,
    ) -> Boxed<'a, Result<(), Error>>;
    fn delete<'a>(&'a self, context: &'a Context, id: &'a str, last: &'a Value) -> Boxed<'a, Result<(), Error>>;
    fn restore<'a>(
        &'a self,
        context: &'a Context,
        id: &'a str,
        inputs: &'a Value,
        remembered: &'a Value,
    ) -> Boxed<'a, Result<bool, Error>>;
}
