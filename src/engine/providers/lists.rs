//! Lists whose order means nothing to AWS.

/// What was read, in the order of what was applied last if both hold the same members; else as it was read.
///
/// Inputs are compared as data, so a list that AWS hands back in another order would else look like drift.
pub(crate) fn ordered_like<T: PartialEq + Clone>(last: &[T], read: Vec<T>) -> Vec<T> {
    let same = last.len() == read.len() && last.iter().all(|member| read.contains(member));
    if same && read.iter().all(|member| last.contains(member)) { last.to_vec() } else { read }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_order_is_taken_for_the_same() {
        assert_eq!(ordered_like(&[2, 1], vec![1, 2]), [2, 1]);
        assert_eq!(ordered_like(&[2, 1], vec![1, 3]), [1, 3]);
        assert_eq!(ordered_like(&[1, 1], vec![1, 2]), [1, 2]);
        assert_eq!(ordered_like(&[2], vec![1, 2]), [1, 2]);
    }
}
