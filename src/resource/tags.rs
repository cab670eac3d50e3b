//! Tags: the resource's own, beside the ownership tags that Ebbtide keeps.

use std::collections::BTreeMap;

use super::Problems;

/// Tags as keys and values.
pub type Tags = BTreeMap<String, String>;

/// Returns a resource's own tags among those read from AWS, without ownership tags and tags of AWS itself.
pub fn own_tags(read: impl IntoIterator<Item = (String, String)>) -> Tags {
    read.into_iter().filter(|(key, _)| !key.starts_with("ebb:") && !key.starts_with("aws:")).collect()
}

/// Returns the tags to set and the keys to remove on the way from `from` to `to`.
pub fn tag_changes(from: &Tags, to: &Tags) -> (Tags, Vec<String>) {
    let set = to.iter().filter(|(key, value)| from.get(*key) != Some(value));
    let removed = from.keys().filter(|key| !to.contains_key(*key));
    (set.map(|(key, value)| (key.clone(), value.clone())).collect(), removed.cloned().collect())
}

/// The most tags of a resource's own. AWS accepts 50 on a resource, and the ownership tags are among them.
const MOST: usize = 45;

/// Reports problems with tags of a service that takes letters, numbers, spaces and `_.:/=+-@` alone, besides those of
/// [`validate_tags`].
pub fn validate_plain_tags(tags: &Tags, problems: &mut Problems) {
    validate_tags(tags, problems);
    let plain = |letter: char| letter.is_alphanumeric() || letter == ' ' || "_.:/=+-@".contains(letter);
    for (key, value) in tags.iter().filter(|(key, value)| !key.chars().chain(value.chars()).all(plain)) {
        problems.refuse("tags", format!("`{key}` = `{value}`: AWS takes letters, numbers, spaces and _.:/=+-@ here"));
    }
}

/// Reports problems with a resource's own tags: lengths and a number that AWS refuses, and keys that AWS or Ebbtide reserve.
pub fn validate_tags(tags: &Tags, problems: &mut Problems) {
    if tags.len() > MOST {
        problems.refuse("tags", format!("has {} tags; {MOST} are left beside the ownership tags", tags.len()));
    }
    for (key, value) in tags {
        let wrong = if key.is_empty() || key.chars().count() > 128 {
            "a tag's key has 1 to 128 characters"
        } else if value.chars().count() > 256 {
            "a tag's value has at most 256 characters"
        } else if key.starts_with("aws:") || key.starts_with("ebb:") {
            "keys that begin with aws: or ebb: are reserved"
        } else {
            continue;
        };
        problems.refuse("tags", format!("`{key}`: {wrong}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_aws_would_refuse_and_reserved_keys_are_reported() {
        let tags = |key: &str, value: &str| Tags::from([(key.to_owned(), value.to_owned())]);
        let long = "x".repeat(300);
        for (tags, wrong) in [
            (tags("ebb:stack", "mine"), true),
            (tags("aws:x", ""), true),
            (tags("", "x"), true),
            (tags("team", &long), true),
            (tags(&long, "x"), true),
            (tags("team", ""), false),
        ] {
            let mut problems = Problems::new();
            validate_tags(&tags, &mut problems);
            assert_eq!(!problems.is_empty(), wrong, "{tags:?}");
        }
    }

    #[test]
    fn too_many_tags_and_special_characters_are_reported() {
        let many = |count: usize| (0..count).map(|n| (n.to_string(), String::new())).collect::<Tags>();
        let cases = [
            (many(MOST), false),
            (many(MOST + 1), true),
            (Tags::from([("Größe – 漢".to_owned(), String::new())]), true),
            (Tags::from([("Größe 漢".to_owned(), "a_b.c:d/e=f+g-h@i".to_owned())]), false),
            (Tags::from([("team".to_owned(), "a,b".to_owned())]), true),
        ];
        for (tags, wrong) in cases {
            let mut problems = Problems::new();
            validate_plain_tags(&tags, &mut problems);
            assert_eq!(!problems.is_empty(), wrong, "{problems:?}");
        }
    }

    #[test]
    fn only_differing_tags_are_changed() {
        let tags =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Tags>();
        let (set, removed) =
            tag_changes(&tags(&[("a", "1"), ("b", "1"), ("c", "1")]), &tags(&[("a", "1"), ("b", "2")]));
        assert_eq!((set, removed), (tags(&[("b", "2")]), vec!["c".to_owned()]));
    }
}
