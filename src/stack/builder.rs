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

    /// Protects a resource, named by any of its outputs, from deletion by every command.
    ///
    /// ```
    /// # use ebbtide::aws::s3::Bucket;
    /// # use ebbtide::stack::Stack;
    /// # fn declare(stack: &mut Stack) {
    /// let models = stack.add("models", Bucket::new());
    /// stack.protect(&models.name);
    /// # }
    /// ```
    pub fn protect<T: Field>(&mut self, output: &Input<T>) {
        if let Some(declaration) = self.declaration_of("protect", output) {
            declaration.protect = true;
        }
    }

    /// Makes a resource wait for another one that its inputs do not refer to. Any of its outputs names a resource.
    ///
    /// ```
    /// # use ebbtide::aws::ec2::{InternetGatewayOutputs, NatGatewayOutputs};
    /// # use ebbtide::resource::Declared;
    /// # use ebbtide::stack::Stack;
    /// # fn declare(stack: &mut Stack, nat: NatGatewayOutputs<Declared>, gateway: InternetGatewayOutputs<Declared>) {
    /// stack.after(&nat.nat_gateway_id, &gateway.internet_gateway_id);
    /// # }
    /// ```
    pub fn after<T: Field, U: Field>(&mut self, output: &Input<T>, other: &Input<U>) {
        let other = self.resource_of("after", other);
        if let (Some(declaration), Some(other)) = (self.declaration_of("after", output), other) {
            declaration.depends_on.insert(other);
        }
    }

    /// Returns the declaration of the resource that an argument of `function` names, or reports a problem.
    fn declaration_of<T: Field>(&mut self, function: &str, output: &Input<T>) -> Option<&mut Declaration> {
        let address = self.resource_of(function, output)?;
        if !self.resources.contains_key(&address) {
            let message = format!("`{function}` names this resource, which this stack does not declare");
            self.problem(&address.to_string(), None, message);
        }
        self.resources.get_mut(&address)
    }

    /// Returns the resource that an argument of `function` names, or reports a problem.
    fn resource_of<T: Field>(&mut self, function: &str, output: &Input<T>) -> Option<Address> {
        let address = output.resource().cloned();
        if address.is_none() {
            let value = serde_json::to_string(output).unwrap_or_else(|error| error.to_string());
            let message = format!("`{function}` takes an output of a resource, and {value} is not one");
            self.problem(&self.scope.stack.clone(), None, message);
        }
        address
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Phase;
    use crate::stack::Declarations;
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Thing {}

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(bound = "")]
    struct ThingOutputs<P: Phase> {
        id: P::Of<String>,
    }

    impl Resource for Thing {
        const KIND: &'static str = "test_thing";
        const PERSISTENCE: Persistence = Persistence::Durable;
        const REPLACE_ON: &'static [&'static str] = &[];
        type Resolved = Thing;
        type Outputs<P: Phase> = ThingOutputs<P>;
    }

    fn stack() -> Stack {
        let scope = Scope {
            environment: "test".into(),
            stack: "shop".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        Stack::new(scope, BTreeMap::new())
    }

    fn finish(stack: Stack) -> Declarations {
        stack.finish().unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    #[test]
    fn an_output_or_text_made_of_it_names_the_resource_to_protect() {
        let mut stack = stack();
        let (first, second) = (stack.add("first", Thing {}), stack.add("second", Thing {}));
        stack.add("third", Thing {});
        stack.protect(&first.id);
        stack.protect(&second.id.then("/*"));
        let protected: Vec<_> = finish(stack).resources.into_values().map(|declaration| declaration.protect).collect();
        assert_eq!(protected, [true, true, false]);
    }

    #[test]
    fn outputs_name_the_resource_that_waits_and_the_one_it_waits_for() {
        let mut stack = stack();
        let (first, second) = (stack.add("first", Thing {}), stack.add("second", Thing {}));
        stack.after(&second.id, &first.id);
        let dependencies: Vec<_> = finish(stack).resources.into_values().map(|one| one.depends_on.len()).collect();
        assert_eq!(dependencies, [0, 1]);
    }

    #[test]
    fn values_that_name_no_declared_resource_are_problems() {
        let mut stack = stack();
        let thing = stack.add("first", Thing {});
        let undeclared = Input::<String>::reference("test_thing.missing".parse().unwrap(), "id");
        let known = Input::<String>::from("id-1");
        stack.protect(&known);
        stack.protect(&undeclared);
        stack.after(&known, &thing.id);
        stack.after(&thing.id, &known);
        stack.after(&undeclared, &thing.id);
        stack.after(&thing.id, &undeclared);
        let problems: Vec<_> = stack.finish().unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "shop: `protect` takes an output of a resource, and \"id-1\" is not one",
                "test_thing.missing: `protect` names this resource, which this stack does not declare",
                "shop: `after` takes an output of a resource, and \"id-1\" is not one",
                "shop: `after` takes an output of a resource, and \"id-1\" is not one",
                "test_thing.missing: `after` names this resource, which this stack does not declare",
                "test_thing.first: refers to test_thing.missing, which this stack does not declare",
            ]
        );
    }
}
