//! The names of SageMaker's resources: the accepted form, and conflicts between names that are derived from content.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::aws::lists::{repeat_conflicts, repeats};
use crate::resource::{Conflict, Identity};

/// The greatest length of the name of a model, an endpoint configuration or an endpoint, in characters.
pub const MAX_NAME_LENGTH: usize = 63;

/// Returns the problem with a name: SageMaker accepts letters, digits and inner hyphens, at most 63 characters.
pub(super) fn name_problem(name: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if name.is_empty() || name.len() > MAX_NAME_LENGTH {
        return Some(format!("`{name}` has {} characters; SageMaker accepts 1 to {MAX_NAME_LENGTH}", name.len()));
    }
    if !name.chars().all(allowed) || name.starts_with('-') || name.ends_with('-') {
        return Some(format!("`{name}`: SageMaker accepts letters, digits and inner hyphens"));
    }
    None
}

/// Returns conflicts between resources whose names end in a hash of their content: equal content with the same base
/// name gives the same name. `None` stands for a resource without a base name, which never conflicts.
pub(super) fn content_conflicts<T: Serialize>(all: &[Option<T>], kind: &str) -> Vec<Conflict> {
    let message = format!("another {kind} has the same content and so the same name; use that one");
    repeat_conflicts(all, Option::as_ref, |_| message.clone())
}

/// Returns conflicts between resources with the same name, which AWS compares without regard to case.
pub(super) fn same_names<T>(all: &[T], name: impl Fn(&T) -> Option<&str>, noun: &str) -> Vec<Conflict> {
    let repeated = repeats(all, |one| name(one).map(str::to_ascii_lowercase)).into_iter();
    let message = |index: usize| format!("another {noun} is named {}", name(&all[index]).unwrap_or_default());
    repeated.map(|(index, _)| Conflict { index, message: message(index) }).collect()
}

/// Returns name and ARN of a resource whose name is certain before it exists. SageMaker writes ARNs in lower case; the ARN for a name
/// in mixed case is read from AWS.
pub(super) fn known_names(identity: &Identity, segment: &str, name: &str) -> Map<String, Value> {
    let mut known = Map::from_iter([("name".to_owned(), name.into())]);
    if !identity.scope.account.is_empty() && !name.contains(|c: char| c.is_ascii_uppercase()) {
        known.insert("arn".to_owned(), identity.scope.arn("sagemaker", &format!("{segment}/{name}")).into());
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_sagemaker() {
        assert_eq!(name_problem("adeptai-query-enhancer-v1"), None);
        assert_eq!(name_problem(&"a".repeat(63)), None);
        for name in ["", "-a", "a-", "a_b", "a.b", "ä"] {
            assert!(name_problem(name).is_some(), "{name}");
        }
        assert!(name_problem(&"a".repeat(64)).unwrap().contains("64 characters"));
    }
}
