//! Whether two policies mean the same. Every kind with a policy compares through [`Policy::is_equivalent_to`].

use serde_json::Value;

use super::parsing::{members, parse_principals};
use super::{Policy, PolicyDocumentError, Principal};
use crate::resource::Resolved;

impl Policy<Resolved> {
    /// Returns whether both mean the same: the order and repetition of list members, and a single value in place of a
    /// list, have no meaning. Version and Id are no part of a policy here.
    pub fn is_equivalent_to(&self, other: &Self) -> bool {
        canonical(self) == canonical(other)
    }

    /// Reads a document for a kind that keeps its policy as JSON. Returns `None` if AWS has `default`, the policy of a
    /// resource without one of its own, and `last` if it is equivalent, so that only a difference in meaning is drift.
    #[doc(hidden)]
    pub fn read_json(
        document: &str,
        last: Option<&Value>,
        default: &Value,
    ) -> Result<Option<Value>, PolicyDocumentError> {
        let document: Value = serde_json::from_str(document)?;
        let read = Self::from_json(&document);
        let is_read = |other: &Value| Self::from_json(other).is_equivalent_to(&read);
        Ok(match last {
            Some(last) if is_read(last) => Some(last.clone()),
            _ if is_read(default) => None,
            _ => Some(document),
        })
    }
}

/// Returns the statements as sorted text, which is the same for all equivalent policies.
fn canonical(policy: &Policy<Resolved>) -> Vec<String> {
    let mut statements: Vec<String> = policy
        .statements
        .iter()
        .map(|statement| {
            let mut statement = statement.clone();
            statement.resources.sort();
            statement.resources.dedup();
            canonical_principals(&mut statement.principals);
            for condition in &mut statement.conditions {
                condition.values.sort();
                condition.values.dedup();
            }
            sort_by_text(&mut statement.conditions, |condition| format!("{condition:?}"));
            for (name, element) in &mut statement.other {
                *element = canonical_element(name, element);
            }
            format!("{statement:?}")
        })
        .collect();
    statements.sort();
    statements
}

fn canonical_principals(principals: &mut Vec<Principal<Resolved>>) {
    for principal in principals.iter_mut() {
        if let Principal::Aws(arn) = principal {
            *principal = Principal::from_arn_or_account(std::mem::take(arn));
        }
    }
    sort_by_text(principals, |principal| format!("{principal:?}"));
}

/// Returns an element that cannot be declared in its canonical form.
fn canonical_element(name: &str, element: &Value) -> Value {
    match (name, parse_principals(element)) {
        ("NotPrincipal", Some(mut principals)) => {
            canonical_principals(&mut principals);
            Value::String(format!("{principals:?}"))
        }
        ("NotAction" | "NotResource", _) => {
            let mut members: Vec<Value> = members(Some(element)).into_iter().cloned().collect();
            sort_by_text(&mut members, Value::to_string);
            Value::Array(members)
        }
        _ => element.clone(),
    }
}

/// Sorts members and removes repeated ones.
fn sort_by_text<T: PartialEq>(members: &mut Vec<T>, text: impl Fn(&T) -> String) {
    members.sort_by_cached_key(text);
    members.dedup();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(statement: Value) -> Policy<Resolved> {
        Policy::from_json(&json!({ "Statement": statement }))
    }

    #[test]
    fn elements_that_cannot_be_declared_are_compared_by_meaning_too() {
        let one = parsed(json!([{"Effect": "Deny", "NotAction": "s3:A", "NotResource": ["b", "a"],
            "NotPrincipal": {"AWS": "123456789012"}}]));
        let same = parsed(json!({"Effect": "Deny", "NotAction": ["s3:A"], "NotResource": ["a", "b", "a"],
            "NotPrincipal": {"AWS": ["arn:aws:iam::123456789012:root"]}}));
        assert!(one.is_equivalent_to(&same));
        for other in [
            json!({"Effect": "Deny", "NotAction": "s3:B", "NotResource": ["a", "b"], "NotPrincipal": {"AWS": "123456789012"}}),
            json!({"Effect": "Deny", "NotAction": "s3:A", "NotResource": ["a", "b"], "NotPrincipal": "*"}),
        ] {
            assert!(!one.is_equivalent_to(&parsed(other.clone())), "{other}");
        }
    }

    #[test]
    fn a_document_without_meaning_of_its_own_is_the_default() {
        let default = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]});
        let spelled = json!({"Version": "2008-10-17", "Id": "x", "Statement": {"Action": ["*"], "Resource": ["*"],
            "Effect": "Allow", "Principal": {"AWS": ["*"]}}});
        let read = |last: Option<&Value>| Policy::read_json(&spelled.to_string(), last, &default).unwrap();
        assert_eq!(read(None), None);
        assert_eq!(read(Some(&default)), Some(default.clone()), "a declared default stays as declared");
        let own = json!({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]});
        assert_eq!(read(Some(&own)), None, "a policy that was reset from outside is drift");
        assert!(Policy::read_json("{", None, &default).is_err());
    }
}
