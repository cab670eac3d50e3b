//! A declared stack as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Enforcement, Violation};
use crate::resource::cloud_control::unknown_output;
use crate::resource::{Address, Problems, Reference, Registry, Resource, Scope, dependencies, references};

/// A declared resource, erased to data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Declaration {
    /// The inputs, with references in them.
    pub inputs: Value,
    /// The direct dependencies: the resources that its inputs refer to, and those that it was made to wait for.
    pub depends_on: BTreeSet<Address>,
    /// Whether it is protected from deletion.
    #[serde(default)]
    pub protect: bool,
}

/// A whole declared stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Declarations {
    /// The environment, stack, region and account that it was declared for.
    pub scope: Scope,
    /// The resources by address.
    pub resources: BTreeMap<Address, Declaration>,
    /// The stack's own outputs: values with references in them, in the order of declaration.
    pub outputs: Vec<(String, Value)>,
    /// Everything that violates the policies of the stack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
}

impl Declarations {
    /// Returns the resources of a kind with their addresses, in the order of these.
    pub fn of<R: Resource>(&self) -> impl Iterator<Item = (&Address, R)> {
        let of_kind = self.resources.iter().filter(|(address, _)| address.kind() == R::KIND);
        of_kind.filter_map(|(address, declaration)| Some((address, R::deserialize(&declaration.inputs).ok()?)))
    }

    /// Returns the violations of mandatory policies, for which the stack is neither planned nor applied.
    pub fn refused(&self) -> impl Iterator<Item = &Violation> {
        self.violations.iter().filter(|found| found.enforcement == Enforcement::Mandatory)
    }

    /// Returns the resource with an address, given as text such as `ec2_vpc.main`.
    pub fn get(&self, address: &str) -> Option<&Declaration> {
        self.resources.get(&address.parse().ok()?)
    }

    /// Returns the problems that the kinds find with the inputs. Resources of unknown kinds are left out.
    pub fn problems(&self, kinds: &Registry) -> Vec<Problem> {
        let of = |(address, declaration): (&Address, &Declaration)| {
            let mut problems = Problems::new();
            if let Some(kind) = kinds.get(address.kind()) {
                kind.validate(&declaration.inputs, &mut problems);
            }
            let problem = |(field, message): (String, String)| Problem {
                at: address.to_string(),
                field: Some(field).filter(|field| !field.is_empty()),
                message,
            };
            problems.into_iter().map(problem).collect::<Vec<_>>()
        };
        self.resources.iter().flat_map(of).collect()
    }

    /// Returns the same declarations with every reference among the dependencies, or the resources and outputs that refer to
    /// a resource that is not declared.
    pub fn checked(mut self) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let undeclared = |at: String, field: Option<String>, other: &Address| Problem {
            at,
            field,
            message: format!("refers to {other}, which this stack does not declare"),
        };
        let declared: BTreeSet<Address> = self.resources.keys().cloned().collect();
        let unknown = |at: &str, field: Option<&str>, value: &Value| {
            let wrong = |reference: &Reference| {
                let message = unknown_output(reference, &self.resources.get(&reference.address)?.inputs)?;
                Some(Problem { at: at.to_owned(), field: field.map(str::to_owned), message })
            };
            references(value).iter().filter_map(wrong).collect::<Vec<_>>()
        };
        for (address, declaration) in &self.resources {
            problems.extend(unknown(&address.to_string(), None, &declaration.inputs));
        }
        for (name, value) in &self.outputs {
            problems.extend(unknown(&self.scope.stack, Some(name), value));
        }
        for (address, declaration) in &mut self.resources {
            declaration.depends_on.extend(dependencies(&declaration.inputs));
            let missing = declaration.depends_on.iter().filter(|other| !declared.contains(*other));
            problems.extend(missing.map(|other| undeclared(address.to_string(), None, other)));
        }
        for (name, value) in &self.outputs {
            let referred = dependencies(value);
            let missing = referred.iter().filter(|other| !declared.contains(*other));
            problems.extend(missing.map(|other| undeclared(self.scope.stack.clone(), Some(name.clone()), other)));
        }
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }
}

/// A problem of a declaration, found before any call to AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The address of a resource, or the name of a component or the stack.
    pub at: String,
    /// The field, if the problem is in one.
    pub field: Option<String>,
    /// The problem and what to do about it.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{}: {field}: {}", self.at, self.message),
            None => write!(f, "{}: {}", self.at, self.message),
        }
    }
}
