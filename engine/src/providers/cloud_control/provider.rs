//! The provider of a kind that Cloud Control manages, on data.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::calls::{self, CREATE, DELETE, UPDATE};
use super::event::{Progress, failure, progress};
use super::shape::Shape;
use super::wanted::Wanted;
use super::{create, delete, find, update};
use crate::providers::retag::with_tags;
use crate::providers::{Activity, DynProvider, Missing, Remark, UnfinishedWork, Waits};
use crate::sdk::{Aws, Context, Error};
use ebbtide::resource::cloud_control::{CloudControl, Placed, read};
use ebbtide::resource::{LiveState, Readiness, Resolved};

/// The provider of a kind. The traits of declarations and of providers are in two crates, so no `impl` for all such kinds can
/// stand beside those of single kinds; this type takes its place.
pub(in crate::providers) struct CloudControlled<R>(PhantomData<fn() -> R>);

impl<R: CloudControl> CloudControlled<R> {
    pub(in crate::providers) const NEW: Self = Self(PhantomData);
    const SHAPE: Shape = Shape::of::<R>();

    fn wanted<'a>(context: &'a Context, placed: &'a Placed, inputs: &'a Value) -> Wanted<'a> {
        Wanted { context, shape: &Self::SHAPE, placed, inputs }
    }

    fn placed(context: &Context, inputs: &Value) -> Result<Placed, Error> {
        Ok(R::placed(&typed(inputs)?, &context.identity))
    }
}

fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    Ok(T::deserialize(value)?)
}

/// Returns a value in the form that its type gives it.
fn normal<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, Error> {
    Ok(serde_json::to_value(typed::<T>(value)?)?)
}

/// Returns whether the resource can be used. "Ready" is that no request on it is under way: many types have no status.
async fn readiness(aws: &Aws, shape: &Shape, id: &str) -> Result<Readiness, Error> {
    let running = calls::running(aws).await?;
    let is_on_it = |identifier: Option<&str>| identifier == Some(id);
    let request =
        running.iter().find(|request| request.type_name == shape.type_name && is_on_it(request.identifier.as_deref()));
    if let Some(request) = request {
        let status = format!("{} in progress", request.operation);
        return Ok(if request.operation == "DELETE" {
            Readiness::Deleting(status)
        } else {
            Readiness::Pending(status)
        });
    }
    let memory = aws.cloud_control_memory();
    let Some(token) = memory.took_long(shape.type_name, id) else { return Ok(Readiness::Ready) };
    let event = calls::status(aws, &token).await?;
    if progress(&event) == Progress::Failed {
        match event.operation().map(|operation| operation.as_str()) {
            Some("DELETE") => return Ok(Readiness::Failed(failure(DELETE, &event).message)),
            Some("UPDATE") => memory.update_failed(shape.type_name, id, failure(UPDATE, &event).message),
            // A resource that is there although its creation failed is ours, and is changed or deleted like any other.
            _ => memory.creation_failed(shape.type_name, id, failure(CREATE, &event)),
        }
    }
    Ok(Readiness::Ready)
}

/// Returns the outputs among live properties.
fn outputs(shape: &Shape, live: &Value) -> Value {
    let output = |(field, path): &(&str, &str)| {
        ((*field).to_owned(), live.pointer(&format!("/{path}")).cloned().unwrap_or_default())
    };
    Value::Object(shape.outputs.iter().map(output).collect::<Map<_, _>>())
}

#[async_trait]
impl<R: CloudControl> DynProvider for CloudControlled<R> {
    fn waits(&self) -> Waits {
        Waits {
            visible_within: Duration::from_secs(60),
            visible_looks: 1,
            ready_within: Self::SHAPE.ready_within,
            deletable_within: Duration::from_mins(15),
        }
    }

    fn needs_things(&self) -> bool {
        false
    }

    fn accepts_work(&self) -> bool {
        false
    }

    fn prepare(&self, declared: &Value, _key: &str, _recorded: Option<&Value>) -> Result<Value, Error> {
        normal::<R>(declared)
    }

