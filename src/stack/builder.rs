//! The stack that a program declares resources in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::resource::cloud_control::{Any, AnyOutputs};
use crate::resource::{
    Address, Declared, Field, Input, OnPause, Persistence, Problems, Resource, Scope, outputs_of, placeholder,
};
use crate::stack::conflicts::ConflictChecks;
use crate::stack::{Declaration, Declarations, Problem, RegionZones};

/// A stack while it is being declared.
///
/// No function fails on the spot, so that stack code stays plain. Problems are collected, and
/// [`finish`](Self::finish) reports all of them at once.
#[derive(Debug)]
pub struct Stack {
    scope: Scope,
    zones: RegionZones,
    tags: BTreeMap<String, String>,
    resources: BTreeMap<Address, Declaration>,
    outputs: Vec<(String, Value)>,
    problems: Vec<Problem>,
    conflict_checks: ConflictChecks,
}

impl Stack {
    /// Creates an empty stack. Its `tags` are added to every resource that takes tags.
    pub fn new(scope: Scope, tags: BTreeMap<String, String>) -> Self {
        Self {
            scope,
            zones: RegionZones::default(),
            tags,
            resources: BTreeMap::new(),
            outputs: Vec::new(),
            problems: Vec::new(),
            conflict_checks: ConflictChecks::default(),
        }
    }

    /// Returns the same stack with the zones of its region.
    #[must_use]
    pub fn with_zones(self, zones: RegionZones) -> Self {
        Self { zones, ..self }
    }

    /// Returns the zones of the region, which are not known as long as AWS was not asked.
    pub fn zones(&self) -> &RegionZones {
        &self.zones
    }

    /// Returns the environment, region and account that the stack is declared for.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Declares a resource under a name and returns its outputs as references.
    pub fn add<D: Declare>(&mut self, name: &str, resource: D) -> D::Outputs {
        resource.declare(self, name)
    }

    /// Declares a resource of any type of Cloud Control.
    fn add_any(&mut self, name: &str, any: Any) -> AnyOutputs {
        let kind = any.kind();
        let at = format!("{kind}.{name}");
        let mut problems = Problems::new();
        any.validate(&mut problems);
        let is_type = !problems.fields().contains(&"type");
        for (field, message) in problems {
            self.problem(&at, Some(field), message);
        }
        let address = Address::new(&kind, name).unwrap_or_else(|error| {
            // A text that is not a type was reported as such.
            if is_type {
                self.problem(&at, None, error.to_string());
            }
            Address::placeholder()
        });
        let mut inputs = any.inputs();
        self.add_tags(&mut inputs);
        self.insert(at, address.clone(), inputs);
        AnyOutputs::of(address)
    }

    /// Declares a resource of a kind.
    fn add_resource<R: Resource>(&mut self, name: &str, resource: R) -> R::Outputs<Declared> {
        let at = format!("{}.{name}", R::KIND);
        let address = Address::new(R::KIND, name).unwrap_or_else(|error| {
            self.problem(&at, None, error.to_string());
            Address::placeholder()
        });
        let mut problems = Problems::new();
        resource.validate(&mut problems);
        for (field, message) in problems {
            self.problem(&at, Some(field), message);
        }
        if R::PERSISTENCE == Persistence::Durable && resource.paused() == OnPause::Delete {
            self.problem(&at, None, "a resource that holds data cannot be deleted by a pause");
        }
        let inputs = self.inputs(&at, &resource);
        self.insert(at.clone(), address.clone(), inputs);
        let outputs = outputs_of(&address).unwrap_or_else(|error| {
            self.problem(&at, None, format!("the outputs of this kind are no struct of references: {error}"));
            placeholder()
        });
        self.conflict_checks.add(at, resource);
        outputs
    }

