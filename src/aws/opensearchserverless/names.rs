//! Names of collection groups, collections and policies.

use crate::resource::{Identity, Problems};

/// The length of the longest name of a group or a policy, in characters.
pub(super) const MAX_NAME_LENGTH: usize = 32;

/// Returns a name of small letters, digits and hyphens, with a letter at its beginning.
pub(super) fn derived(identity: &Identity, longest: usize) -> String {
    let name = identity.name(longest).to_ascii_lowercase();
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return name;
    }
    format!("e{}", identity.name(longest - 1).to_ascii_lowercase())
}

/// Reports a name that AWS would refuse.
pub(super) fn check_name(name: Option<&String>, longest: usize, of: &str, problems: &mut Problems) {
    let fits = |name: &str| {
        (3..=longest).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if let Some(name) = name.filter(|name| !fits(name)) {
        let advice = format!("use 3 to {longest} small letters, digits and hyphens, with a letter at the beginning");
        problems.refuse("name", format!("`{name}` is not the name of {of}: {advice}"));
    }
}

/// Reports a description that AWS would refuse.
pub(super) fn check_description(description: Option<&String>, least: usize, problems: &mut Problems) {
    if let Some(length) = description.map(|text| text.chars().count()).filter(|length| !(least..=1000).contains(length))
    {
        problems.refuse("description", format!("has {length} characters; AWS takes {least} to 1000"));
    }
}

/// Returns the patterns of collections in the form that policies have.
pub(super) fn collections<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Vec<String> {
    names.into_iter().map(|name| format!("collection/{}", name.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Scope;

    #[test]
    fn a_derived_name_begins_with_a_letter() {
        for (environment, begins) in [("prod", "prod-s-"), ("2026", "e2026-s-"), ("Dev", "dev-s-")] {
            let scope = Scope {
                environment: environment.into(),
                stack: "s".into(),
                region: "eu-west-1".into(),
                account: String::new(),
            };
            let address = "opensearchserverless_collection.Docs_of_a_very_long_name_of_a_thing".parse().unwrap();
            let identity = Identity { scope, lineage: None, address, generation: 1 };
            let name = derived(&identity, 32);
            assert!(name.starts_with(begins), "{name}");
            let mut problems = Problems::new();
            check_name(Some(&name), 32, "a policy", &mut problems);
            assert!(problems.is_empty(), "{problems:?}");
        }
    }
}
