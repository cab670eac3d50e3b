//! The names that SageMaker accepts.

use crate::resource::Problems;

/// The longest name of a model, an endpoint configuration or an endpoint, in characters.
pub(super) const LONGEST: usize = 63;

/// What is wrong with a name of SageMaker: it may have letters, digits and inner hyphens, at most 63 characters.
pub(super) fn name_problem(name: &str) -> Option<String> {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if name.is_empty() || name.len() > LONGEST {
        return Some(format!("`{name}` has {} characters; SageMaker takes 1 to {LONGEST}", name.len()));
    }
    if !name.chars().all(inner) || name.starts_with('-') || name.ends_with('-') {
        return Some(format!("`{name}`: SageMaker takes letters, digits and, between them, hyphens"));
    }
    None
}

/// Notes what is wrong with a name.
pub(super) fn check_name(field: &str, name: &str, problems: &mut Problems) {
    problems.extend(name_problem(name).map(|problem| (field.to_owned(), problem)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_to_the_rules_of_sagemaker() {
        assert_eq!(name_problem("adeptai-query-enhancer-v1"), None);
        assert_eq!(name_problem(&"a".repeat(63)), None);
        for name in ["", "-a", "a-", "a_b", "a.b", "ä"] {
            assert!(name_problem(name).is_some(), "{name}");
        }
        assert!(name_problem(&"a".repeat(64)).unwrap().contains("64 characters"));
    }
}
