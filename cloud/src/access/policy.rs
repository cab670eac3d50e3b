//! Identity policies, and their evaluation as AWS does it ("Policy evaluation logic" of the IAM User Guide): an explicit deny
//! wins, then an allow; without either, the request is denied.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::condition::{Condition, Keys, strings};
use super::wildcard::fits;

/// A permission that a call needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Check {
    /// The action, `sagemaker:CreateEndpoint`.
    pub action: String,
    /// The ARN of the resource. A resource that the call makes has `*` in place of its id.
    pub resource: String,
    /// The keys for conditions.
    pub keys: Keys,
}

/// The result of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it, and none denies it.
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it.
    Denied,
}

#[derive(Clone, Debug)]
struct Names {
    patterns: Vec<String>,
    negated: bool,
}

impl Names {
    fn read(statement: &Value, field: &str) -> Result<Self, String> {
        let negation = format!("Not{field}");
        let (value, negated) = match (&statement[field], &statement[&negation]) {
            (Value::Null, Value::Null) => return Err(format!("a statement has no {field}")),
            (Value::Null, value) => (value, true),
            (value, _) => (value, false),
        };
        Ok(Self { patterns: strings(value)?, negated })
    }

    fn contain(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.patterns.iter().any(|pattern| fits(pattern)) != self.negated
    }
}

#[derive(Clone, Debug)]
struct Statement {
    allows: bool,
    actions: Names,
    resources: Names,
    conditions: Vec<Condition>,
}

impl Statement {
    fn read(statement: &Value) -> Result<Self, String> {
        let allows = match statement["Effect"].as_str() {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err("the Effect of a statement is Allow or Deny".to_owned()),
        };
        let mut actions = Names::read(statement, "Action")?;
        // "Actions are not case-sensitive."
        actions.patterns.iter_mut().for_each(|pattern| pattern.make_ascii_lowercase());
        let resources = Names::read(statement, "Resource")?;
        Ok(Self { allows, actions, resources, conditions: Condition::all(&statement["Condition"])? })
    }

    fn covers(&self, check: &Check) -> bool {
        self.is_about(check) && self.conditions.iter().all(|condition| condition.holds(&check.keys))
    }

    fn is_about(&self, check: &Check) -> bool {
        let action = check.action.to_ascii_lowercase();
        self.actions.contain(|pattern| fits(pattern, &action))
            && self.resources.contain(|pattern| fits(pattern, &check.resource))
    }
}

/// A policy of a role or user.
#[derive(Clone, Debug)]
pub struct Policy(Vec<Statement>);

impl Policy {
    /// Reads a policy document.
    pub fn read(document: &Value) -> Result<Self, String> {
        let statements = match &document["Statement"] {
            Value::Array(statements) => statements.as_slice(),
            Value::Null => return Err("the policy has no Statement".to_owned()),
            one => std::slice::from_ref(one),
        };
        statements.iter().map(Statement::read).collect::<Result<_, _>>().map(Self)
    }
}

/// Evaluates the policies of a principal.
pub fn evaluate(policies: &[Policy], check: &Check) -> Decision {
    let covering = policies.iter().flat_map(|policy| &policy.0).filter(|statement| statement.covers(check));
    let mut decision = Decision::NotAllowed;
    for statement in covering {
        if !statement.allows {
            return Decision::Denied;
        }
        decision = Decision::Allowed;
    }
    decision
}

/// Returns the keys that conditions of statements on the action and the resource ask for and the request does not have.
pub fn missing_keys(policies: &[Policy], check: &Check) -> BTreeSet<String> {
    let statements = policies.iter().flat_map(|policy| &policy.0).filter(|statement| statement.is_about(check));
    let keys = statements.flat_map(|statement| statement.conditions.iter().filter_map(Condition::needed_key));
    keys.filter(|key| !check.keys.contains_key(*key)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decide(statements: &Value, action: &str, resource: &str) -> Decision {
        let policy = Policy::read(&json!({ "Version": "2012-10-17", "Statement": statements })).unwrap();
        let check = Check { action: action.to_owned(), resource: resource.to_owned(), keys: Keys::new() };
        evaluate(&[policy], &check)
    }

    #[test]
    fn an_explicit_deny_wins_and_nothing_is_allowed_by_itself() {
        let statements = json!([
            { "Effect": "Allow", "Action": "S3:get*", "Resource": "arn:aws:s3:::b/*" },
            { "Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::b/secret" },
        ]);
        assert_eq!(decide(&statements, "s3:GetObject", "arn:aws:s3:::b/k"), Decision::Allowed);
        assert_eq!(decide(&statements, "s3:GetObject", "arn:aws:s3:::b/secret"), Decision::Denied);
        assert_eq!(decide(&statements, "s3:PutObject", "arn:aws:s3:::b/k"), Decision::NotAllowed);
        assert_eq!(decide(&statements, "s3:GetObject", "arn:aws:s3:::other/k"), Decision::NotAllowed);
        let negated = json!({ "Effect": "Allow", "NotAction": "iam:*", "NotResource": ["arn:aws:s3:::b"] });
        assert_eq!(decide(&negated, "s3:ListBucket", "arn:aws:s3:::a"), Decision::Allowed);
        assert_eq!(decide(&negated, "iam:GetRole", "arn:aws:s3:::a"), Decision::NotAllowed);
        assert_eq!(decide(&negated, "s3:ListBucket", "arn:aws:s3:::b"), Decision::NotAllowed);
    }
}
