//! Repetitions within a list of declared things.

use std::collections::HashSet;

use serde::Serialize;

use crate::resource::Conflict;

/// Returns the index and key of every item whose key an earlier item has already. Items without a key never repeat one.
///
/// Keys are compared as data in a hash set, so that the time grows with the number of items and not with its square.
pub(crate) fn repeats<'a, T, K: Serialize>(all: &'a [T], key: impl Fn(&'a T) -> Option<K>) -> Vec<(usize, K)> {
    let mut seen = HashSet::new();
    let mut repeated = Vec::new();
    for (index, item) in all.iter().enumerate() {
        let Some(key) = key(item) else { continue };
        // A key that does not serialize has been reported already and is never a repetition.
        let Ok(data) = serde_json::to_value(&key) else { continue };
        if !seen.insert(data.to_string()) {
            repeated.push((index, key));
        }
    }
    repeated
}

/// Returns a conflict for every resource whose key an earlier one has already. `message` is given the key.
pub(crate) fn repeat_conflicts<'a, R, K: Serialize>(
    all: &'a [R],
    key: impl Fn(&'a R) -> Option<K>,
    message: impl Fn(K) -> String,
) -> Vec<Conflict> {
    let repeated = repeats(all, key).into_iter();
    repeated.map(|(index, key)| Conflict { index, message: message(key) }).collect()
}

/// Returns whether a list has an item twice.
pub(crate) fn has_repeats<T: Serialize>(all: &[T]) -> bool {
    !repeats(all, Some).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_first_of_a_key_repeat_it() {
        let all = [Some("a"), None, Some("b"), Some("a"), None, Some("a")];
        assert_eq!(repeats(&all, |key| *key), [(3, "a"), (5, "a")]);
    }

    #[test]
    fn an_item_that_is_listed_twice_is_noticed() {
        assert!(has_repeats(&["a", "b", "a"]));
        assert!(!has_repeats(&["a", "b"]));
    }
}
