//! The trait through which AWS is made to agree with a declaration.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::retag::with_tags;
use super::{Activity, Calls, Needs, Reading, Remark, UnfinishedWork};
use crate::sdk::{Aws, Context, Error};
use ebbtide::resource::Resource;

/// The AWS side of a kind: find, create, read, update, delete and restore.
///
/// Every function receives plain (`Resolved`) inputs and may be called again after it was cut off at any point.
pub trait Provider: Resource {
    /// How long AWS may go on showing the old configuration after it accepted a change.
    const VISIBLE_WITHIN: Duration = Duration::from_secs(60);

    /// How many reads in a row must show the new configuration. More than one where AWS goes back and forth for a while.
    const VISIBLE_LOOKS: u32 = 1;

    /// The longest wait until a resource that was created or changed is ready, or a deleted one is gone.
    const READY_WITHIN: Duration = Duration::from_mins(90);

    /// How long a deletion that AWS refuses is retried, as while another resource lets go of it.
    const DELETABLE_WITHIN: Duration = Duration::from_mins(15);

    /// Whether [`Provider::missing`] looks for anything. Other kinds take no turn of the rate limit for it.
    const NEEDS_THINGS: bool = false;

    /// Whether [`Provider::data`] asks AWS. Other kinds hold no data, or a read tells it.
    const ASKS_FOR_DATA: bool = false;

    /// Whether [`Provider::unfinished`] looks for anything. Other kinds take no turn of the rate limit for it.
    const ACCEPTS_WORK: bool = false;

    /// The calls that the functions below make: the permissions of a stack follow from them. Without them, `ebb permissions` says that
    /// those of the kind are not known.
    const CALLS: Option<Calls> = None;

    /// Adds to the inputs what is only known while planning, such as the keyed hash of a secret's value. Secrets themselves
    /// must not be added. `key` is private to the stack's state; `recorded` are the recorded inputs.
    fn prepare(&mut self, key: &str, recorded: Option<&Self::Resolved>) -> Result<(), Error> {
        let _ = (key, recorded);
        Ok(())
    }

    /// Returns remarks on the declaration at a time, such as on an action whose only time has passed. They are shown as warnings.
    fn remarks(&self, now: Timestamp) -> Vec<Remark> {
        let _ = now;
        Vec::new()
    }

    /// Looks for things that have to be in AWS before the resource can be created, and that no stack makes, such as uploaded
    /// files. Called before the first change of a run. References whose values are not known yet are still in the inputs.
    /// What the credentials may not look for is unchecked.
    fn missing(context: &Context, inputs: &Self) -> impl Future<Output = Result<Needs, Error>> + Send {
        let _ = (context, inputs);
        async { Ok(Needs::default()) }
    }

    /// Looks for the resource of `context.identity` without a recorded id, by name or by ownership tags. Returns only a
    /// resource that carries the ownership tags of this very identity, where the kind has tags.
    fn find(context: &Context, inputs: &Self::Resolved) -> impl Future<Output = Result<Option<String>, Error>> + Send;

    /// Creates the resource and returns its id as soon as AWS has accepted. Ownership tags and client token are part of the
    /// create call. If creation takes several calls and a later one fails, `find` still finds the resource.
    fn create(context: &Context, inputs: &Self::Resolved) -> impl Future<Output = Result<String, Error>> + Send;

    /// Reads the resource from AWS; `None` if it does not exist. `last` are the inputs as last applied.
    fn read(
        context: &Context,
        id: &str,
        last: &Self::Resolved,
    ) -> impl Future<Output = Result<Option<Reading<Self>>, Error>> + Send;

    /// Returns the data that the resource holds, in words (`3 objects`), where that takes calls of its own; `None` if it is empty. Asked of
    /// resources that a plan would delete.
    fn data(context: &Context, id: &str) -> impl Future<Output = Result<Option<String>, Error>> + Send {
        let _ = (context, id);
        async { Ok(None) }
    }

    /// Returns the values beyond the inputs that an update takes away for a while, or may change without being asked to, such
    /// as auto scaling. They are written to state before `update` is called, and given to `restore` once the resource is
    /// ready again, also by a later command if this one is cut off.
    fn before_update(
        context: &Context,
        id: &str,
        from: &Self::Resolved,
        to: &Self::Resolved,
    ) -> impl Future<Output = Result<Option<Value>, Error>> + Send {
        let _ = (context, id, from, to);
        async { Ok(None) }
    }

