//! A kind of resource on data: the pure half, as the planner needs it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Billing, Identity, OnPause, Persistence, Problems, Replacement, Share};

/// The properties of a kind. They are owned values, so that kinds made from data can report them too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindInfo {
    /// The name, e.g. `ec2_subnet`.
    pub name: String,
    /// The version of the inputs' form.
    pub version: u32,
    /// Whether it holds data.
    pub persistence: Persistence,
    /// The top-level fields that cannot be changed in place.
    pub replace_on: Vec<String>,
    /// The order of a replacement.
    pub replacement: Replacement,
    /// The field with a name that two resources cannot share.
    pub unique_name_field: Option<String>,
    /// The top-level fields whose referenced resource takes this one along when AWS deletes it.
    pub deleted_with: Vec<String>,
    /// The lists whose order means nothing to AWS, as paths.
    pub unordered: Vec<String>,
    /// The fields with the least and the most capacity, which a schedule may set; none for a kind without bounds.
    pub bounds: Vec<String>,
    /// The place of the share of traffic that a roll-out raises, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// Whether it is a job, which runs once.
    pub is_job: bool,
    /// The outputs that follow from the inputs and change with them.
    #[serde(default)]
    pub derived_outputs: Vec<String>,
    /// Whether it holds data that is lost with it.
    #[serde(default)]
    pub holds_data: bool,
    /// Why a pause keeps it although AWS bills it by time, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_while_paused: Option<String>,
    /// Whether AWS recognizes a repeated create call, by a name or a client token.
    pub idempotent_create: bool,
    /// How long creation usually takes, in seconds.
    pub typical_seconds: u32,
    /// The names of the outputs.
    pub outputs: Vec<String>,
}

/// The error of inputs that do not have the form of their kind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputsError {
    /// They do not deserialize.
    #[error("inputs do not have the form of their kind: {0}")]
    Form(#[from] serde_json::Error),
    /// They cannot be brought to the next version of the kind.
    #[error("inputs of version {version} of the kind cannot be brought to version {next}: {why}", next = .version + 1)]
    NotMigrated {
        /// The version that they have.
        version: u32,
        /// The reason, as the kind gives it.
        why: String,
    },
    /// They have a version that this program does not know.
    #[error("recorded by a newer version of the kind: {recorded}, and this program knows version {known}")]
    Newer {
        /// The version that they have.
        recorded: u32,
        /// The version that is known.
        known: u32,
    },
}

/// A kind of resource on data. [`Resource`](super::Resource) documents each function.
pub trait Kind: Send + Sync {
    /// Returns the properties of the kind.
    fn info(&self) -> &KindInfo;

    /// Brings recorded inputs from a version to the next one, or returns why that cannot be.
    fn migrate(&self, version: u32, inputs: &mut Map<String, Value>) -> Result<(), String> {
        let _ = (version, inputs);
        Ok(())
    }

    /// Returns the outputs that are certain before the resource exists.
    fn known_outputs(&self, identity: &Identity, declared: &Value) -> Result<Map<String, Value>, InputsError>;

    /// Returns the bill of the resource while it exists.
    fn billing(&self, declared: &Value) -> Result<Billing, InputsError> {
        let _ = declared;
        Ok(Billing::Unknown)
    }

    /// Returns the effect of a pause on the resource.
    fn paused(&self, declared: &Value) -> Result<OnPause<Value>, InputsError>;

    /// Returns whether a declaration says that the resource holds no data, although others of its kind may: a pause may delete it.
    fn holds_nothing(&self, declared: &Value) -> bool {
        let _ = declared;
        self.info().persistence == Persistence::Ephemeral
    }

    /// Returns whether a declared resource holds data that is lost with it.
    fn holds_data(&self, declared: &Value) -> bool {
        let _ = declared;
        self.info().holds_data
    }

    /// Returns the names of the log groups that AWS writes logs of the resource into, as far as the inputs determine them.
    fn log_groups(&self, identity: &Identity, declared: &Value) -> Result<Vec<String>, InputsError> {
        let _ = (identity, declared);
        Ok(Vec::new())
    }

    /// Reports problems with declared inputs, as far as they are known, and fields that the kind does not have. A program that declares
    /// with the library has reported them already; one in another language may not.
    fn validate(&self, declared: &Value, problems: &mut Problems) {
        let _ = (declared, problems);
    }

    /// Checks that these are inputs of this kind without references.
    fn check(&self, inputs: &Value) -> Result<(), InputsError>;
}
