//! The document that `ebb` and a program exchange: one JSON object on standard input, one on standard output.
//!
//! `docs/programs.md` describes it for programs in other languages. Fields are added and never changed as long as the format
//! stays.

use std::collections::BTreeMap;

use schemars::Schema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::stack::{Declarations, Problem, RegionZones, SettingsFault};

/// The format of [`Exchange`] and [`Reply`].
pub const PROGRAM_FORMAT: u32 = 1;

/// The document that a program reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// [`PROGRAM_FORMAT`].
    pub format: u32,
    /// The environment, e.g. `prod`.
    pub environment: String,
    /// The AWS region.
    pub region: String,
    /// The AWS account, 12 digits; empty as long as AWS was not asked.
    pub account: String,
    /// The availability zones of the region; empty as long as AWS was not asked.
    #[serde(default)]
    pub zones: RegionZones,
    /// The tags on every resource that takes tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// The settings of each stack, by its name. A stack that is missing here has empty settings.
    #[serde(default)]
    pub settings: BTreeMap<String, Value>,
    /// The stack to declare; without it, stacks are described only.
    #[serde(default)]
    pub declare: Option<String>,
}

/// The document that a program writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reply {
    /// [`PROGRAM_FORMAT`].
    pub format: u32,
    /// The version of the library that the program was built with.
    pub version: String,
    /// The stacks that the program declares.
    pub stacks: Vec<Described>,
    /// The JSON schemas that the settings' schemas refer to as `#/$defs/NAME`.
    #[serde(default, rename = "$defs")]
    pub definitions: Map<String, Value>,
    /// The declared stack, if one was asked for and nothing is wrong with it.
    #[serde(default)]
    pub declarations: Option<Declarations>,
    /// Everything that is wrong with the declared stack.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

/// A stack as its program describes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Described {
    /// The name.
    pub name: String,
    /// Its purpose, in one line.
    pub about: String,
    /// The JSON schema of its settings.
    pub schema: Schema,
    /// The first error in its settings.
    #[serde(default)]
    pub fault: Option<SettingsFault>,
}
