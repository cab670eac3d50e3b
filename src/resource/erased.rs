//! From a typed kind to its erased twin: (de)serialization at the border, nothing else.

use std::marker::PhantomData;

use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::kind::Boxed;
use super::{Charge, Error, Kind, Observed, Persistence, Reading, Replacement, Resource};
use crate::aws::Context;
use crate::stack::{Address, Declared, Field, Identity};

/// A kind, erased.
pub(super) struct Erased<R>(PhantomData<fn() -> R>);

impl<R> Erased<R> {
    /// The one value of this type.
    pub(super) const NEW: Self = Self(PhantomData);
}

fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    Ok(T::deserialize(value)?)
}

fn erase<R: Resource>(reading: Reading<R>) -> Result<Observed, Error> {
    Ok(Observed {
        inputs: serde_json::to_value(reading.inputs)?,
        outputs: serde_json::to_value(reading.outputs)?,
        readiness: reading.readiness,
        holds: reading.holds,
        remember: reading.remember,
    })
}

impl<R: Resource> Kind for Erased<R> {
    fn name(&self) -> &'static str {
        R::KIND
    }

    fn persistence(&self) -> Persistence {
        R::PERSISTENCE
    }

    fn replace_on(&self) -> &'static [&'static str] {
        R::REPLACE_ON
    }

    fn replacement(&self) -> Replacement {
        R::REPLACEMENT
    }

    fn exact_name(&self) -> Option<&'static str> {
        R::EXACT_NAME
    }

    fn makes_another(&self) -> bool {
        R::MAKES_ANOTHER
    }

    fn typical_seconds(&self) -> u32 {
        R::TYPICAL_SECONDS
    }

    fn cost(&self, declared: &Value) -> Result<Vec<Charge>, Error> {
        Ok(typed::<R>(declared)?.cost())
    }

    fn predict(&self, identity: &Identity, declared: &Value) -> Result<Map<String, Value>, Error> {
        Ok(typed::<R>(declared)?.predict(identity))
    }

    fn prepare(&self, declared: &Value, key: &str, recorded: Option<&Value>) -> Result<Value, Error> {
        let mut resource = typed::<R>(declared)?;
        // Recorded inputs of an older form are no reason to fail here: the diff shows what differs.
        let recorded = recorded.and_then(|inputs| R::Resolved::deserialize(inputs).ok());
        resource.prepare(key, recorded.as_ref())?;
        Ok(serde_json::to_value(resource)?)
    }

    fn outputs(&self) -> Vec<String> {
        let Ok(address) = Address::new(R::KIND, "outputs") else { return Vec::new() };
        output_names::<R::Out<Declared>>(&address)
    }

    fn check(&self, inputs: &Value) -> Result<(), Error> {
        typed::<R::Resolved>(inputs).map(drop)
    }

    fn find<'a>(&'a self, context: &'a Context, inputs: &'a Value) -> Boxed<'a, Result<Option<String>, Error>> {
        Box::pin(async move { R::find(context, &typed(inputs)?).await })
    }

    fn create<'a>(&'a self, context: &'a Context, inputs: &'a Value) -> Boxed<'a, Result<String, Error>> {
        Box::pin(async move { R::create(context, &typed(inputs)?).await })
    }

    fn read<'a>(
        &'a self,
        context: &'a Context,
        id: &'a str,
        last: &'a Value,
    ) -> Boxed<'a, Result<Option<Observed>, Error>> {
        Box::pin(async move { R::read(context, id, &typed(last)?).await?.map(erase).transpose() })
    }

    fn update<'a>(
        &'a self,
        context: &'a Context,
        id: &'a str,
        from: &'a Value,
        to: &'a Value,
    ) -> Boxed<'a, Result<(), Error>> {
        Box::pin(async move { R::update(context, id, &typed(from)?, &typed(to)?).await })
    }

    fn delete<'a>(&'a self, context: &'a Context, id: &'a str, last: &'a Value) -> Boxed<'a, Result<(), Error>> {
        Box::pin(async move { R::delete(context, id, &typed(last)?).await })
    }

    fn restore<'a>(
        &'a self,
        context: &'a Context,
        id: &'a str,
        inputs: &'a Value,
        remembered: &'a Value,
    ) -> Boxed<'a, Result<bool, Error>> {
        Box::pin(async move { R::restore(context, id, &typed(inputs)?, remembered).await })
    }
}

fn output_names<Out: Field>(address: &Address) -> Vec<String> {
    crate::stack::outputs_of::<Out>(address)
        .ok()
        .and_then(|outputs| serde_json::to_value(outputs).ok())
        .and_then(|outputs| outputs.as_object().map(|fields| fields.keys().cloned().collect()))
        .unwrap_or_default()
}
