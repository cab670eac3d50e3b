//! Tags.

use aws_sdk_sagemaker::types::Tag;

use super::{ROLE, Region, container, invalid, says};

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

#[tokio::test]
async fn tags_live_and_die_with_their_resource() {
    let region = Region::new().await;
    let create = || {
        let call = region.client.create_model().model_name("m").execution_role_arn(ROLE);
        call.primary_container(container("i"))
    };
    let arn = create().tags(tag("owner", "ml")).tags(tag("stage", "dev")).send().await.unwrap().model_arn.unwrap();
    let listed = || async {
        let found = region.client.list_tags().resource_arn(&arn).send().await.unwrap();
        let tags = found.tags().iter();
        tags.map(|tag| (tag.key().unwrap().to_owned(), tag.value().unwrap().to_owned())).collect::<Vec<_>>()
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(listed().await, [pair("owner", "ml"), pair("stage", "dev")]);
    let added = region.client.add_tags().resource_arn(&arn).tags(tag("stage", "prod")).tags(tag("cost", ""));
    assert_eq!(added.send().await.unwrap().tags().len(), 3);
    region.client.delete_tags().resource_arn(&arn).tag_keys("owner").tag_keys("none").send().await.unwrap();
    assert_eq!(listed().await, [pair("cost", ""), pair("stage", "prod")]);
    region.client.delete_model().model_name("m").send().await.unwrap();
    says(&invalid(region.client.list_tags().resource_arn(&arn).send().await), "Could not find");
    create().send().await.unwrap();
    assert_eq!(listed().await, []);
}

#[tokio::test]
async fn limits() {
    let region = Region::new().await;
    region.model("m", "i").await;
    let arn = "arn:aws:sagemaker:us-east-1:123456789012:model/m";
    let add = |tags: Vec<Tag>| region.client.add_tags().resource_arn(arn).set_tags(Some(tags));
    says(&invalid(add(vec![tag("aws:x", "1")]).send().await), "reserved");
    says(&invalid(add(vec![tag("a", "1"), tag("a", "2")]).send().await), "Duplicate tag key 'a'");
    says(&invalid(add(vec![tag("a?", "1")]).send().await), "regular expression");
    add((0..50).map(|index| tag(&format!("k{index}"), "v")).collect()).send().await.unwrap();
    says(&invalid(add(vec![tag("one-more", "")]).send().await), "at most 50 tags");
    add(vec![tag("k0", "changed")]).send().await.unwrap();
}
