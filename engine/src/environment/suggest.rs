//! «Did you mean …?»

/// The known name that is most like a misspelt one, if one is like it at all.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| strsim::damerau_levenshtein(&given.to_lowercase(), &name.to_lowercase());
    let (distance, name) = known.into_iter().map(|name| (likeness(name), name)).min()?;
    // A third of the letters may be wrong; a start or an end of the name is like it however short.
    let close = distance <= (given.chars().count().max(name.chars().count()) / 3).max(1);
    (close || (given.len() >= 3 && name.contains(given))).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_recognized_and_a_strange_one_is_not() {
        let known = ["region", "account", "profile", "endpoint_url"];
        assert_eq!(nearest("regoin", known), Some("region"));
        assert_eq!(nearest("endpoint", known), Some("endpoint_url"));
        assert_eq!(nearest("zebra", known), None);
        assert_eq!(nearest("x", []), None);
    }
}