    fn remarks(&self, _declared: &Value, _now: Timestamp) -> Vec<Remark> {
        Vec::new()
    }

    async fn missing(&self, _context: &Context, _declared: &Value) -> Result<Vec<Missing>, Error> {
        Ok(Vec::new())
    }

    async fn find(&self, context: &Context, inputs: &Value) -> Result<Option<String>, Error> {
        let inputs = normal::<R::Resolved>(inputs)?;
        find::find(Self::wanted(context, &Self::placed(context, &inputs)?, &inputs)).await
    }

    async fn create(&self, context: &Context, inputs: &Value) -> Result<String, Error> {
        let inputs = normal::<R::Resolved>(inputs)?;
        create::create(Self::wanted(context, &Self::placed(context, &inputs)?, &inputs)).await
    }

    async fn read(&self, context: &Context, id: &str, last: &Value) -> Result<Option<LiveState>, Error> {
        // First the requests: those that end between the two reads are over in the model.
        let readiness = readiness(&context.aws, &Self::SHAPE, id).await?;
        let Some(live) = calls::get(&context.aws, R::TYPE, id).await? else {
            // A creation that AWS had accepted, and that failed later, tells why there is nothing.
            return context.aws.cloud_control_memory().why_uncreated(R::TYPE, id).map_or(Ok(None), Err);
        };
        let last = normal::<R::Resolved>(last)?;
        Ok(Some(LiveState {
            inputs: normal::<R::Resolved>(&read(R::PROPERTIES, &live, Some(&last)))?,
            outputs: normal::<R::Outputs<Resolved>>(&outputs(&Self::SHAPE, &live))?,
            readiness,
            data: R::DATA.map(|data| format!("{data}, which Cloud Control does not count")),
            pause_snapshot: None,
        }))
    }

    async fn update(&self, context: &Context, id: &str, from: &Value, to: &Value) -> Result<(), Error> {
        let (from, to) = (normal::<R::Resolved>(from)?, normal::<R::Resolved>(to)?);
        let placed = Self::placed(context, &to)?;
        update::update(context, &Self::SHAPE, id, &placed.properties, (&from, &to)).await
    }

    async fn undone(&self, context: &Context, id: &str) -> Result<Option<String>, Error> {
        Ok(context.aws.cloud_control_memory().why_undone(R::TYPE, id))
    }

    async fn retag(&self, context: &Context, id: &str, last: &Value) -> Result<(), Error> {
        match with_tags(last, &context.identity)? {
            Some((from, to)) => {
                let placed = Self::placed(context, last)?;
                update::update(context, &Self::SHAPE, id, &placed.properties, (&from, &to)).await
            }
            None => Ok(()),
        }
    }

    async fn before_update(
        &self,
        _context: &Context,
        _id: &str,
        _from: &Value,
        _to: &Value,
    ) -> Result<Option<Value>, Error> {
        Ok(None)
    }

    async fn delete(&self, context: &Context, id: &str, _last: &Value) -> Result<(), Error> {
        delete::delete(context, &Self::SHAPE, id).await
    }

    async fn unfinished(&self, _context: &Context, _id: &str, _now: Timestamp) -> Result<UnfinishedWork, Error> {
        Ok(UnfinishedWork::None)
    }

    async fn activity(
        &self,
        _aws: &Aws,
        _ids: &[&str],
        _from: Timestamp,
        _now: Timestamp,
    ) -> Result<BTreeMap<String, Activity>, Error> {
        Ok(BTreeMap::new())
    }

    async fn instances(&self, _aws: &Aws, _ids: &[&str]) -> Result<BTreeMap<String, BTreeMap<String, f64>>, Error> {
        Ok(BTreeMap::new())
    }

    async fn bounds(&self, _aws: &Aws, _ids: &[&str]) -> Result<BTreeMap<String, (u32, u32)>, Error> {
        Ok(BTreeMap::new())
    }

    async fn restore(&self, _context: &Context, _id: &str, _inputs: &Value, _snapshot: &Value) -> Result<bool, Error> {
        Ok(false)
    }
}
