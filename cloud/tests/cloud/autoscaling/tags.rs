//! Tags of scalable targets.

use std::collections::HashMap;

use super::{RESOURCE, Scaling};
use crate::support::code;

#[tokio::test]
async fn tags_at_creation_and_later() {
    let scaling = Scaling::new().await;
    let register = || scaling.register(RESOURCE).min_capacity(1).max_capacity(4);
    let arn = register().tags("owner", "ml").send().await.unwrap().scalable_target_arn.unwrap();
    register().tags("late", "ignored").send().await.unwrap();
    let listed = || async {
        let found = scaling.client.list_tags_for_resource().resource_arn(&arn).send().await.unwrap();
        found.tags().cloned().unwrap_or_default()
    };
    assert_eq!(listed().await, HashMap::from([("owner".to_owned(), "ml".to_owned())]));
    scaling.client.tag_resource().resource_arn(&arn).tags("stage", "dev").send().await.unwrap();
    scaling.client.untag_resource().resource_arn(&arn).tag_keys("owner").send().await.unwrap();
    assert_eq!(listed().await, HashMap::from([("stage".to_owned(), "dev".to_owned())]));
    let many = (0..50).map(|index| (format!("k{index}"), "v".to_owned())).collect();
    let too_many = scaling.client.tag_resource().resource_arn(&arn).set_tags(Some(many)).send().await;
    assert_eq!(code(too_many), "TooManyTagsException");
    let nobody = "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/0abc";
    let missing = scaling.client.list_tags_for_resource().resource_arn(nobody).send().await;
    assert_eq!(code(missing), "ResourceNotFoundException");
}
