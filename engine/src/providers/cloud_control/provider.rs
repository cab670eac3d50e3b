//! The provider of kinds that Cloud Control manages, on data.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use super::forms::{Forms, OfKind, OfType};
use super::readiness::readiness;
use super::shape::Shape;
use super::wanted::Wanted;
use super::{calls, create, delete, find, update};
use crate::providers::retag::with_tags;
use crate::providers::{Activity, DynProvider, KnownCalls, Needs, Remark, UnfinishedWork, Waits};
use crate::sdk::{Aws, Context, Error};
use ebbtide::resource::cloud_control::{AnyKind, CloudControl, Placed};
use ebbtide::resource::{LiveState, Share};

/// The provider of a kind. The traits of declarations and of providers are in two crates, so no `impl` for all such kinds can
/// stand beside those of single kinds; this type takes its place.
pub(in crate::providers) struct CloudControlled {
    shape: Shape,
    forms: Box<dyn Forms>,
    /// The field with the share of traffic that a new side gets, as a JSON pointer.
    share: Option<String>,
}

impl CloudControlled {
    /// Returns the provider of a declaration.
    pub(in crate::providers) fn of<R: CloudControl>() -> Self {
        let share = match R::SHARE {
            Some(Share::Field(path)) => Some(format!("/{path}")),
            Some(Share::AtRunTime) | None => None,
        };
        Self { shape: Shape::of::<R>(), forms: Box::new(OfKind::<R>::NEW), share }
    }

    /// Returns the provider of any type.
    pub(in crate::providers) fn any(kind: &AnyKind) -> Self {
        let (type_name, facts) = (kind.type_name().to_owned(), kind.facts());
        Self { shape: Shape::any(&type_name, facts), forms: Box::new(OfType { type_name, facts }), share: None }
    }

    fn wanted<'a>(&'a self, context: &'a Context, placed: &'a Placed, inputs: &'a Value) -> Wanted<'a> {
        Wanted { context, shape: &self.shape, placed, inputs }
    }

    fn placed(&self, context: &Context, inputs: &Value) -> Result<Placed, Error> {
        self.forms.placed(inputs, &context.identity)
    }
}

#[async_trait]
impl DynProvider for CloudControlled {
    fn waits(&self) -> Waits {
        Waits {
            visible_within: Duration::from_secs(60),
            visible_looks: 1,
            ready_within: self.shape.ready_within,
            deletable_within: Duration::from_mins(15),
        }
    }

    fn calls(&self) -> KnownCalls<'_> {
        KnownCalls::CloudControl(&self.shape.type_name)
    }

    fn needs_things(&self) -> bool {
        false
    }

    fn accepts_work(&self) -> bool {
        false
    }

    fn prepare(&self, declared: &Value, _key: &str, _recorded: Option<&Value>) -> Result<Value, Error> {
        self.forms.declared(declared)
    }

    fn remarks(&self, _declared: &Value, _now: Timestamp) -> Vec<Remark> {
        self.forms.remarks()
    }

    async fn missing(&self, _context: &Context, _declared: &Value) -> Result<Needs, Error> {
        Ok(Needs::default())
    }

    async fn find(&self, context: &Context, inputs: &Value) -> Result<Option<String>, Error> {
        let inputs = self.forms.resolved(inputs)?;
        find::find(self.wanted(context, &self.placed(context, &inputs)?, &inputs)).await
    }

    async fn create(&self, context: &Context, inputs: &Value) -> Result<String, Error> {
        let inputs = self.forms.resolved(inputs)?;
        create::create(self.wanted(context, &self.placed(context, &inputs)?, &inputs)).await
    }

    async fn read(&self, context: &Context, id: &str, last: &Value) -> Result<Option<LiveState>, Error> {
        // First the requests: those that end between the two reads are over in the model.
        let readiness = readiness(&context.aws, &self.shape, id).await?;
        let Some(live) = calls::get(&context.aws, &self.shape.type_name, id).await? else {
            // A creation that AWS had accepted, and that failed later, tells why there is nothing.
            return context.aws.cloud_control_memory().why_uncreated(&self.shape.type_name, id).map_or(Ok(None), Err);
        };
        let last = self.forms.resolved(last)?;
        let inputs = self.forms.resolved(&self.shape.read(&live, &last))?;
        let mut outputs = self.shape.outputs(&live, &last, id);
        if let Some(outputs) = outputs.as_object_mut() {
            outputs.extend(self.forms.derived(&inputs, &context.identity)?);
        }
        Ok(Some(LiveState {
            outputs: self.forms.outputs(&outputs)?,
            inputs,
            readiness,
            data: self.forms.data(&last),
            pause_snapshot: None,
        }))
    }

    async fn update(&self, context: &Context, id: &str, from: &Value, to: &Value) -> Result<(), Error> {
        let (from, to) = (self.forms.resolved(from)?, self.forms.resolved(to)?);
        let placed = self.placed(context, &to)?;
        update::update(context, &self.shape, id, &placed.properties, (&from, &to)).await
    }

    async fn undone(&self, context: &Context, id: &str) -> Result<Option<String>, Error> {
        Ok(context.aws.cloud_control_memory().why_undone(&self.shape.type_name, id))
    }

    async fn retag(&self, context: &Context, id: &str, last: &Value) -> Result<(), Error> {
        match with_tags(last, &context.identity)? {
            Some((from, to)) => {
                let placed = self.placed(context, last)?;
                update::update(context, &self.shape, id, &placed.properties, (&from, &to)).await
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

    async fn delete(&self, context: &Context, id: &str, last: &Value) -> Result<(), Error> {
        delete::delete(context, &self.shape, id, self.forms.data(last)).await
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

    async fn share(&self, context: &Context, id: &str, last: &Value, _to: Option<&str>) -> Result<Option<f64>, Error> {
        let Some(share) = &self.share else { return Ok(None) };
        let live = calls::get(&context.aws, &self.shape.type_name, id).await?;
        let inputs = live.map(|live| self.shape.read(&live, last));
        Ok(inputs.and_then(|inputs| inputs.pointer(share)?.as_f64()))
    }

    async fn set_share(
        &self,
        context: &Context,
        id: &str,
        last: &Value,
        _to: Option<&str>,
        percent: u8,
    ) -> Result<(), Error> {
        let live = calls::get(&context.aws, &self.shape.type_name, id).await?;
        let from = live.map(|live| self.shape.read(&live, last)).unwrap_or_default();
        let mut to = from.clone();
        let share = self.share.as_ref().and_then(|share| to.pointer_mut(share));
        *share.ok_or_else(|| Error::invalid(format!("{id} splits no traffic")))? = f64::from(percent).into();
        let placed = self.placed(context, &to)?;
        update::update(context, &self.shape, id, &placed.properties, (&from, &to)).await
    }

    async fn restore(&self, _context: &Context, _id: &str, _inputs: &Value, _snapshot: &Value) -> Result<bool, Error> {
        Ok(false)
    }
}
