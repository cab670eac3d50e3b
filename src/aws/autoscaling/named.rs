//! The names of scaling policies and scheduled actions, which are unique under their scalable resource.

use serde_json::Value;

use crate::aws::ScalableResource;
use crate::aws::lists::repeat_conflicts;
use crate::resource::{Conflict, Input};

/// The longest name of a policy or scheduled action that AWS accepts, in characters.
#[doc(hidden)]
pub const MAX_NAME_LENGTH: usize = 256;

/// The part of the id of a policy between its scalable resource and its name.
#[doc(hidden)]
pub const POLICY_INFIX: &str = ":policy/";

/// The part of the id of a scheduled action between its scalable resource and its name.
#[doc(hidden)]
pub const ACTION_INFIX: &str = ":action/";

/// Returns the id under which a resource with a given name is known, as soon as its target is: another address with this id
/// is the same resource.
pub(super) fn known_id(target: &Input<ScalableResource>, infix: &str, name: Option<&str>) -> Option<(String, Value)> {
    let id = format!("{}{infix}{}", target.known()?.as_str(), name?);
    Some(("id".to_owned(), Value::String(id)))
}

/// Returns the problem with a name, if it has one.
pub(super) fn name_problem(name: &str) -> Option<String> {
    let fits = (1..=MAX_NAME_LENGTH).contains(&name.len())
        && !name.contains(|c: char| c.is_control() || c == '|' || c == ':' || c == '/');
    (!fits).then(|| format!("`{name}`: AWS takes 1 to {MAX_NAME_LENGTH} characters, without `:`, `/` and `|`"))
}

/// Returns the conflicts between resources of one kind, each with its own name, if it has one, and its target.
pub(super) fn name_conflicts<'a, R>(
    all: &'a [R],
    name_and_target: impl Fn(&'a R) -> (Option<&'a str>, &'a Input<ScalableResource>),
) -> Vec<Conflict> {
    let key = |resource| {
        let (name, target) = name_and_target(resource);
        Some((name?, target))
    };
    repeat_conflicts(all, key, |_| "another of this target has the same name".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_aws_refuses_are_problems() {
        assert_eq!(name_problem("keep-busy"), None);
        for wrong in ["", "a:b", "a/b", "a|b", "a\n", &"x".repeat(257)] {
            assert!(name_problem(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn only_the_same_name_under_the_same_target_conflicts() {
        let resource = |name: &str| Input::Value(ScalableResource(format!("endpoint/{name}/variant/v")));
        let all = [
            (Some("busy"), resource("a")),
            (Some("busy"), resource("b")),
            (None, resource("a")),
            (None, resource("a")),
            (Some("busy"), resource("a")),
        ];
        let conflicts = name_conflicts(&all, |(name, target)| (*name, target));
        assert_eq!(conflicts.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [4]);
    }
}
