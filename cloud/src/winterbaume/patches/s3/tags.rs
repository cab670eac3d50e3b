//! Tags given when a bucket is created, which winterbaume does not keep.

use serde_json::{Map, Value, json};

use crate::documents::CallContext;
use crate::route::S3Target;
use crate::winterbaume::patches::interface::Asked;
use crate::wire::xml::{element, elements, text};

/// Keeps the tags of a bucket that was just created.
pub(super) fn amend(asked: &Asked<'_>, target: &S3Target, context: &mut CallContext<'_>) {
    if asked.operation != "CreateBucket" {
        return;
    }
    let tags = given(&String::from_utf8_lossy(&asked.request.body));
    // In AWS's first region, creating a bucket again succeeds and changes nothing.
    if let Some(bucket) = context.own.get_mut("buckets", &target.bucket)
        && bucket["tags"].as_object().is_none_or(Map::is_empty)
        && !tags.is_empty()
    {
        bucket["tags"] = Value::Object(tags);
    }
}

/// Returns the tags in the body of a creation.
fn given(body: &str) -> Map<String, Value> {
    let tags = element(body, "Tags").unwrap_or_default();
    let tag = |tag: &str| Some((text(tag, "Key")?, json!(text(tag, "Value")?)));
    elements(tags, "Tag").into_iter().filter_map(tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_from_a_creation() {
        let body = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint><Tags>\
            <Tag><Key>a</Key><Value>1 &lt; 2</Value></Tag><Tag><Key>b</Key><Value></Value></Tag>\
            </Tags></CreateBucketConfiguration>";
        assert_eq!(Value::Object(given(body)), json!({"a": "1 < 2", "b": ""}));
        assert!(given("").is_empty());
    }
}
