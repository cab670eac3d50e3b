//! Suggestions for misspelt names.

/// Returns the known name that is most similar to a misspelt one, if one is similar enough.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |name: &str| strsim::damerau_levenshtein(&given.to_lowercase(), &name.to_lowercase());
    let (distance, name) = known.into_iter().map(|name| (distance(name), name)).min()?;
    // A third of the letters may differ. A part of a known name counts as similar, however long that name is.
    let close = distance <= (given.chars().count().max(name.chars().count()) / 3).max(1);
    (close || (given.len() >= 3 && name.contains(given))).then_some(name)
}

/// Returns `; did you mean …?` for a name, and nothing without one.
pub fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_is_made_for_a_misspelt_name_and_not_for_an_unrelated_one() {
        let known = ["region", "account", "profile", "endpoint_url"];
        assert_eq!(nearest("regoin", known), Some("region"));
        assert_eq!(nearest("endpoint", known), Some("endpoint_url"));
        assert_eq!(nearest("zebra", known), None);
        assert_eq!(nearest("x", []), None);
    }
}
