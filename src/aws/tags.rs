//! Tags: the resource's own, beside the ownership tags that Ebbtide keeps.

use std::collections::BTreeMap;

/// Tags as keys and values.
pub type Tags = BTreeMap<String, String>;

/// A resource's own tags among those read from AWS: without ownership tags and without AWS's own.
pub fn own_tags(read: impl IntoIterator<Item = (String, String)>) -> Tags {
    read.into_iter().filter(|(key, _)| !key.starts_with("ebb:") && !key.starts_with("aws:")).collect()
}

/// What must be set and what must be removed to get from some tags to others.
pub fn tag_changes(from: &Tags, to: &Tags) -> (Tags, Vec<String>) {
    let set = to.iter().filter(|(key, value)| from.get(*key) != Some(value));
    let removed = from.keys().filter(|key| !to.contains_key(*key));
    (set.map(|(key, value)| (key.clone(), value.clone())).collect(), removed.cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_changed() {
        let tags =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Tags>();
        let (set, removed) =
            tag_changes(&tags(&[("a", "1"), ("b", "1"), ("c", "1")]), &tags(&[("a", "1"), ("b", "2")]));
        assert_eq!((set, removed), (tags(&[("b", "2")]), vec!["c".to_owned()]));
    }
}
