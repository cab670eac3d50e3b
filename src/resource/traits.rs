//! The trait that the declaration of a kind implements.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Billing, Conflict, Field, Identity, Phase, Problems};

/// Whether a kind holds data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Persistence {
    /// It holds data, or is free and names something that does: a pause never deletes it.
    Durable,
    /// It bills by the hour, or serves something that does: a pause removes or reduces it.
    Ephemeral,
}

/// The order of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// The new resource is created, dependents move over, the old one is deleted.
    CreateFirst,
    /// The old resource is deleted first, because both cannot exist at once.
    DeleteFirst,
}

/// The place of the share of traffic that a new side gets, in percent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// This field, as a path: `canary/percent`. Without a value there is no second side.
    Field(Cow<'static, str>),
    /// None of the fields: AWS has it at run time alone.
    AtRunTime,
}

/// The effect of a pause on a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnPause<Inputs> {
    /// It stays as it is.
    Keep,
    /// It is deleted, and created again on resume.
    Delete,
    /// It stays, with these inputs while paused.
    Reduce(Inputs),
}

/// The declaration of a kind of resource: one struct in two phases, and everything about it that needs no call to AWS.
///
/// Stack code writes the struct in its `Declared` phase, in which fields may be references. The engine's `Provider` trait
/// receives it in its `Resolved` phase and makes AWS agree with it.
pub trait Resource: Field {
    /// The kind's name, `SERVICE_THING`: `ec2_subnet`.
    const KIND: &'static str;
    /// The version of the inputs' form. A change after which recorded inputs no longer deserialize, or mean something else,
    /// takes the next one, and a step in [`Resource::migrate`].
    const VERSION: u32 = 1;
    /// Whether it holds data.
    const PERSISTENCE: Persistence;
    /// The top-level fields that AWS cannot change in place; write `fields!(Subnet: vpc, cidr)`.
    const REPLACE_ON: &'static [&'static str];
    /// The order of a replacement.
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
    /// The field with a name that two resources cannot share. If it is set and does not change, a replacement deletes first.
    const UNIQUE_NAME_FIELD: Option<&'static str> = None;
    /// The fields whose referenced resource takes this one along when AWS deletes it; write `fields!(Subscription: topic)`. If
    /// that resource is deleted before it is created again, or before it comes back under another address, this one is
    /// replaced too.
    const DELETED_WITH: &'static [&'static str] = &[];
    /// The lists whose order means nothing to AWS, as paths: `vpc.subnets`. Another order of the same members is no change.
    /// Needed where a change of the list replaces the resource.
    const UNORDERED: &'static [&'static str] = &[];
    /// The two fields with the least and the most capacity, if the resource bounds one: a schedule may set others for a while.
    /// Write `fields!(ScalableTarget: min, max)`.
    const BOUNDS: &'static [&'static str] = &[];
    /// The place of the share of traffic that a new side gets, if the resource splits traffic between two: a roll-out raises it.
    const SHARE: Option<Share> = None;
    /// Whether it is a job: it runs once, is paid at once and has a result. It is run again only if its address is named, and a
    /// pause leaves it alone. A change of [`Resource::REPLACE_ON`] makes another run of it. It ends when it is ready or has
    /// failed; its data is its result.
    const IS_JOB: bool = false;
    /// The outputs that follow from the inputs and change with them, such as a digest of them. [`Resource::known_outputs`] returns
    /// them if the inputs are known, so that a plan that changes this resource changes those that refer to them as well.
    const DERIVED_OUTPUTS: &'static [&'static str] = &[];
    /// Whether it holds data that is lost with it: its deletion has to be asked for by name. Other durable kinds only name, or serve,
    /// something that does.
    const HOLDS_DATA: bool = false;
    /// Why a pause keeps it although AWS bills it by time, as the end of "it is kept, since …". A kind that a pause deletes, or that
    /// is billed by use alone, has no reason.
    const BILLED_WHILE_PAUSED: Option<&'static str> = None;
    /// Whether AWS recognizes a repeated create call, by a name or a client token. If not, the executor never repeats the
    /// call before it is certain that the first one created nothing.
    const IDEMPOTENT_CREATE: bool = true;
    /// How long creation usually takes until the resource can be used, in seconds. Orders the work until it was measured.
    const TYPICAL_SECONDS: u32 = 1;

    /// The struct with every reference resolved.
    type Resolved: Field;
    /// The outputs, a struct with named fields.
    type Outputs<P: Phase>: Field;

    /// Brings recorded inputs from a version to the next one, or returns why that cannot be. Called once for each version
    /// between the recorded one and [`Resource::VERSION`]: with the inputs as they were applied, and with the declaration, in
    /// which fields may be references.
    fn migrate(version: u32, inputs: &mut Map<String, Value>) -> Result<(), String> {
        let _ = (version, inputs);
        Ok(())
    }

    /// Reports problems with the inputs as far as they are known. Checks everything that AWS would refuse (names, ranges,
    /// CIDR blocks), so that a plan finds it.
    fn validate(&self, problems: &mut Problems) {
        let _ = problems;
    }

    /// Returns the conflicts between the declared resources of this kind in one stack.
    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let _ = all;
        Vec::new()
    }

    /// Returns the effect of a pause on the resource.
    fn paused(&self) -> OnPause<Self> {
        match Self::PERSISTENCE {
            Persistence::Durable => OnPause::Keep,
            Persistence::Ephemeral => OnPause::Delete,
        }
    }

    /// Returns the bill of the resource while it exists, as far as its inputs determine it. The inputs of [`Resource::paused`]
    /// determine that of a pause. A kind that does not say what AWS bills makes every sum a least amount.
    fn billing(&self) -> Billing {
        Billing::Unknown
    }

    /// Returns the names of the log groups that AWS writes logs of the resource into, as far as the inputs determine them.
    fn log_groups(&self, identity: &Identity) -> Vec<String> {
        let _ = identity;
        Vec::new()
    }

    /// Returns the outputs that are certain before the resource exists (a given name, an ARN made of it), by field name of
    /// `Outputs`. The id in AWS may be among them as `id`, where no output is equal to it: from it the planner sees that a
    /// resource of another address must be deleted first.
    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let _ = identity;
        Map::new()
    }
}

/// Returns the names of fields of a struct, checked by the compiler: `fields!(Subnet: vpc, cidr)`.
#[macro_export]
macro_rules! fields {
    ($resource:ident: $($field:ident),* $(,)?) => {{
        const fn check(resource: &$resource) { $( let _ = &resource.$field; )* let _ = resource; }
        const _: fn(&$resource) = check;
        &[$(stringify!($field)),*]
    }};
}
pub use fields;
