//! A provider on data: (de)serialization at the border, nothing else.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Activity, KnownCalls, Needs, Provider, Reading, Remark, UnfinishedWork, Waits};
use crate::sdk::{Aws, Context, Error};
use ebbtide::resource::{LiveState, Readiness, Resource};

/// A provider, erased to data. [`Provider`] documents each function.
#[async_trait]
#[allow(missing_docs, reason = "documented once, at the trait Provider")]
pub trait DynProvider: Send + Sync {
    fn waits(&self) -> Waits;
    fn calls(&self) -> KnownCalls<'_> {
        KnownCalls::Unknown
    }
    fn needs_things(&self) -> bool;
    fn accepts_work(&self) -> bool;
    fn asks_for_data(&self) -> bool {
        false
    }
    fn prepare(&self, declared: &Value, key: &str, recorded: Option<&Value>) -> Result<Value, Error>;
    fn remarks(&self, declared: &Value, now: Timestamp) -> Vec<Remark>;
    async fn missing(&self, context: &Context, declared: &Value) -> Result<Needs, Error>;
    async fn find(&self, context: &Context, inputs: &Value) -> Result<Option<String>, Error>;
    async fn create(&self, context: &Context, inputs: &Value) -> Result<String, Error>;
    async fn read(&self, context: &Context, id: &str, last: &Value) -> Result<Option<LiveState>, Error>;
    async fn data(&self, _context: &Context, _id: &str) -> Result<Option<String>, Error> {
        Ok(None)
    }
    async fn update(&self, context: &Context, id: &str, from: &Value, to: &Value) -> Result<(), Error>;
    async fn undone(&self, context: &Context, id: &str) -> Result<Option<String>, Error>;
    async fn retag(&self, context: &Context, id: &str, last: &Value) -> Result<(), Error>;
    async fn before_update(
        &self,
        context: &Context,
        id: &str,
        from: &Value,
        to: &Value,
    ) -> Result<Option<Value>, Error>;
    async fn delete(&self, context: &Context, id: &str, last: &Value) -> Result<(), Error>;
    async fn unfinished(&self, context: &Context, id: &str, now: Timestamp) -> Result<UnfinishedWork, Error>;
    async fn activity(
        &self,
        aws: &Aws,
        ids: &[&str],
        from: Timestamp,
        now: Timestamp,
    ) -> Result<BTreeMap<String, Activity>, Error>;
    async fn instances(&self, aws: &Aws, ids: &[&str]) -> Result<BTreeMap<String, BTreeMap<String, f64>>, Error>;
    async fn bounds(&self, aws: &Aws, ids: &[&str]) -> Result<BTreeMap<String, (u32, u32)>, Error>;
    async fn share(&self, context: &Context, id: &str, last: &Value, to: Option<&str>) -> Result<Option<f64>, Error>;
    async fn set_share(
        &self,
        context: &Context,
        id: &str,
        last: &Value,
        to: Option<&str>,
        percent: u8,
    ) -> Result<(), Error>;
    async fn restore(&self, context: &Context, id: &str, inputs: &Value, snapshot: &Value) -> Result<bool, Error>;
}

/// The erased form of a [`Provider`].
pub(super) struct Typed<R>(PhantomData<fn() -> R>);

impl<R> Typed<R> {
    pub(super) const NEW: Self = Self(PhantomData);
}

fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    Ok(T::deserialize(value)?)
}

fn erase<R: Resource>(reading: Reading<R>) -> Result<LiveState, Error> {
    // A job has its outputs once it has a result.
    let has_outputs = !R::IS_JOB || reading.readiness == Readiness::Ready;
    Ok(LiveState {
        inputs: serde_json::to_value(reading.inputs)?,
        outputs: if has_outputs { serde_json::to_value(reading.outputs)? } else { Value::Null },
        readiness: reading.readiness,
        data: reading.data,
        pause_snapshot: reading.pause_snapshot,
    })
}

#[async_trait]
impl<R: Provider> DynProvider for Typed<R> {
    fn waits(&self) -> Waits {
        Waits {
            visible_within: R::VISIBLE_WITHIN,
            visible_looks: R::VISIBLE_LOOKS,
            ready_within: R::READY_WITHIN,
            deletable_within: R::DELETABLE_WITHIN,
        }
    }

