//! Policies: rules over a declared stack.

use std::collections::BTreeSet;
use std::fmt;

use super::{Declarations, Enforcement, Violation};

type Rule = Box<dyn Fn(&Declarations, &mut Violations) + Send + Sync>;

/// A rule over the declarations of a stack, checked before any call to AWS.
///
/// ```
/// use ebbtide::aws::s3::Bucket;
/// use ebbtide::stack::Policy;
///
/// let versions = Policy::new("bucket-versions", |declared, violations| {
///     for (address, bucket) in declared.of::<Bucket>() {
///         if !bucket.versioning {
///             violations.add(address, "keeps no versions of objects", "set `versioning: true`");
///         }
///     }
/// });
/// let versions = versions.advisory().except("s3_bucket.scratch", "everything in it can be made again");
/// # drop(versions);
/// ```
pub struct Policy {
    name: String,
    rule: Rule,
    enforcement: Enforcement,
    exceptions: BTreeSet<String>,
}

/// Collects the violations of one policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<(String, String, String)>);

impl Violations {
    /// Adds a violation at the address of a resource, or at the name of the stack, with advice on what to do about it.
    pub fn add(&mut self, at: impl fmt::Display, message: impl Into<String>, hint: impl Into<String>) {
        self.0.push((at.to_string(), message.into(), hint.into()));
    }
}

impl Policy {
    /// Creates a mandatory policy of this name.
    pub fn new(name: &str, rule: impl Fn(&Declarations, &mut Violations) + Send + Sync + 'static) -> Self {
        let enforcement = Enforcement::Mandatory;
        Self { name: name.to_owned(), rule: Box::new(rule), enforcement, exceptions: BTreeSet::new() }
    }

    /// Makes the policy advisory: a violation is a warning.
    #[must_use]
    pub fn advisory(self) -> Self {
        Self { enforcement: Enforcement::Advisory, ..self }
    }

    /// Excepts the resource of an address, or the stack of a name. The reason is for those who read the declaration.
    #[must_use]
    pub fn except(mut self, at: &str, _reason: &str) -> Self {
        self.exceptions.insert(at.to_owned());
        self
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the violations in a declared stack.
    pub fn check(&self, declarations: &Declarations) -> Vec<Violation> {
        let mut found = Violations::default();
        (self.rule)(declarations, &mut found);
        let rest = found.0.into_iter().filter(|(at, ..)| !self.exceptions.contains(at));
        let (policy, enforcement) = (&self.name, self.enforcement);
        rest.map(|(at, message, hint)| Violation { policy: policy.clone(), enforcement, at, message, hint }).collect()
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("name", &self.name)
            .field("enforcement", &self.enforcement)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::s3::Bucket;
    use crate::resource::Scope;
    use crate::stack::{Definition, Stack};

    fn versions() -> Policy {
        Policy::new("bucket-versions", |declared, violations| {
            for (address, _) in declared.of::<Bucket>().filter(|(_, bucket)| !bucket.versioning) {
                violations.add(address, "keeps no versions", "set `versioning`");
            }
        })
    }

    fn violations(policy: Policy) -> Vec<(String, Enforcement)> {
        let scope = Scope {
            environment: "test".into(),
            stack: "shop".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let mut stack = Stack::new(scope, Default::default());
        let definition = Definition::new("shop", "a shop", |stack: &mut Stack, ()| {
            stack.add("kept", Bucket { versioning: true, ..Bucket::new() });
            stack.add("scratch", Bucket::new());
        });
        let definition = definition.policy(policy);
        definition.declare(&mut stack, &serde_json::Value::Null).unwrap();
        let declared = definition.checked(stack.finish().unwrap());
        declared.violations.into_iter().map(|found| (found.at, found.enforcement)).collect()
    }

    #[test]
    fn a_violation_is_mandatory_unless_the_policy_is_advisory_or_has_an_exception() {
        let scratch = || "s3_bucket.scratch".to_owned();
        assert_eq!(violations(versions()), [(scratch(), Enforcement::Mandatory)]);
        assert_eq!(violations(versions().advisory()), [(scratch(), Enforcement::Advisory)]);
        assert!(violations(versions().except("s3_bucket.scratch", "it is scratch")).is_empty());
    }
}