    fn insert(&mut self, at: String, address: Address, inputs: Value) {
        // The resources that its inputs refer to are added when the stack is finished.
        let declaration = Declaration { inputs, depends_on: BTreeSet::new(), protect: false };
        let earlier = self.resources.insert(address.clone(), declaration);
        if earlier.is_some() && address != Address::placeholder() {
            self.problem(&at, None, "declared twice; give one of them another name");
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

    /// Declares an output of the stack itself. `ebb output` shows it.
    pub fn output<T: Field>(&mut self, name: &str, value: &Input<T>) {
        if self.outputs.iter().any(|(other, _)| other == name) {
            self.problem(&self.scope.stack.clone(), Some(name.to_owned()), "this output is declared twice".to_owned());
        }
        match serde_json::to_value(value) {
            Ok(value) => self.outputs.push((name.to_owned(), value)),
            Err(error) => self.problem(&self.scope.stack.clone(), Some(name.to_owned()), error.to_string()),
        }
    }

    /// Reports a problem that only the stack's own code can find. `at` names a resource, a component or the stack.
    pub fn problem(&mut self, at: &str, field: Option<String>, message: impl Into<String>) {
        self.problems.push(Problem { at: at.to_owned(), field, message: message.into() });
    }

    /// Returns the declared stack as data, or all its problems.
    pub fn finish(mut self) -> Result<Declarations, Vec<Problem>> {
        self.problems.extend(self.conflict_checks.conflicts());
        let (scope, resources, outputs) = (self.scope, self.resources, self.outputs);
        let declarations = Declarations { scope, resources, outputs, violations: Vec::new() };
        match declarations.checked() {
            Ok(declarations) if self.problems.is_empty() => Ok(declarations),
            Ok(_) => Err(self.problems),
            Err(problems) => Err([self.problems, problems].concat()),
        }
    }

    /// Returns the inputs of a resource as data, with the stack's tags if it takes tags.
    fn inputs<R: Resource>(&mut self, at: &str, resource: &R) -> Value {
        match serde_json::to_value(resource) {
            Ok(mut inputs) => {
                self.add_tags(&mut inputs);
                inputs
            }
            Err(error) => {
                self.problem(at, None, format!("cannot be written as data: {error}"));
                Value::Null
            }
        }
    }

    /// Adds the stack's tags to inputs that have tags.
    fn add_tags(&self, inputs: &mut Value) {
        if let Some(own) = inputs.get_mut("tags").and_then(Value::as_object_mut) {
            for (key, value) in &self.tags {
                own.entry(key.clone()).or_insert_with(|| Value::String(value.clone()));
            }
        }
    }
}

/// A resource that a stack can declare: one of a kind, or [`Any`].
pub trait Declare {
    /// Its outputs, as references.
    type Outputs;

    /// Declares it. [`Stack::add`] reads better.
    #[doc(hidden)]
    fn declare(self, stack: &mut Stack, name: &str) -> Self::Outputs;
}

impl<R: Resource> Declare for R {
    type Outputs = R::Outputs<Declared>;

    fn declare(self, stack: &mut Stack, name: &str) -> Self::Outputs {
        stack.add_resource(name, self)
    }
}

impl Declare for Any {
    type Outputs = AnyOutputs;

    fn declare(self, stack: &mut Stack, name: &str) -> AnyOutputs {
        stack.add_any(name, self)
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

    /// A kind whose name has no valid form and whose outputs are no references.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Broken {}

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct BrokenOutputs {
        id: String,
    }

    impl Resource for Broken {
        const KIND: &'static str = "test-broken";
        const PERSISTENCE: Persistence = Persistence::Durable;
        const REPLACE_ON: &'static [&'static str] = &[];
        type Resolved = Broken;
        type Outputs<P: Phase> = BrokenOutputs;
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
    fn broken_kinds_and_names_are_problems_and_declaring_goes_on() {
        let mut stack = stack();
        stack.add("no name", Thing {});
        let broken = stack.add("first", Broken {});
        assert_eq!(broken.id, "");
        stack.add("twice", Thing {});
        stack.add("twice", Thing {});
        let problems = stack.finish().unwrap_err();
        let at: Vec<_> = problems.iter().map(|problem| problem.at.as_str()).collect();
        assert_eq!(at, ["test_thing.no name", "test-broken.first", "test-broken.first", "test_thing.twice"]);
        assert!(
            problems[2].message.starts_with("the outputs of this kind are no struct of references"),
            "{problems:?}"
        );
    }

    #[test]
    fn resources_of_any_type_are_declared_and_checked_with_their_references() {
        let mut stack = stack();
        stack.tags.insert("Project".into(), "shop".into());
        let vault = stack.add("vault", Any::new("AWS::Backup::BackupVault").with("BackupVaultName", "nightly"));
        stack.output("VAULT", &vault.get::<String>("BackupVaultArn"));
        let queue = Any::new("AWS::SQS::Queue").with("QueueName", vault.get::<String>("BackupVaultName").then("-jobs"));
        let queue = stack.add("jobs", queue);
        stack.protect(&queue.identifier());
        let declared = finish(stack);
        let vault = &declared.resources[&"AWS_Backup_BackupVault.vault".parse().unwrap()];
        assert_eq!(vault.inputs["tags"], serde_json::json!({ "Project": "shop" }));
        let queue = &declared.resources[&"AWS_SQS_Queue.jobs".parse().unwrap()];
        assert_eq!((queue.depends_on.len(), queue.protect), (1, true));
    }

    #[test]
    fn mistakes_in_resources_of_any_type_are_problems() {
        let mut stack = stack();
        let vault = stack.add("vault", Any::new("AWS::Backup::BackupVault").with("BackupVaultNam", "nightly"));
        stack.add("what", Any::new("Vault"));
        stack.output("VAULT", &vault.get::<String>("BackupVaultAr"));
        let problems: Vec<_> = stack.finish().unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "AWS_Backup_BackupVault.vault: BackupVaultNam: there is no such property; did you mean `BackupVaultName`?",
                "AWS_Backup_BackupVault.vault: BackupVaultName: is required",
                "Vault.what: type: `Vault` is not a type: write it as AWS::Backup::BackupVault",
                "shop: VAULT: refers to `BackupVaultAr` of AWS_Backup_BackupVault.vault, which AWS does not assign and the \
                 stack does not declare; did you mean `BackupVaultArn`?",
            ]
        );
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
