//! A resource that is wanted: its declaration, with all that follows from its identity.

use serde_json::{Map, Value};

use super::shape::Shape;
use crate::sdk::{Aws, Context, Error};
use ebbtide::resource::cloud_control::{Placed, canonical};
use ebbtide::resource::{Tags, digest};

/// A resource that is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) context: &'a Context,
    pub(super) shape: &'a Shape,
    pub(super) placed: &'a Placed,
    pub(super) inputs: &'a Value,
}

/// The owner of a resource that is there, as far as its tags tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Us,
    Another,
    /// No read shows tags of this type.
    Unknown,
}

impl<'a> Wanted<'a> {
    pub(super) fn aws(&self) -> &'a Aws {
        &self.context.aws
    }

    /// Returns the desired state of a creation, the same text for the same inputs and identity: AWS recognizes a repeated request
    /// by it.
    pub(super) fn desired(&self) -> Result<String, Error> {
        let mut inputs = self.inputs.clone();
        if self.shape.tags().is_some() {
            let own: Option<Tags> = serde_json::from_value(inputs["tags"].take())?;
            inputs["tags"] = serde_json::to_value(self.context.tags(&own.unwrap_or_default()))?;
        }
        let mut properties: Map<String, Value> = self.shape.given(&inputs);
        properties.extend(self.placed.properties.clone());
        Ok(canonical(&Value::Object(properties)))
    }

    /// Returns the client token of an attempt of the creation.
    pub(super) fn token(&self, attempt: u32) -> String {
        digest(&format!("{}\n{attempt}", self.context.identity.token()), 32)
    }

    /// Returns the owner of live properties.
    pub(super) fn owner(&self, live: &Value) -> Owner {
        match self.shape.shown_tags(live) {
            Some(tags) if self.context.identity.owns(&tags) => Owner::Us,
            Some(_) => Owner::Another,
            None => Owner::Unknown,
        }
    }

    /// Returns whether live properties have all that is declared.
    pub(super) fn shows(&self, live: &Value) -> bool {
        let seen = self.shape.read(live, self.inputs);
        let has = |(name, value): (&String, &Value)| live.get(name) == Some(value);
        let hidden = |name: &str| self.shape.hidden().contains(name);
        self.shape.given(&seen) == self.shape.given(self.inputs)
            && self.placed.properties.iter().filter(|(name, _)| !hidden(name)).all(has)
    }

    /// Returns whether live properties have those that follow from the identity, such as a derived name.
    pub(super) fn has_name(&self, live: &Value) -> bool {
        !self.placed.properties.is_empty()
            && self.placed.properties.iter().all(|(name, value)| live.get(name) == Some(value))
    }

    /// Returns the words for the resource in a message.
    pub(super) fn words(&self) -> String {
        match &self.placed.identifier {
            Some(identifier) => identifier.clone(),
            None => format!("a resource of type {}", self.shape.type_name),
        }
    }
}
