//! The order of what AWS does not order: as it was declared, so that the order alone is never a difference.

use serde::Serialize;

/// What was read, with all that `last` has in its order first, and the rest sorted behind it.
pub(super) fn as_last<T: Serialize + PartialEq>(last: &[T], read: Vec<T>) -> Vec<T> {
    let mut keyed: Vec<_> = read
        .into_iter()
        .map(|member| {
            let place = last.iter().position(|other| *other == member).unwrap_or(last.len());
            let text = serde_json::to_string(&member).unwrap_or_default();
            ((place, text), member)
        })
        .collect();
    keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
    keyed.into_iter().map(|(_, member)| member).collect()
}

/// What `one` has and `other` has not.
pub(super) fn missing<'a, T: PartialEq>(one: &'a [T], other: &[T]) -> Vec<&'a T> {
    one.iter().filter(|member| !other.contains(member)).collect()
}

/// The first member that stands in a list twice.
pub(super) fn repeated<T: PartialEq>(list: &[T]) -> Option<&T> {
    list.iter().enumerate().find(|(index, member)| list[..*index].contains(member)).map(|(_, member)| member)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_order_is_kept_and_strangers_come_last() {
        assert_eq!(as_last(&["c", "a"], vec!["z", "a", "b", "c"]), ["c", "a", "b", "z"]);
        assert_eq!(as_last(&["c", "a"], vec!["a"]), ["a"]);
    }

    #[test]
    fn lists_are_compared_as_sets() {
        assert_eq!(missing(&["a", "b"], &["b", "c"]), [&"a"]);
        assert_eq!(repeated(&["a", "b", "a"]), Some(&"a"));
        assert_eq!(repeated(&["a", "b"]), None);
    }
}
