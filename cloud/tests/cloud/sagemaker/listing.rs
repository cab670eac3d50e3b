//! Lists.

use aws_sdk_sagemaker::types::{EndpointSortKey, EndpointStatus, ModelSortKey, OrderKey};

use super::{Region, invalid, says};

#[tokio::test]
async fn pages_of_ten_unless_asked_otherwise() {
    let region = Region::new().await;
    for index in 0..12 {
        region.model(&format!("m{index:02}"), "i").await;
    }
    let list = || region.client.list_models().sort_by(ModelSortKey::Name).sort_order(OrderKey::Ascending);
    let first = list().send().await.unwrap();
    assert_eq!(first.models().len(), 10);
    assert_eq!(first.models()[0].model_name(), Some("m00"));
    let rest = list().next_token(first.next_token().unwrap()).send().await.unwrap();
    let names: Vec<_> = rest.models().iter().filter_map(|model| model.model_name()).collect();
    assert_eq!((names, rest.next_token()), (vec!["m10", "m11"], None));
    let all = list().into_paginator().page_size(5).items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(all.len(), 12);
    let some = list().name_contains("m1").max_results(1).send().await.unwrap();
    assert_eq!(some.models()[0].model_name(), Some("m10"));
    assert!(some.next_token().is_some());
    let newest = region.client.list_models().send().await.unwrap();
    assert_eq!(newest.models()[0].model_name(), Some("m11"));
    says(&invalid(list().max_results(101).send().await), "less than or equal to 100");
    says(&invalid(list().next_token("?").send().await), "NextToken");
}

#[tokio::test]
async fn endpoints_are_filtered_by_status_and_time() {
    let region = Region::new().await;
    region.endpoint("good").await;
    region.model("bad", "fail").await;
    region.config("bad", "bad").await;
    region.client.create_endpoint().endpoint_name("bad").endpoint_config_name("bad").send().await.unwrap();
    let bad = region.becomes("bad", EndpointStatus::Failed).await;
    let list = || region.client.list_endpoints();
    let names = |found: aws_sdk_sagemaker::operation::list_endpoints::ListEndpointsOutput| -> Vec<String> {
        found.endpoints().iter().map(|endpoint| endpoint.endpoint_name().unwrap().to_owned()).collect()
    };
    assert_eq!(names(list().send().await.unwrap()), ["bad", "good"]);
    assert_eq!(names(list().status_equals(EndpointStatus::Failed).send().await.unwrap()), ["bad"]);
    let by_status = list().sort_by(EndpointSortKey::Status).sort_order(OrderKey::Ascending);
    assert_eq!(names(by_status.send().await.unwrap()), ["bad", "good"]);
    let before = list().creation_time_before(*bad.creation_time().unwrap());
    assert_eq!(names(before.send().await.unwrap()), ["good"]);
    let configs = region.client.list_endpoint_configs().name_contains("oo").send().await.unwrap();
    assert_eq!(configs.endpoint_configs().len(), 1);
    let arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/good";
    assert_eq!(configs.endpoint_configs()[0].endpoint_config_arn(), Some(arn));
}
