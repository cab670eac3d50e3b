//! Checks of texts and locations that several kinds have.

/// Returns the problem with a text in plain words: control characters, or too many characters.
pub(super) fn text_problem(text: &str, longest: usize) -> Option<String> {
    let length = text.chars().count();
    if length > longest {
        return Some(format!("it has {length} characters; SageMaker accepts up to {longest}"));
    }
    text.chars().any(char::is_control).then(|| "SageMaker accepts no control characters".to_owned())
}

/// Returns the problem with a location in S3, `s3://BUCKET/PREFIX`.
pub(super) fn location_problem(uri: &str, longest: usize) -> Option<String> {
    let bucket = uri.strip_prefix("s3://").or_else(|| uri.strip_prefix("https://"));
    let has_bucket = bucket.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    if !has_bucket {
        return Some(format!("`{uri}` is not a location: write s3://BUCKET/PREFIX"));
    }
    (uri.len() > longest).then(|| format!("it has {} characters; SageMaker accepts up to {longest}", uri.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_locations_follow_the_rules_of_sagemaker() {
        assert_eq!(text_problem("Äpfel, 1 €", 10), None);
        assert!(text_problem("abc", 2).is_some() && text_problem("a\nb", 10).is_some());
        assert_eq!(location_problem("s3://a/b", 20), None);
        for wrong in ["a/b", "s3://", "s3:///b"] {
            assert!(location_problem(wrong, 20).is_some(), "{wrong}");
        }
        assert!(location_problem("s3://a/bcdef", 10).is_some());
    }
}
