//! Policies read from the JSON documents that AWS returns.

use serde_json::Value;

use super::policy::ITSELF;
use super::{Condition, Effect, Policy, Principal, Statement};
use crate::resource::Resolved;

/// A policy document of AWS that is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("AWS returned a policy that is not JSON: {0}")]
pub struct PolicyDocumentError(#[from] serde_json::Error);

impl Policy<Resolved> {
    /// Parses a JSON document. Elements that cannot be declared are kept in [`Statement::other`].
    pub fn parse(document: &str) -> Result<Self, PolicyDocumentError> {
        Ok(Self::from_json(&serde_json::from_str(document)?))
    }

    /// Reads a document that is JSON already, in the same way.
    pub(super) fn from_json(document: &Value) -> Self {
        Self { statements: members(document.get("Statement")).into_iter().map(parse_statement).collect() }
    }

    /// Parses a document as AWS has it now. Returns `last`, the policy as last applied, if both are equivalent, so that
    /// only a difference in meaning counts as drift. `itself` is the ARN of the resource that carries the policy, if any.
    #[doc(hidden)]
    pub fn read(document: &str, last: Option<&Self>, itself: Option<&str>) -> Result<Self, PolicyDocumentError> {
        let read = Self::parse(document)?.with_itself_marked(itself);
        match last {
            Some(last) if last.clone().with_itself_marked(itself).is_equivalent_to(&read) => Ok(last.clone()),
            _ => Ok(read),
        }
    }

    /// Replaces the ARN of the resource that carries the policy by `${self}`.
    fn with_itself_marked(mut self, itself: Option<&str>) -> Self {
        let Some(itself) = itself else { return self };
        for resource in self.statements.iter_mut().flat_map(|statement| &mut statement.resources) {
            let rest = resource.strip_prefix(itself).filter(|rest| rest.is_empty() || rest.starts_with('/'));
            if let Some(rest) = rest {
                *resource = format!("{ITSELF}{rest}");
            }
        }
        self
    }
}

fn parse_statement(json: &Value) -> Statement<Resolved> {
    let mut statement = Statement::new(Effect::Deny);
    let Some(fields) = json.as_object() else {
        statement.other.insert("Statement".into(), json.clone());
        return statement;
    };
    for (name, value) in fields {
        let known = match name.as_str() {
            "Sid" => value.as_str().map(|sid| statement.sid = Some(sid.to_owned()).filter(|sid| !sid.is_empty())),
            "Effect" => serde_json::from_value(value.clone()).ok().map(|effect| statement.effect = effect),
            "Action" => texts(value).map(|actions| statement.actions = actions.into_iter().map(Into::into).collect()),
            "Resource" => texts(value).map(|resources| statement.resources = resources),
            "Principal" => parse_principals(value).map(|principals| statement.principals = principals),
            "Condition" => parse_conditions(value).map(|conditions| statement.conditions = conditions),
            _ => None,
        };
        if known.is_none() {
            statement.other.insert(name.clone(), value.clone());
        }
    }
    statement
}

pub(super) fn parse_principals(json: &Value) -> Option<Vec<Principal<Resolved>>> {
    if json == "*" {
        return Some(vec![Principal::Everyone]);
    }
    let mut principals = Vec::new();
    for (name, values) in json.as_object()? {
        for text in texts(values)? {
            principals.push(match name.as_str() {
                "AWS" if text == "*" => Principal::Everyone,
                "AWS" => Principal::from_arn_or_account(text),
                "Service" => Principal::Service(text),
                "Federated" => Principal::Federated(text),
                _ => return None,
            });
        }
    }
    Some(principals)
}

fn parse_conditions(json: &Value) -> Option<Vec<Condition<Resolved>>> {
    let mut conditions = Vec::new();
    for (operator, keys) in json.as_object()? {
        for (key, values) in keys.as_object()? {
            conditions.push(Condition { operator: operator.clone(), key: key.clone(), values: texts(values)? });
        }
    }
    Some(conditions)
}

/// Returns the members of a list; a single value is a list of one.
pub(super) fn members(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(members)) => members.iter().collect(),
        Some(single) => vec![single],
        None => Vec::new(),
    }
}

/// Reads a text or a list of texts. AWS compares numbers and flags as text, so they are read as text too.
fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |member: &Value| match member {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(member.to_string()),
        _ => None,
    };
    members(Some(value)).into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BUCKET: &str = "arn:aws:s3:::models";

    fn parsed(json: Value) -> Policy<Resolved> {
        Policy::parse(&json.to_string()).unwrap()
    }

    #[test]
    fn order_and_single_values_are_not_drift() {
        let last = parsed(json!({"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ["123456789012", "*"]}, "Action": ["s3:B", "s3:A"],
             "Resource": ["arn:aws:s3:::models/b", "${self}"], "Condition": {"Bool": {"k": ["true"]}}},
            {"Sid": "Two", "Effect": "Deny", "Principal": "*", "Action": "s3:C", "Resource": "*"},
        ]}));
        let document = json!({"Version": "2008-10-17", "Statement": [
            {"Sid": "Two", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": ["s3:C"], "Resource": ["*"]},
            {"Effect": "Allow", "Principal": {"AWS": ["*", "arn:aws:iam::123456789012:root"]},
             "Action": ["s3:A", "s3:B"], "Resource": [BUCKET, "arn:aws:s3:::models/b"],
             "Condition": {"Bool": {"k": true}}},
        ]});
        assert_eq!(Policy::read(&document.to_string(), Some(&last), Some(BUCKET)).unwrap(), last);
    }

    #[test]
    fn a_different_meaning_is_drift() {
        let last = parsed(json!({"Statement": {"Effect": "Allow", "Action": "s3:A", "Resource": "*"}}));
        for changed in [
            json!({"Effect": "Deny", "Action": "s3:A", "Resource": "*"}),
            json!({"Effect": "Allow", "Action": ["s3:A", "s3:B"], "Resource": "*"}),
            json!({"Effect": "Allow", "NotAction": "s3:A", "Resource": "*"}),
            json!({"Effect": "Allow", "Action": "s3:A", "Resource": "*", "Condition": {"Null": {"k": "true"}}}),
        ] {
            let document = json!({ "Statement": [changed] }).to_string();
            let read = Policy::read(&document, Some(&last), None).unwrap();
            assert_ne!(read, last, "{document}");
            assert!(read.is_equivalent_to(&Policy::parse(&read.to_string()).unwrap()), "{document}");
        }
    }

    #[test]
    fn a_document_that_is_not_json_is_an_error() {
        assert!(Policy::parse("not json").is_err());
    }
}
