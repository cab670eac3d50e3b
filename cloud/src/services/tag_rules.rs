//! The rules that AWS has for tags; each service gives its own errors for a breach of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

const KEY_LENGTH: usize = 128;
const VALUE_LENGTH: usize = 256;
const RESERVED_PREFIX: &str = "aws:";

/// The rules of one service.
#[derive(Clone, Copy, Debug)]
pub struct TagRules {
    /// The highest number of tags that a resource may have.
    pub most: usize,
    /// Whether the service checks lengths itself; the shapes of other services do.
    pub checks_length: bool,
    /// Whether a call that has a key twice is refused.
    pub unique: bool,
}

/// A breach of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagProblem {
    /// The key or value of this key has a length that is not allowed.
    Length(String),
    /// This key begins with `aws:`.
    Reserved(String),
    /// This key is in the call twice.
    Duplicate(String),
    /// The resource would have this many tags.
    TooMany(usize),
}

impl TagRules {
    /// Checks the pairs of key and value of a call, and returns them as an object.
    pub fn read<'a>(
        &self,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Map<String, Value>, TagProblem> {
        let mut tags = Map::new();
        let mut seen = BTreeSet::new();
        for (key, value) in pairs {
            let lengths = (key.chars().count(), value.chars().count());
            if self.checks_length && (lengths.0 == 0 || lengths.0 > KEY_LENGTH || lengths.1 > VALUE_LENGTH) {
                return Err(TagProblem::Length(key.to_owned()));
            }
            if key.to_ascii_lowercase().starts_with(RESERVED_PREFIX) {
                return Err(TagProblem::Reserved(key.to_owned()));
            }
            if !seen.insert(key) && self.unique {
                return Err(TagProblem::Duplicate(key.to_owned()));
            }
            tags.insert(key.to_owned(), json!(value));
        }
        Ok(tags)
    }

    /// Returns the tags of a resource after `added` were added to `present`.
    pub fn merge(
        &self,
        mut present: Map<String, Value>,
        added: Map<String, Value>,
    ) -> Result<Map<String, Value>, TagProblem> {
        present.extend(added);
        if present.len() > self.most { Err(TagProblem::TooMany(present.len())) } else { Ok(present) }
    }
}

/// Returns tags as a list of objects whose members for key and value have these names.
pub fn listed(tags: &Map<String, Value>, key_name: &str, value_name: &str) -> Vec<Value> {
    tags.iter().map(|(key, value)| json!({ key_name: key, value_name: value })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: TagRules = TagRules { most: 2, checks_length: true, unique: true };

    #[test]
    fn each_breach_is_named() {
        let long = "k".repeat(129);
        assert_eq!(RULES.read([("", "v")]), Err(TagProblem::Length(String::new())));
        assert_eq!(RULES.read([(long.as_str(), "v")]), Err(TagProblem::Length(long.clone())));
        assert_eq!(RULES.read([("AWS:x", "v")]), Err(TagProblem::Reserved("AWS:x".to_owned())));
        assert_eq!(RULES.read([("a", "1"), ("a", "2")]), Err(TagProblem::Duplicate("a".to_owned())));
        let two = RULES.read([("a", "1"), ("b", "2")]).unwrap();
        let third = RULES.read([("c", "3")]).unwrap();
        assert_eq!(RULES.merge(two.clone(), third), Err(TagProblem::TooMany(3)));
        assert_eq!(RULES.merge(two.clone(), two.clone()), Ok(two));
    }

    #[test]
    fn the_last_of_two_equal_keys_wins_where_they_are_allowed() {
        let rules = TagRules { unique: false, ..RULES };
        assert_eq!(rules.read([("a", "1"), ("a", "2")]).unwrap()["a"], "2");
    }
}
