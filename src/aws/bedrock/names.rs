//! Names and places, as Bedrock accepts them.

/// The length of the longest name, in characters.
pub(super) const MAX_NAME_LENGTH: usize = 63;

/// Returns why Bedrock refuses the name of a model, a deployment or a throughput: `([0-9a-zA-Z][_-]?){1,63}` of its service model.
pub(super) fn name_problem(name: &str) -> Option<String> {
    let is_separator = |c: char| matches!(c, '-' | '_');
    let allowed = name.chars().all(|c| c.is_ascii_alphanumeric() || is_separator(c));
    let mut pairs = name.chars().zip(name.chars().skip(1));
    let fits = (1..=MAX_NAME_LENGTH).contains(&name.len())
        && allowed
        && !name.starts_with(is_separator)
        && !pairs.any(|(one, two)| is_separator(one) && is_separator(two));
    (!fits).then(|| {
        format!("`{name}` is no name for Bedrock: use up to {MAX_NAME_LENGTH} letters and digits, with single `-` and `_` between them")
    })
}

/// Returns why a text is no place in S3.
pub(super) fn place_problem(uri: &str) -> Option<String> {
    let rest = uri.strip_prefix("s3://");
    let fits = rest.is_some_and(|rest| rest.split('/').next().is_some_and(|bucket| (3..=63).contains(&bucket.len())));
    (!fits || uri.len() > 1024).then(|| format!("`{uri}` is no place in S3: write `s3://BUCKET/KEY`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_places_are_those_that_bedrock_accepts() {
        for name in ["expert", "optimization-expert_2"] {
            assert_eq!(name_problem(name), None, "{name}");
        }
        for name in ["", "-expert", "a--b", "a b", &"a".repeat(64)] {
            assert!(name_problem(name).is_some(), "{name}");
        }
        assert_eq!(place_problem("s3://training/data.jsonl"), None);
        for place in ["training/data.jsonl", "s3://", "s3:///key", "https://training.s3.amazonaws.com/data"] {
            assert!(place_problem(place).is_some(), "{place}");
        }
    }
}
