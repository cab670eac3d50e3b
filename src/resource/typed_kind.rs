//! From a typed kind to its erased form: (de)serialization at the border, nothing else.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Address, Billing, Declared, Field, Identity, InputsError, Kind, KindInfo, OnPause, Resource, outputs_of};

/// The erased form of a [`Resource`].
#[derive(Debug)]
pub struct TypedKind<R> {
    info: KindInfo,
    resource: PhantomData<fn() -> R>,
}

impl<R: Resource> TypedKind<R> {
    /// Creates the erased form of a kind.
    pub fn new() -> Self {
        let info = KindInfo {
            name: R::KIND.to_owned(),
            version: R::VERSION,
            persistence: R::PERSISTENCE,
            replace_on: owned(R::REPLACE_ON),
            replacement: R::REPLACEMENT,
            unique_name_field: R::UNIQUE_NAME_FIELD.map(str::to_owned),
            deleted_with: owned(R::DELETED_WITH),
            unordered: owned(R::UNORDERED),
            bounds: owned(R::BOUNDS),
            share: R::SHARE,
            is_job: R::IS_JOB,
            derived_outputs: owned(R::DERIVED_OUTPUTS),
            holds_data: R::HOLDS_DATA,
            billed_while_paused: R::BILLED_WHILE_PAUSED.map(str::to_owned),
            idempotent_create: R::IDEMPOTENT_CREATE,
            typical_seconds: R::TYPICAL_SECONDS,
            outputs: output_names::<R::Outputs<Declared>>(R::KIND),
        };
        Self { info, resource: PhantomData }
    }
}

impl<R: Resource> Default for TypedKind<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: Resource> Kind for TypedKind<R> {
    fn info(&self) -> &KindInfo {
        &self.info
    }

    fn migrate(&self, version: u32, inputs: &mut Map<String, Value>) -> Result<(), String> {
        R::migrate(version, inputs)
    }

    fn known_outputs(&self, identity: &Identity, declared: &Value) -> Result<Map<String, Value>, InputsError> {
        Ok(typed::<R>(declared)?.known_outputs(identity))
    }

    fn billing(&self, declared: &Value) -> Result<Billing, InputsError> {
        Ok(typed::<R>(declared)?.billing())
    }

    fn paused(&self, declared: &Value) -> Result<OnPause<Value>, InputsError> {
        Ok(match typed::<R>(declared)?.paused() {
            OnPause::Keep => OnPause::Keep,
            OnPause::Delete => OnPause::Delete,
            OnPause::Reduce(reduced) => OnPause::Reduce(serde_json::to_value(reduced)?),
        })
    }

    fn log_groups(&self, identity: &Identity, declared: &Value) -> Result<Vec<String>, InputsError> {
        Ok(typed::<R>(declared)?.log_groups(identity))
    }

    fn check(&self, inputs: &Value) -> Result<(), InputsError> {
        typed::<R::Resolved>(inputs).map(drop)
    }
}

fn owned(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|field| (*field).to_owned()).collect()
}

fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, InputsError> {
    Ok(T::deserialize(value)?)
}

/// Returns the field names of a struct of outputs; none if it is no such struct.
fn output_names<Outputs: Field>(kind: &str) -> Vec<String> {
    Address::new(kind, "outputs")
        .ok()
        .and_then(|address| outputs_of::<Outputs>(&address).ok())
        .and_then(|outputs| serde_json::to_value(outputs).ok())
        .and_then(|outputs| outputs.as_object().map(|fields| fields.keys().cloned().collect()))
        .unwrap_or_default()
}
