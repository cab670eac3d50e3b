//! The table of a kind.

use ebbtide::resource::Resource;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::Value;

use crate::fixture::scope;

/// A kind, its inputs, and an entry for each of their fields.
pub struct Table {
    pub kind: &'static str,
    /// The inputs from which each change starts and to which it returns.
    pub base: Value,
    pub fields: Vec<Field>,
    /// Makes the resources that the inputs refer to.
    pub prepare: for<'a> fn(&'a Aws) -> BoxFuture<'a, ()>,
    /// Reads a resource from the cloud: an object with the names of the fields and the words of AWS.
    pub observe: for<'a> fn(&'a Aws, &'a str) -> BoxFuture<'a, Value>,
    pub add: fn(&mut Stack, &Value),
}

/// A change of one field.
pub struct Field {
    pub name: &'static str,
    /// The value that it changes to.
    pub to: Value,
    /// Other fields that must change with it.
    pub also: Vec<(&'static str, Value)>,
    /// The change as the observer sees it.
    pub shows: Shows,
}

/// The change of a field as an observer sees it.
pub enum Shows {
    /// It has this value.
    Value(Value),
    /// It has another value than before, which cannot be predicted.
    Another,
    /// It has this value, and the way back is refused with a message that has these words.
    NoWayBack(Value, &'static str),
    /// AWS does not have this field, for this reason.
    Nothing(&'static str),
    /// There is none: the change is refused with a message that has these words.
    Refused(&'static str),
}

/// Returns an object with changes of some of its members.
pub fn with(object: &Value, changes: &Value) -> Value {
    let mut changed = object.clone();
    for (name, value) in changes.as_object().unwrap() {
        assert_ne!(&object[name], value, "{name} does not change");
        changed[name] = value.clone();
    }
    changed
}

fn add<R: Resource>(stack: &mut Stack, inputs: &Value) {
    stack.add("it", serde_json::from_value::<R>(inputs.clone()).unwrap());
}

fn nothing(_aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async {})
}

impl Table {
    /// Creates a table without entries.
    pub fn new<R: Resource>(base: &R, observe: for<'a> fn(&'a Aws, &'a str) -> BoxFuture<'a, Value>) -> Self {
        let base = serde_json::to_value(base).unwrap();
        Self { kind: R::KIND, base, fields: Vec::new(), prepare: nothing, observe, add: add::<R> }
    }

    /// Adds a field whose changed value the cloud shows.
    pub fn shows(self, name: &'static str, to: Value, value: Value) -> Self {
        self.entry(name, to, Shows::Value(value))
    }

    /// Adds a field.
    pub fn entry(mut self, name: &'static str, to: Value, shows: Shows) -> Self {
        self.fields.push(Field { name, to, also: Vec::new(), shows });
        self
    }

    /// Changes another field together with the field that was added last.
    pub fn also(mut self, name: &'static str, to: Value) -> Self {
        self.fields.last_mut().expect("there is a field").also.push((name, to));
        self
    }

    /// Declares a stack with one resource of these inputs, named `it`.
    pub fn declare(&self, inputs: &Value) -> Declarations {
        let mut stack = Stack::new(scope(), [].into());
        (self.add)(&mut stack, inputs);
        stack.finish().unwrap_or_else(|problems| panic!("{}: {problems:?}", self.kind))
    }
}
