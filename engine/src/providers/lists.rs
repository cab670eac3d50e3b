//! Lists whose order means nothing to AWS.

use serde::Serialize;

/// Returns the members that were read, as far as possible in the order in which they were applied last.
///
/// Inputs are compared as data, member by member. A list that AWS returns in another order would look like drift, and one
/// changed member would look like a change of them all. So each member that is in `last` takes its place there. The others
/// are sorted, because AWS may return them in another order the next time, and take the places that are left.
pub(crate) fn ordered_like<T: PartialEq + Serialize>(last: &[T], mut read: Vec<T>) -> Vec<T> {
    let mut places: Vec<Option<T>> = last
        .iter()
        .map(|member| read.iter().position(|other| other == member).map(|index| read.swap_remove(index)))
        .collect();
    read.sort_by_cached_key(|member| serde_json::to_string(member).unwrap_or_default());
    let mut others = read.into_iter();
    for place in places.iter_mut().filter(|place| place.is_none()) {
        *place = others.next();
    }
    places.into_iter().flatten().chain(others).collect()
}

/// Returns the members of `one` that `other` lacks.
pub(crate) fn difference<'a, T: PartialEq>(one: &'a [T], other: &[T]) -> Vec<&'a T> {
    one.iter().filter(|member| !other.contains(member)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_order_is_no_difference() {
        assert_eq!(ordered_like(&[2, 1], vec![1, 2]), [2, 1]);
        assert_eq!(ordered_like(&["c", "a"], vec!["a", "c"]), ["c", "a"]);
    }

    #[test]
    fn a_changed_member_takes_the_place_of_the_old_one() {
        assert_eq!(ordered_like(&[2, 1], vec![1, 3]), [3, 1]);
        assert_eq!(ordered_like(&[1, 1], vec![1, 2]), [1, 2]);
    }

    #[test]
    fn additional_members_come_last_and_sorted() {
        assert_eq!(ordered_like(&["c", "a"], vec!["z", "a", "b", "c"]), ["c", "a", "b", "z"]);
        assert_eq!(ordered_like(&[2], vec![1, 2]), [2, 1]);
        assert_eq!(ordered_like(&[], vec!["b", "a", "b"]), ["a", "b", "b"]);
    }

    #[test]
    fn missing_members_leave_no_gap() {
        assert_eq!(ordered_like(&["c", "a"], vec!["a"]), ["a"]);
        assert_eq!(ordered_like(&["c", "b", "a"], vec!["a", "c"]), ["c", "a"]);
    }

    #[test]
    fn differences_ignore_the_order() {
        assert_eq!(difference(&["a", "b"], &["b", "c"]), [&"a"]);
        assert!(difference(&["a", "b"], &["b", "a"]).is_empty());
    }
}
