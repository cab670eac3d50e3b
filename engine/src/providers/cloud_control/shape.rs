//! The facts of a kind, as its declaration or the schema of its type gives them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};

use ebbtide::resource::Tags;
use ebbtide::resource::cloud_control::{
    CloudControl, Facts, Form, Property, any_given, any_outputs, any_read, facts, given, keeps, present, read, reset,
    tags_of,
};

/// How long a resource of any type may take: the slowest, domains and clusters, take up to an hour.
const ANY_READY_WITHIN: Duration = Duration::from_mins(90);

/// The facts of a kind. Functions that take them are compiled once, not once for each kind.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) type_name: Cow<'static, str>,
    pub(super) table: Table,
    pub(super) ready_within: Duration,
}

/// The translation between fields and properties.
#[derive(Clone, Copy, Debug)]
pub(super) enum Table {
    /// The tables of a declaration.
    Typed {
        properties: &'static [Property],
        outputs: &'static [(&'static str, &'static str)],
        replace_on: &'static [&'static str],
    },
    /// Fields that have the names of properties, with the facts of the type if they are known.
    Any(Option<&'static Facts>),
}

/// The property with the tags.
#[derive(Clone, Copy, Debug)]
pub(super) struct TagProperty {
    name: &'static str,
    is_shown: bool,
}

impl Shape {
    pub(super) const fn of<R: CloudControl>() -> Self {
        Self {
            type_name: Cow::Borrowed(R::TYPE),
            table: Table::Typed { properties: R::PROPERTIES, outputs: R::OUTPUTS, replace_on: R::REPLACE_ON },
            ready_within: Duration::from_mins(R::READY_WITHIN_MINUTES),
        }
    }

    pub(super) fn any(type_name: &str, facts: Option<&'static Facts>) -> Self {
        Self { type_name: Cow::Owned(type_name.to_owned()), table: Table::Any(facts), ready_within: ANY_READY_WITHIN }
    }

    /// Returns inputs as properties.
    pub(super) fn given(&self, inputs: &Value) -> Map<String, Value> {
        match self.table {
            Table::Typed { properties, .. } => given(properties, inputs),
            Table::Any(facts) => any_given(facts, inputs),
        }
    }

    /// Returns the settings that are no longer declared, as properties with their defaults.
    pub(super) fn reset(&self, from: &Value, to: &Value) -> Map<String, Value> {
        match self.table {
            Table::Typed { properties, .. } => reset(properties, from, to),
            Table::Any(_) => Map::new(),
        }
    }

    /// Returns live properties as inputs, cut to those that were last applied.
    pub(super) fn read(&self, live: &Value, last: &Value) -> Value {
        match self.table {
            Table::Typed { properties, .. } => present(properties, read(properties, live, Some(last))),
            Table::Any(facts) => any_read(facts, live, last),
        }
    }

    /// Returns the outputs among live properties.
    pub(super) fn outputs(&self, live: &Value, last: &Value, id: &str) -> Value {
        match self.table {
            Table::Typed { outputs, .. } => {
                let output = |(field, path): &(&str, &str)| ((*field).to_owned(), value_at(live, path));
                Value::Object(outputs.iter().map(output).collect())
            }
            Table::Any(facts) => any_outputs(facts, live, last, id),
        }
    }

    /// Returns the property with the tags.
    pub(super) fn tags(&self) -> Option<TagProperty> {
        match self.table {
            Table::Typed { properties, .. } => {
                let tags = properties.iter().find(|property| matches!(property.form, Form::Tags(_)))?;
                Some(TagProperty { name: tags.top(), is_shown: !tags.write_only })
            }
            Table::Any(facts) => {
                let (facts, name) = (facts?, facts?.tags.as_ref()?);
                Some(TagProperty { name, is_shown: !Facts::is_among(&facts.write_only, name) })
            }
        }
    }

    /// Returns whether no read shows tags: the type has none, or they are write-only.
    pub(super) fn shows_no_tags(&self) -> bool {
        self.tags().is_none_or(|tags| !tags.is_shown)
    }

    /// Returns the tags of live properties; `None` if no read shows them.
    pub(super) fn shown_tags(&self, live: &Value) -> Option<Tags> {
        let tags = self.tags().filter(|tags| tags.is_shown)?;
        Some(tags_of(&live[tags.name]))
    }

