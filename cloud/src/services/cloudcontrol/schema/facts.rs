//! The facts of a type's schema.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::service::Fault;

/// The facts of a type. Paths are written `Parent/Child`, with `*` for each element of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// Its name, e.g. `AWS::ECR::Repository`.
    pub type_name: String,
    /// The properties that identify a resource, in the order of the identifier.
    pub primary_identifier: Vec<String>,
    /// Other sets of properties that identify a resource.
    #[serde(default)]
    pub additional_identifiers: Vec<Vec<String>>,
    /// The properties that are given once.
    #[serde(default)]
    pub create_only_properties: Vec<String>,
    /// The properties some changes of which need another resource.
    #[serde(default)]
    pub conditional_create_only_properties: Vec<String>,
    /// The properties that AWS assigns.
    #[serde(default)]
    pub read_only_properties: Vec<String>,
    /// The properties that no read shows.
    #[serde(default)]
    pub write_only_properties: Vec<String>,
    #[serde(default)]
    tagging: Tagging,
    handlers: BTreeMap<String, Handler>,
    /// The schema of a resource's properties.
    #[serde(skip)]
    pub schema: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Tagging {
    tag_property: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Handler {
    handler_schema: Option<Value>,
    #[serde(default)]
    permissions: Vec<String>,
}

impl Facts {
    /// Reads the file of a type.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let damaged = |error: serde_json::Error| {
            Fault::new("InternalFailure", format!("the facts of a type of Cloud Control are damaged: {error}"))
        };
        let mut file: Value = serde_json::from_str(text).map_err(damaged)?;
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": file["required"],
            "properties": file["properties"].take(), "definitions": file["definitions"].take(),
        });
        let facts: Self = serde_json::from_value(file).map_err(damaged)?;
        Ok(Self { schema, ..facts })
    }

    /// Returns an error unless the type has a handler: `create`, `read`, `update`, `delete` or `list`.
    pub fn check_handler(&self, name: &str) -> Result<(), Fault> {
        if self.handlers.contains_key(name) {
            return Ok(());
        }
        let message = format!("Resource type {} does not support {} action", self.type_name, name.to_uppercase());
        Err(Fault::new("UnsupportedActionException", message))
    }

    /// Returns the actions that a handler needs.
    pub fn permissions(&self, handler: &str) -> &[String] {
        self.handlers.get(handler).map_or(&[], |handler| &handler.permissions)
    }

    /// Returns the actions that all handlers need.
    pub fn all_permissions(&self) -> impl Iterator<Item = &String> {
        self.handlers.values().flat_map(|handler| &handler.permissions)
    }

    /// Returns the schema of the model that a list needs, if it needs one.
    pub fn list_schema(&self) -> Option<&Value> {
        self.handlers.get("list")?.handler_schema.as_ref()
    }

    /// Returns the property that has the tags, if the type has tags.
    pub fn tag_property(&self) -> Option<&str> {
        self.tagging.tag_property.as_deref()?.strip_prefix("/properties/")
    }
}
