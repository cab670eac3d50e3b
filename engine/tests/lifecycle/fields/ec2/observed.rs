//! What observers of EC2 have in common.

use aws_sdk_ec2::types::Tag;
use serde_json::{Map, Value, json};

/// Returns the tags that are not Ebbtide's.
pub fn tags(tags: &[Tag]) -> Value {
    let own = tags.iter().filter(|tag| tag.key().is_some_and(|key| !key.starts_with("ebb:")));
    Value::Object(own.map(|tag| (tag.key().unwrap().to_owned(), json!(tag.value()))).collect::<Map<_, _>>())
}
