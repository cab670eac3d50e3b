//! The trait that a kind of resource implements.

use std::future::Future;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Charge, Error, Reading};
use crate::aws::Context;
use crate::stack::{Field, Identity, Phase};

/// Whether a kind holds data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Persistence {
    /// It holds data, or is free and names what does: a pause never deletes it.
    Durable,
    /// It bills by the hour, or serves what does: a pause removes or reduces it.
    Ephemeral,
}

/// The order of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// The new one is created, what refers to the old one moves over, the old one is deleted.
    CreateFirst,
    /// The old one is deleted first: both cannot exist at once.
    DeleteFirst,
}

/// What a pause makes of a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum OnPause<R> {
    /// It stays as it is.
    Keep,
    /// It is deleted, and created again on resume.
    Delete,
    /// It stays with these inputs while paused.
    Reduce(R),
}

/// A kind of resource: one struct in two phases, and how AWS is made to agree with it.
///
/// The struct itself, in its `Declared` phase, is what stack code writes. All functions that talk to AWS are given
/// plain (`Resolved`) inputs. Each of them may be called again after it was cut off at any point.
pub trait Resource: Field {
    /// The kind's name, `SERVICE_THING`: `ec2_subnet`.
    const KIND: &'static str;
    /// Whether it holds data.
    const PERSISTENCE: Persistence;
    /// The top-level fields that AWS cannot change in place; write `fields!(Subnet: vpc, cidr)`.
    const REPLACE_ON: &'static [&'static str];
    /// The order of a replacement.
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
    /// The field with a name that two cannot share: where it is given and stays, a replacement deletes first.
    const EXACT_NAME: Option<&'static str> = None;
    /// Whether AWS makes another one each time the create call is sent: no name and no client token tells it that it is the
    /// same. Nobody sends it again before it is certain that the first one made nothing.
    const MAKES_ANOTHER: bool = false;
    /// How long creating usually takes until it can be used, in seconds; orders the work before it was ever measured.
    const TYPICAL_SECONDS: u32 = 1;

    /// The struct with every reference resolved.
    type Resolved: Field;
    /// The outputs, a struct with named fields.
    type Out<P: Phase>: Field;

    /// What is wrong with the inputs as far as they are known: pairs of a field and a message. Checks whatever AWS
    /// would refuse anyway (names, ranges, CIDR blocks), so that a plan finds it.
    fn validate(&self, problems: &mut Vec<(String, String)>) {
        let _ = problems;
    }

    /// What is wrong between several declared resources of this kind in one stack: index of the one to blame, message.
    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let _ = all;
        Vec::new()
    }

    /// What a pause makes of it.
    fn paused(&self) -> OnPause<Self> {
        match Self::PERSISTENCE {
            Persistence::Durable => OnPause::Keep,
            Persistence::Ephemeral => OnPause::Delete,
        }
    }

    /// What it is charged for while it exists, as far as its inputs tell.
    fn cost(&self) -> Vec<Charge> {
        Vec::new()
    }

    /// Outputs that are certain before it exists (a given name, an ARN made of it), by field name of `Out`.
    fn predict(&self, identity: &Identity) -> Map<String, Value> {
        let _ = identity;
        Map::new()
    }

    /// Adds to the inputs what can only be known when planning (e.g. a keyed hash of a secret's value). Secrets
    /// themselves must not be added. `key` is private to the stack's state; `recorded` are the recorded inputs.
    fn prepare(&mut self, key: &str, recorded: Option<&Self::Resolved>) -> Result<(), Error> {
        let _ = (key, recorded);
        Ok(())
    }

    /// Looks for the resource of `context.identity` without a recorded id: by name, or by ownership tags.
    /// Only answers what carries this very identity's ownership tags (where the kind has tags).
    fn find(context: &Context, inputs: &Self::Resolved) -> impl Future<Output = Result<Option<String>, Error>> + Send;

    /// Asks AWS to create it and returns its id as soon as AWS has accepted, with ownership tags and client token set
    /// in the create call itself. If it takes several calls and a later one fails, `find` still finds it.
    fn create(context: &Context, inputs: &Self::Resolved) -> impl Future<Output = Result<String, Error>> + Send;

    /// Reads what AWS has; `None` if it does not exist (any more). `last` are the inputs as last applied.
    fn read(
        context: &Context,
        id: &str,
        last: &Self::Resolved,
    ) -> impl Future<Output = Result<Option<Reading<Self>>, Error>> + Send;

    /// Changes in place what differs between `from` (what AWS has) and `to`; returns when AWS has accepted.
    fn update(
        context: &Context,
        id: &str,
        from: &Self::Resolved,
        to: &Self::Resolved,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Asks AWS to delete it and returns when AWS has accepted. That it is gone already is a success. Only with
    /// `context.include_data` may data be deleted along with it.
    fn delete(context: &Context, id: &str, last: &Self::Resolved) -> impl Future<Output = Result<(), Error>> + Send;

    /// Brings back what a pause remembered, once the resource is ready again; answers whether that needs another wait.
    fn restore(
        context: &Context,
        id: &str,
        inputs: &Self::Resolved,
        remembered: &Value,
    ) -> impl Future<Output = Result<bool, Error>> + Send {
        let _ = (context, id, inputs, remembered);
        async { Ok(false) }
    }
}

/// The names of fields of a struct, checked by the compiler: `fields!(Subnet: vpc, cidr)`.
#[macro_export]
macro_rules! fields {
    ($resource:ident: $($field:ident),* $(,)?) => {{
        const fn check(resource: &$resource) { $( let _ = &resource.$field; )* let _ = resource; }
        const _: fn(&$resource) = check;
        &[$(stringify!($field)),*]
    }};
}
pub use fields;
