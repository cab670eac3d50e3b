//! A stack as a program registers it: a name, what it is, its settings, and the function that declares it.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::stack::Stack;

/// A registered stack, its settings erased.
pub struct Definition {
    name: String,
    about: String,
    schema: fn(&mut SchemaGenerator) -> Schema,
    check: fn(&Value) -> Result<(), SettingsFault>,
    declare: Declare,
}

type Declare = Box<dyn Fn(&mut Stack, &Value) -> Result<(), SettingsFault> + Send + Sync>;

/// Why settings do not fit: where, as keys and indices from the top of the settings, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsFault {
    /// Keys and indices from the top of the settings.
    pub path: Vec<String>,
    /// The problem.
    pub message: String,
}

impl Definition {
    /// Registers a stack under a name, with one line of what it is. `declare` adds its resources; it must not look at
    /// anything but the stack's scope and its settings, so that the same inputs declare the same stack.
    pub fn new<Settings>(name: &str, about: &str, declare: fn(&mut Stack, &Settings)) -> Self
    where
        Settings: DeserializeOwned + JsonSchema + 'static,
    {
        Self {
            name: name.to_owned(),
            about: about.to_owned(),
            schema: SchemaGenerator::subschema_for::<Settings>,
            check: |value| typed::<Settings>(value).map(drop),
            declare: Box::new(move |stack, value| {
                declare(stack, &typed::<Settings>(value)?);
                Ok(())
            }),
        }
    }

    /// The stack's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, in one line.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Returns the JSON schema of the settings.
    pub fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        (self.schema)(generator)
    }

    /// Checks settings.
    pub fn check(&self, settings: &Value) -> Result<(), SettingsFault> {
        (self.check)(settings)
    }

    /// Declares the stack with these settings.
    pub fn declare(&self, stack: &mut Stack, settings: &Value) -> Result<(), SettingsFault> {
        (self.declare)(stack, settings)
    }
}

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Definition").field("name", &self.name).field("about", &self.about).finish_non_exhaustive()
    }
}

/// Deserializes, and tells what is wrong with the path to it.
pub fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, SettingsFault> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error
            .path()
            .iter()
            .filter_map(|segment| match segment {
                serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
                serde_path_to_error::Segment::Map { key } => Some(key.clone()),
                serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => None,
            })
            .collect();
        SettingsFault { path, message: error.into_inner().to_string() }
    })
}
