//! The model registry: groups and their versions.

use aws_sdk_sagemaker::types::{ModelPackageGroupStatus, Tag};

use super::{Region, invalid, says};
use crate::support::code;

#[tokio::test]
async fn a_group_holds_versions_and_cannot_be_deleted_with_them() {
    let region = Region::new().await;
    let client = &region.client;
    let tag = Tag::builder().key("team").value("llm").build();
    let create = || client.create_model_package_group().model_package_group_name("Invoices").tags(tag.clone());
    let arn = create().send().await.unwrap().model_package_group_arn.unwrap();
    assert_eq!(arn, "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/invoices");
    says(&invalid(create().send().await), "Model Package Group already exists");
    let found = client.describe_model_package_group().model_package_group_name(&arn).send().await.unwrap();
    assert_eq!(found.model_package_group_name(), Some("Invoices"));
    assert_eq!(found.model_package_group_status(), Some(&ModelPackageGroupStatus::Completed));
    assert_eq!(client.list_tags().resource_arn(&arn).send().await.unwrap().tags(), [tag]);

    let add = || client.create_model_package().model_package_group_name("Invoices");
    let first = add().send().await.unwrap().model_package_arn.unwrap();
    let second = add().send().await.unwrap().model_package_arn.unwrap();
    assert!(first.ends_with(":model-package/invoices/1") && second.ends_with(":model-package/invoices/2"));
    says(&invalid(add().model_package_name("a").send().await), "Cannot determine which one to use");
    says(&invalid(client.create_model_package().send().await), "Missing ARN");
    let delete = || client.delete_model_package_group().model_package_group_name("Invoices");
    assert_eq!(code(delete().send().await), "ConflictException");
    let listed = client.list_model_packages().model_package_group_name("Invoices").send().await.unwrap();
    assert_eq!(listed.model_package_summary_list().len(), 2);
    for arn in [&first, &second] {
        let described = client.describe_model_package().model_package_name(arn).send().await.unwrap();
        assert_eq!(described.model_package_arn(), Some(arn.as_str()));
        client.delete_model_package().model_package_name(arn).send().await.unwrap();
    }
    delete().send().await.unwrap();
    says(&invalid(delete().send().await), "does not exist");
    assert!(client.list_model_package_groups().send().await.unwrap().model_package_group_summary_list().is_empty());
}
