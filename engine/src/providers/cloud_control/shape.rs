//! The facts of a kind, as its declaration gives them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use ebbtide::resource::Tags;
use ebbtide::resource::cloud_control::{CloudControl, Form, Property, facts, tags_of};

/// The facts of a kind. Functions that take them are compiled once, not once for each kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) type_name: &'static str,
    pub(super) properties: &'static [Property],
    pub(super) outputs: &'static [(&'static str, &'static str)],
    pub(super) replace_on: &'static [&'static str],
    pub(super) data: Option<&'static str>,
    pub(super) ready_within: Duration,
}

impl Shape {
    pub(super) const fn of<R: CloudControl>() -> Self {
        Self {
            type_name: R::TYPE,
            properties: R::PROPERTIES,
            outputs: R::OUTPUTS,
            replace_on: R::REPLACE_ON,
            data: R::DATA,
            ready_within: Duration::from_mins(R::READY_WITHIN_MINUTES),
        }
    }

    /// Returns the property with the tags.
    pub(super) fn tags(&self) -> Option<&'static Property> {
        self.properties.iter().find(|property| matches!(property.form, Form::Tags(_)))
    }

    /// Returns whether no read shows tags: the type has none, or they are write-only.
    pub(super) fn shows_no_tags(&self) -> bool {
        self.tags().is_none_or(|tags| tags.write_only)
    }

    /// Returns the tags of live properties; `None` if no read shows them.
    pub(super) fn shown_tags(&self, live: &Value) -> Option<Tags> {
        let tags = self.tags().filter(|tags| !tags.write_only)?;
        Some(tags_of(&live[tags.top()]))
    }

    /// Returns the properties at the top that AWS cannot change.
    pub(super) fn fixed(&self) -> BTreeSet<&'static str> {
        let replacing = self.properties.iter().filter(|property| self.replace_on.contains(&property.field));
        replacing.map(Property::top).collect()
    }

    /// Returns the properties at the top that AWS never shows as a whole, among them those of no field.
    pub(super) fn hidden(&self) -> BTreeSet<&'static str> {
        let marked = self.properties.iter().filter(|property| property.hides()).map(Property::top);
        let known = facts(self.type_name).map(|facts| facts.write_only.as_slice()).unwrap_or_default();
        marked.chain(known.iter().map(|path| path.split('/').next().unwrap_or(path))).collect()
    }
}
