//! Whether two policies mean the same.

use super::{Policy, Principal};
use crate::resource::Resolved;

impl Policy<Resolved> {
    /// Returns whether both mean the same: the order and repetition of list members, and a single value in place of a
    /// list, have no meaning.
    pub fn is_equivalent_to(&self, other: &Self) -> bool {
        canonical(self) == canonical(other)
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
            for principal in &mut statement.principals {
                if let Principal::Aws(arn) = principal {
                    *principal = Principal::from_arn_or_account(std::mem::take(arn));
                }
            }
            sort_by_text(&mut statement.principals, |principal| format!("{principal:?}"));
            for condition in &mut statement.conditions {
                condition.values.sort();
                condition.values.dedup();
            }
            sort_by_text(&mut statement.conditions, |condition| format!("{condition:?}"));
            format!("{statement:?}")
        })
        .collect();
    statements.sort();
    statements
}

/// Sorts members and removes repeated ones.
fn sort_by_text<T: PartialEq>(members: &mut Vec<T>, text: impl Fn(&T) -> String) {
    members.sort_by_cached_key(text);
    members.dedup();
}
