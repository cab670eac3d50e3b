//! The stack that a program declares resources in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::resource::{
    Address, Declared, Field, Input, OnPause, Persistence, Problems, Resource, Scope, outputs_of, references,
};
use crate::stack::conflicts::Alike;
use crate::stack::{Declaration, Declarations, Problem};

/// A stack while it is being declared.
///
/// `add` never fails on the spot, so that stack code stays plain; what is wrong is collected and
/// told, all at once, by [`finish`](Self::finish).
#[derive(Debug)]
pub struct Stack {
    scope: Scope,
    tags: BTreeMap<String, String>,
    resources: BTreeMap<Address, Declaration>,
    outputs: Vec<(String, Value)>,
    problems: Vec<Problem>,
    alike: Alike,
}

impl Stack {
    /// An empty stack; `tags` go on every resource that takes tags.
    pub fn new(scope: Scope, tags: BTreeMap<String, String>) -> Self {
        Self {
            scope,
            tags,
            resources: BTreeMap::new(),
            outputs: Vec::new(),
            problems: Vec::new(),
            alike: Alike::default(),
        }
    }

    /// What the stack is declared for: environment, region, account.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Declares a resource under a name and answers its outputs as references.
    pub fn add<R: Resource>(&mut self, name: &str, resource: R) -> R::Outputs<Declared> {
        let address = match Address::new(R::KIND, name) {
            Ok(address) => address,
            Err(error) => {
                self.problem(&format!("{}.{name}", R::KIND), None, error.to_string());
                fallback(R::KIND)
            }
        };
        let mut problems = Problems::new();
        resource.validate(&mut problems);
        for (field, message) in problems {
            self.problem(&address.to_string(), Some(field), message);
        }
        let inputs = self.inputs(&address, &resource);
        if R::PERSISTENCE == Persistence::Durable && resource.paused() == OnPause::Delete {
            let message = "a resource that holds data cannot be deleted by a pause";
            self.problem(&address.to_string(), None, message.to_owned());
        }
        let depends_on: BTreeSet<Address> =
            references(&inputs).into_iter().map(|reference| reference.address).collect();
        let declaration = Declaration { inputs, depends_on, protect: false };
        if self.resources.insert(address.clone(), declaration).is_some() {
            let message = "declared twice; give one of them another name".to_owned();
            self.problem(&address.to_string(), None, message);
        }
        self.alike.add(&address, resource);
        match outputs_of(&address) {
            Ok(outputs) => outputs,
            // Every kind's outputs are a struct of references; the test of the list of kinds proves it.
            Err(error) => panic!("{}: {error}", R::KIND),
        }
    }

    /// Forbids that a resource is ever deleted, by whatever command.
    pub fn protect(&mut self, kind: &str, name: &str) {
        self.change(kind, name, |declaration| declaration.protect = true);
    }

    /// Makes a resource wait for another that its inputs do not refer to.
    pub fn after(&mut self, kind: &str, name: &str, other: &Address) {
        self.change(kind, name, |declaration| {
            declaration.depends_on.insert(other.clone());
        });
    }

    fn change(&mut self, kind: &str, name: &str, change: impl FnOnce(&mut Declaration)) {
        let declaration = Address::new(kind, name).ok().and_then(|address| self.resources.get_mut(&address));
        match declaration {
            Some(declaration) => change(declaration),
            None => self.problem(&format!("{kind}.{name}"), None, "no such resource was added".to_owned()),
        }
    }

    /// Declares an output of the stack itself, shown by `ebb output`.
    pub fn output<T: Field>(&mut self, name: &str, value: &Input<T>) {
        if self.outputs.iter().any(|(other, _)| other == name) {
            self.problem(&self.scope.stack.clone(), Some(name.to_owned()), "this output is declared twice".to_owned());
        }
        match serde_json::to_value(value) {
            Ok(value) => self.outputs.push((name.to_owned(), value)),
            Err(error) => self.problem(&self.scope.stack.clone(), Some(name.to_owned()), error.to_string()),
        }
    }

    /// Notes something wrong that only the stack's own code can know.
    pub fn problem(&mut self, at: &str, field: Option<String>, message: impl Into<String>) {
        self.problems.push(Problem { at: at.to_owned(), field, message: message.into() });
    }

    /// The declared stack as data, or everything that is wrong with it.
    pub fn finish(mut self) -> Result<Declarations, Vec<Problem>> {
        let unknown: Vec<_> = self
            .resources
            .iter()
            .flat_map(|(address, declaration)| declaration.depends_on.iter().map(move |other| (address, other)))
            .filter(|(_, other)| !self.resources.contains_key(other))
            .map(|(address, other)| {
                (address.to_string(), format!("refers to {other}, which this stack does not declare"))
            })
            .collect();
        for (at, message) in unknown {
            self.problem(&at, None, message);
        }
        self.problems.extend(self.alike.conflicts());
        if self.problems.is_empty() {
            Ok(Declarations { scope: self.scope, resources: self.resources, outputs: self.outputs })
        } else {
            Err(self.problems)
        }
    }

    fn inputs<R: Resource>(&mut self, address: &Address, resource: &R) -> Value {
        match serde_json::to_value(resource) {
            Ok(mut inputs) => {
                if let Some(own) = inputs.get_mut("tags").and_then(Value::as_object_mut) {
                    for (key, value) in &self.tags {
                        own.entry(key.clone()).or_insert_with(|| Value::String(value.clone()));
                    }
                }
                inputs
            }
            Err(error) => {
                self.problem(&address.to_string(), None, format!("cannot be written as data: {error}"));
                Value::Null
            }
        }
    }
}

/// A valid address to go on with after a name was refused; the stack never gets past `finish` then.
fn fallback(kind: &str) -> Address {
    match Address::new(kind, "invalid") {
        Ok(address) => address,
        Err(error) => panic!("a kind has a valid name: {error}"),
    }
}
