//! The order of what AWS does not order: as it was declared, so that the order alone is never a difference.

use serde::Serialize;

/// What was read, with all that `last` has in its order first, and the rest sorted behind it.
pub(crate) fn in_order_of<T: Serialize + PartialEq>(last: &[T], read: Vec<T>) -> Vec<T> {
    let mut placed: Vec<_> = read
        .into_iter()
        .map(|member| {
            let place = last.iter().position(|other| *other == member).unwrap_or(last.len());
            ((place, serde_json::to_string(&member).unwrap_or_default()), member)
        })
        .collect();
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    placed.into_iter().map(|(_, member)| member).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_order_is_kept_and_strangers_come_last() {
        assert_eq!(in_order_of(&["c", "a"], vec!["z", "a", "b", "c"]), ["c", "a", "b", "z"]);
        assert_eq!(in_order_of(&["c", "a"], vec!["a"]), ["a"]);
    }
}
