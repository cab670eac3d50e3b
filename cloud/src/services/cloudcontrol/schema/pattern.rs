//! The patterns of schemas. They may begin with look-aheads and end with a look-behind, which the crate `regex` does not have.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex::Regex;

/// A pattern, as conditions that must all hold.
#[derive(Debug)]
pub struct Pattern(Vec<Condition>);

#[derive(Debug)]
struct Condition {
    regex: Regex,
    wanted: bool,
}

static COMPILED: LazyLock<Mutex<HashMap<String, Option<Arc<Pattern>>>>> = LazyLock::new(Mutex::default);

/// Returns a pattern, compiled once. None: the crate `regex` cannot express it.
pub fn compiled(text: &str) -> Option<Arc<Pattern>> {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let new = || Pattern::compile(text).ok().map(Arc::new);
    compiled.entry(text.to_owned()).or_insert_with(new).clone()
}

impl Pattern {
    fn compile(text: &str) -> Result<Self, regex::Error> {
        let mut conditions = Vec::new();
        let mut add = |text: &str, wanted| Regex::new(text).map(|regex| conditions.push(Condition { regex, wanted }));
        let mut rest = text.to_owned();
        // `^(?=ahead)rest` and `^(?!ahead)rest`.
        while let Some((ahead, after)) = rest.strip_prefix("^(?").and_then(group) {
            let (wanted, inner) = match ahead.split_at_checked(1) {
                Some(("=", inner)) => (true, inner),
                Some(("!", inner)) => (false, inner),
                _ => break,
            };
            add(&format!("^(?:{inner})"), wanted)?;
            rest = format!("^{after}");
        }
        // `rest(?<!behind)$`.
        if let Some((before, behind)) = rest.clone().split_once("(?<!")
            && let Some((inner, "$")) = group(behind)
        {
            add(&format!("(?:{inner})$"), false)?;
            rest = format!("{before}$");
        }
        add(&rest, true)?;
        Ok(Self(conditions))
    }

    /// Returns whether a text has the pattern.
    pub fn is_in(&self, text: &str) -> bool {
        self.0.iter().all(|condition| condition.regex.is_match(text) == condition.wanted)
    }
}

/// Splits a text at the parenthesis that closes the group in which it begins.
fn group(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut escaped, mut in_class) = (0, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class && depth == 0 => return Some((&text[..at], &text[at + 1..])),
            ')' if !in_class => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::services::cloudcontrol::schema::{find, names};

    fn patterns(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(members) => {
                found.extend(members.get("pattern").and_then(Value::as_str).map(str::to_owned));
                let keys = members.get("patternProperties").and_then(Value::as_object);
                found.extend(keys.into_iter().flat_map(|keys| keys.keys().cloned()));
                members.values().for_each(|member| patterns(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| patterns(item, found)),
            _ => {}
        }
    }

    #[test]
    fn all_patterns_of_all_types_compile() {
        for name in names() {
            let mut found = Vec::new();
            patterns(&find(name).unwrap().schema, &mut found);
            for pattern in found {
                assert!(Pattern::compile(&pattern).is_ok(), "{name}: {pattern}");
            }
        }
    }

    #[test]
    fn looks_ahead_and_behind_are_conditions() {
        for (pattern, good, bad) in [
            ("^(?!aws:).*$", "stack", "aws:stack"),
            ("^(?=.{2,5}$)[a-z]+$", "abc", "abcdef"),
            ("^(?!^[0-9]+$)([a-z0-9]+)$", "1a", "12"),
            (r"^[a-z\.]*(?<!\.)$", "a.b", "a."),
        ] {
            let pattern = Pattern::compile(pattern).unwrap();
            assert!(pattern.is_in(good) && !pattern.is_in(bad), "{pattern:?}");
        }
    }
}
