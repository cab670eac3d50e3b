//! What observers of EC2 have in common.

use aws_sdk_ec2::types::{Filter, Tag};
use ebbtide_engine::sdk::Aws;
use serde_json::{Map, Value, json};

/// Returns the tags that are not Ebbtide's.
pub fn tags(tags: &[Tag]) -> Value {
    let own = tags.iter().filter(|tag| tag.key().is_some_and(|key| !key.starts_with("ebb:")));
    Value::Object(own.map(|tag| (tag.key().unwrap().to_owned(), json!(tag.value()))).collect::<Map<_, _>>())
}

/// Returns the addresses of resources by their ids, in alphabetical order: ids cannot be predicted.
pub async fn named(aws: &Aws, ids: Vec<&str>) -> Vec<String> {
    let mut names = Vec::new();
    for id in ids {
        let filter = |name: &str, value: &str| Filter::builder().name(name).values(value).build();
        let describe =
            aws.ec2().describe_tags().filters(filter("resource-id", id)).filters(filter("key", "ebb:address"));
        let found = describe.send().await.unwrap();
        let [tag] = found.tags() else { panic!("{id} has no address: {found:?}") };
        names.push(tag.value().unwrap().to_owned());
    }
    names.sort();
    names
}

/// Returns the address of a resource by its id.
pub async fn name(aws: &Aws, id: Option<&str>) -> Option<String> {
    named(aws, id.into_iter().collect()).await.pop()
}