    /// Changes in place the fields that differ between `from` (the live inputs) and `to`. Returns when AWS has accepted.
    fn update(
        context: &Context,
        id: &str,
        from: &Self::Resolved,
        to: &Self::Resolved,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Returns AWS's reason for undoing a change that it had accepted, if AWS reports one.
    fn undone(context: &Context, id: &str) -> impl Future<Output = Result<Option<String>, Error>> + Send {
        let _ = (context, id);
        async { Ok(None) }
    }

    /// Writes the ownership tags of `context.identity` onto an existing resource, whatever its tags were, and changes nothing
    /// else. Kinds without tags have nothing to do. `last` are the inputs as last applied.
    ///
    /// The default is an update that differs in the tags alone, for kinds whose field `tags` holds them.
    fn retag(context: &Context, id: &str, last: &Self::Resolved) -> impl Future<Output = Result<(), Error>> + Send {
        async move {
            match with_tags(last, &context.identity)? {
                Some((from, to)) => Self::update(context, id, &from, &to).await,
                None => Ok(()),
            }
        }
    }

    /// Deletes the resource and returns when AWS has accepted; a missing resource is a success. Deletes data only with
    /// `context.include_data`.
    fn delete(context: &Context, id: &str, last: &Self::Resolved) -> impl Future<Output = Result<(), Error>> + Send;

    /// Looks for work that the resource has accepted and that a deletion would lose, such as requests in a queue. Called when a
    /// deletion is planned. An error counts as work that is not known.
    fn unfinished(
        context: &Context,
        id: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<UnfinishedWork, Error>> + Send {
        let _ = (context, id, now);
        async { Ok(UnfinishedWork::None) }
    }

    /// Returns the use that callers made of resources between `from` and `now`, by id. Resources that do not exist are left
    /// out, and so are all of a kind whose use AWS does not count.
    fn activity(
        aws: &Aws,
        ids: &[&str],
        from: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<BTreeMap<String, Activity>, Error>> + Send {
        let _ = (aws, ids, from, now);
        async { Ok(BTreeMap::new()) }
    }

    /// Counts the instances that AWS bills, by id and variant: those that exist, and those that come or go. Resources that do
    /// not exist are left out, and so are those whose instances are only just coming up.
    fn instances(
        aws: &Aws,
        ids: &[&str],
    ) -> impl Future<Output = Result<BTreeMap<String, BTreeMap<String, f64>>, Error>> + Send {
        let _ = (aws, ids);
        async { Ok(BTreeMap::new()) }
    }

    /// Returns the bounds of capacity that AWS has now, by id, least and most, of resources whose bounds AWS sets at times.
    /// Resources that do not exist are left out, and so are those for which this is suspended.
    fn bounds(aws: &Aws, ids: &[&str]) -> impl Future<Output = Result<BTreeMap<String, (u32, u32)>, Error>> + Send {
        let _ = (aws, ids);
        async { Ok(BTreeMap::new()) }
    }

    /// Returns the percentage of traffic that the new side gets, if the resource splits it now. `to` names that side where the
    /// kind has several.
    fn share(
        context: &Context,
        id: &str,
        last: &Self::Resolved,
        to: Option<&str>,
    ) -> impl Future<Output = Result<Option<f64>, Error>> + Send {
        let _ = (context, id, last, to);
        async { Ok(None) }
    }

    /// Gives the new side a percentage of traffic, and the old one the rest, by one call. Returns when AWS has accepted.
    fn set_share(
        context: &Context,
        id: &str,
        last: &Self::Resolved,
        to: Option<&str>,
        percent: u8,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        let _ = (context, last, to, percent);
        async move { Err(Error::invalid(format!("{id} splits no traffic"))) }
    }

    /// Restores the pause snapshot, or the values of `before_update`, once the resource is ready again. Returns true if the
    /// resource must be waited for, and this called again for what is left.
    fn restore(
        context: &Context,
        id: &str,
        inputs: &Self::Resolved,
        pause_snapshot: &Value,
    ) -> impl Future<Output = Result<bool, Error>> + Send {
        let _ = (context, id, inputs, pause_snapshot);
        async { Ok(false) }
    }
}