    fn calls(&self) -> KnownCalls<'_> {
        R::CALLS.as_ref().map_or(KnownCalls::Unknown, KnownCalls::Of)
    }

    fn needs_things(&self) -> bool {
        R::NEEDS_THINGS
    }

    fn accepts_work(&self) -> bool {
        R::ACCEPTS_WORK
    }

    fn asks_for_data(&self) -> bool {
        R::ASKS_FOR_DATA
    }

    fn prepare(&self, declared: &Value, key: &str, recorded: Option<&Value>) -> Result<Value, Error> {
        let mut resource = typed::<R>(declared)?;
        // Recorded inputs of an older form are no reason to fail here: the diff shows the difference.
        let recorded = recorded.and_then(|inputs| R::Resolved::deserialize(inputs).ok());
        resource.prepare(key, recorded.as_ref())?;
        Ok(serde_json::to_value(resource)?)
    }

    fn remarks(&self, declared: &Value, now: Timestamp) -> Vec<Remark> {
        // A declaration that is not of this form is reported by `prepare`.
        typed::<R>(declared).map(|resource| resource.remarks(now)).unwrap_or_default()
    }

    async fn missing(&self, context: &Context, declared: &Value) -> Result<Needs, Error> {
        R::missing(context, &typed(declared)?).await
    }

    async fn find(&self, context: &Context, inputs: &Value) -> Result<Option<String>, Error> {
        R::find(context, &typed(inputs)?).await
    }

    async fn create(&self, context: &Context, inputs: &Value) -> Result<String, Error> {
        R::create(context, &typed(inputs)?).await
    }

    async fn read(&self, context: &Context, id: &str, last: &Value) -> Result<Option<LiveState>, Error> {
        R::read(context, id, &typed(last)?).await?.map(erase).transpose()
    }

    async fn data(&self, context: &Context, id: &str) -> Result<Option<String>, Error> {
        R::data(context, id).await
    }

    async fn update(&self, context: &Context, id: &str, from: &Value, to: &Value) -> Result<(), Error> {
        R::update(context, id, &typed(from)?, &typed(to)?).await
    }

    async fn undone(&self, context: &Context, id: &str) -> Result<Option<String>, Error> {
        R::undone(context, id).await
    }

    async fn retag(&self, context: &Context, id: &str, last: &Value) -> Result<(), Error> {
        R::retag(context, id, &typed(last)?).await
    }

    async fn before_update(
        &self,
        context: &Context,
        id: &str,
        from: &Value,
        to: &Value,
    ) -> Result<Option<Value>, Error> {
        R::before_update(context, id, &typed(from)?, &typed(to)?).await
    }

    async fn delete(&self, context: &Context, id: &str, last: &Value) -> Result<(), Error> {
        R::delete(context, id, &typed(last)?).await
    }

    async fn unfinished(&self, context: &Context, id: &str, now: Timestamp) -> Result<UnfinishedWork, Error> {
        R::unfinished(context, id, now).await
    }

    async fn activity(
        &self,
        aws: &Aws,
        ids: &[&str],
        from: Timestamp,
        now: Timestamp,
    ) -> Result<BTreeMap<String, Activity>, Error> {
        R::activity(aws, ids, from, now).await
    }

    async fn instances(&self, aws: &Aws, ids: &[&str]) -> Result<BTreeMap<String, BTreeMap<String, f64>>, Error> {
        R::instances(aws, ids).await
    }

    async fn bounds(&self, aws: &Aws, ids: &[&str]) -> Result<BTreeMap<String, (u32, u32)>, Error> {
        R::bounds(aws, ids).await
    }

    async fn share(&self, context: &Context, id: &str, last: &Value, to: Option<&str>) -> Result<Option<f64>, Error> {
        R::share(context, id, &typed(last)?, to).await
    }

    async fn set_share(
        &self,
        context: &Context,
        id: &str,
        last: &Value,
        to: Option<&str>,
        percent: u8,
    ) -> Result<(), Error> {
        R::set_share(context, id, &typed(last)?, to, percent).await
    }

    async fn restore(&self, context: &Context, id: &str, inputs: &Value, snapshot: &Value) -> Result<bool, Error> {
        R::restore(context, id, &typed(inputs)?, snapshot).await
    }
}