    /// Returns the properties at the top of which AWS can change nothing.
    pub(super) fn fixed(&self) -> BTreeSet<&'static str> {
        match self.table {
            Table::Typed { properties, replace_on, .. } => {
                let is_fixed = |property: &&Property| replace_on.contains(&property.field);
                let changeable: BTreeSet<_> =
                    properties.iter().filter(|property| !is_fixed(property)).map(Property::top).collect();
                properties.iter().map(Property::top).filter(|top| !changeable.contains(top)).collect()
            }
            Table::Any(None) => BTreeSet::new(),
            Table::Any(Some(facts)) => facts.create_only.iter().map(String::as_str).collect(),
        }
    }

    /// Returns the paths at which a property at the top is changed: its own; those of its parts, where AWS cannot change one or assigns
    /// one; none if AWS cannot change it.
    pub(super) fn paths(&self, top: &str) -> Vec<String> {
        // A property of no field may be one that AWS sets at creation alone.
        let is_set_at_creation =
            || facts(&self.type_name).is_some_and(|facts| facts.create_only.iter().any(|fixed| fixed == top));
        if self.fixed().contains(top) || is_set_at_creation() {
            return Vec::new();
        }
        let parts = match self.table {
            Table::Typed { properties, replace_on, .. } => {
                let parts: Vec<_> = properties.iter().filter(|property| property.top() == top).collect();
                let changeable = parts.iter().filter(|property| !replace_on.contains(&property.field));
                let changeable: Vec<String> = changeable.map(|property| property.path.to_owned()).collect();
                let is_apart = changeable.len() < parts.len() || self.assigns_within(top);
                is_apart.then_some(changeable)
            }
            Table::Any(_) => None,
        };
        parts.unwrap_or_else(|| vec![top.to_owned()])
    }

    /// Returns the paths at which a patch has what AWS never shows, apart from what it cannot change.
    pub(super) fn hidden_paths(&self) -> BTreeSet<String> {
        let lost = self.hidden().into_iter().filter(|top| !keeps(&self.type_name, top));
        let paths = lost.flat_map(|top| self.paths(top));
        match self.table {
            Table::Typed { properties, .. } => {
                let is_shown = |path: &String| {
                    path.contains('/')
                        && !properties.iter().any(|property| property.path == path.as_str() && property.hides())
                };
                paths.filter(|path| !is_shown(path)).collect()
            }
            Table::Any(_) => paths.collect(),
        }
    }

    /// Returns whether AWS assigns a part of a property at the top.
    fn assigns_within(&self, top: &str) -> bool {
        let is_within = |path: &String| path.strip_prefix(top).is_some_and(|rest| rest.starts_with('/'));
        facts(&self.type_name).is_some_and(|facts| facts.read_only.iter().any(is_within))
    }

    /// Returns whether AWS assigns the property of a path.
    pub(super) fn assigns(&self, path: &str) -> bool {
        facts(&self.type_name).is_some_and(|facts| Facts::is_among(&facts.read_only, path))
    }

    /// Returns the properties at the top that AWS never shows as a whole, among them those of no field.
    pub(super) fn hidden(&self) -> BTreeSet<&'static str> {
        let marked: BTreeSet<&str> = match self.table {
            Table::Typed { properties, .. } => {
                properties.iter().filter(|property| property.hides()).map(Property::top).collect()
            }
            Table::Any(_) => BTreeSet::new(),
        };
        let known = facts(&self.type_name).map(|facts| facts.write_only.as_slice()).unwrap_or_default();
        marked.into_iter().chain(known.iter().map(|path| path.split('/').next().unwrap_or(path))).collect()
    }
}

/// Returns the value at a path, or the values of all items of the list before a `*`.
fn value_at(live: &Value, path: &str) -> Value {
    let pointer = |path: &str| live.pointer(&format!("/{path}")).cloned().unwrap_or_default();
    let Some((list, rest)) = path.split_once("/*/") else { return pointer(path) };
    let items = pointer(list);
    items.as_array().into_iter().flatten().map(|item| value_at(item, rest)).filter(|value| !value.is_null()).collect()
}
