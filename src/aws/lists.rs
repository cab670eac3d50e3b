//! What several resources of a kind must not have in common.

use std::collections::HashSet;

use serde::Serialize;

/// The indices of those whose key an earlier one has already, with the key. Keys are compared as data, so that many
/// resources take no more than their share of time.
pub(crate) fn repeats<'a, T, K: Serialize>(all: &'a [T], key: impl Fn(&'a T) -> Option<K>) -> Vec<(usize, K)> {
    let mut seen = HashSet::new();
    let mut again = Vec::new();
    for (index, one) in all.iter().enumerate() {
        let Some(key) = key(one) else { continue };
        // What cannot be written as data has been told by then, and is like nothing else.
        let Ok(data) = serde_json::to_value(&key) else { continue };
        if !seen.insert(data.to_string()) {
            again.push((index, key));
        }
    }
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_first_of_a_key_repeat_it() {
        let all = [Some("a"), None, Some("b"), Some("a"), None, Some("a")];
        assert_eq!(repeats(&all, |key| *key), [(3, "a"), (5, "a")]);
    }
}
