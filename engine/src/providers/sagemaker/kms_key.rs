//! The forms of the name of a KMS key.

/// Returns a key as it was declared, if AWS may mean the same one: a key and an alias have an id and an ARN each, and AWS
/// may resolve an alias to its key. Without a declared key, AWS has chosen one, if any.
pub(super) fn key_as_declared(read: Option<&str>, last: Option<&Option<String>>) -> Option<String> {
    let read = read.filter(|key| !key.is_empty());
    match (read, last) {
        (_, Some(None)) => None,
        (Some(read), Some(Some(last))) if may_be_the_same(read, last) => Some(last.clone()),
        (read, _) => read.map(str::to_owned),
    }
}

fn may_be_the_same(read: &str, last: &str) -> bool {
    let is_alias = |key: &str| name_of(key).starts_with("alias/");
    name_of(read) == name_of(last) || (is_alias(last) && !is_alias(read))
}

/// Returns the part of a key that is also its short form: `alias/NAME`, or the id of a key.
fn name_of(key: &str) -> &str {
    let resource = if key.starts_with("arn:") { key.rsplit(':').next().unwrap_or(key) } else { key };
    resource.strip_prefix("key/").unwrap_or(resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_the_form_in_which_it_was_declared() {
        let arn = "arn:aws:kms:eu-west-1:123456789012:key/1234";
        let alias = "arn:aws:kms:eu-west-1:123456789012:alias/volumes";
        for (read, last) in [(arn, "1234"), ("1234", arn), (alias, "alias/volumes"), (arn, "alias/volumes"), (arn, arn)]
        {
            assert_eq!(key_as_declared(Some(read), Some(&Some(last.to_owned()))).as_deref(), Some(last), "{read}");
        }
        let other = Some("5678".to_owned());
        assert_eq!(key_as_declared(Some(arn), Some(&other)).as_deref(), Some(arn), "another key is seen");
        assert_eq!(key_as_declared(Some(arn), Some(&None)), None, "AWS chose it");
        assert_eq!(key_as_declared(Some(arn), None).as_deref(), Some(arn));
        assert_eq!(key_as_declared(Some(""), None), None);
    }
}
