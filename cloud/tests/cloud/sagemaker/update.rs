//! Moving endpoints to other configurations, weights and capacities.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{
    DesiredWeightAndCapacity, EndpointStatus, VariantProperty, VariantPropertyType, VariantStatus,
};

use super::{Region, invalid, says, variant};

fn counts(endpoint: &DescribeEndpointOutput) -> Vec<(Option<i32>, Option<f32>)> {
    let shown = endpoint.production_variants().iter();
    shown.map(|variant| (variant.desired_instance_count(), variant.desired_weight())).collect()
}

fn wish(variant: &str, count: i32) -> DesiredWeightAndCapacity {
    DesiredWeightAndCapacity::builder().variant_name(variant).desired_instance_count(count).build()
}

async fn rescale(region: &Region, wish: DesiredWeightAndCapacity) {
    let call = region.client.update_endpoint_weights_and_capacities().endpoint_name("e");
    call.desired_weights_and_capacities(wish).send().await.unwrap();
}

#[tokio::test]
async fn an_update_moves_to_another_configuration() {
    let region = Region::slow().await;
    region.endpoint("e").await;
    region.model("new", "1.dkr.ecr/vllm:2").await;
    region.config("new", "new").await;
    let update = || region.client.update_endpoint().endpoint_name("e").endpoint_config_name("new");
    update().send().await.unwrap();
    let moving = region.describe("e").await;
    assert_eq!(moving.endpoint_status(), Some(&EndpointStatus::Updating));
    assert_eq!(moving.endpoint_config_name(), Some("e"));
    let pending = moving.pending_deployment_summary().unwrap();
    assert_eq!(pending.endpoint_config_name(), Some("new"));
    let coming = &pending.production_variants()[0];
    assert_eq!(coming.deployed_images()[0].specified_image(), Some("1.dkr.ecr/vllm:2"));
    assert_eq!(coming.variant_status()[0].status(), Some(&VariantStatus::Creating));
    says(&invalid(update().send().await), "Cannot update in-progress endpoint");
    says(&invalid(region.client.delete_endpoint().endpoint_name("e").send().await), "Cannot update in-progress");
    let rescale = region.client.update_endpoint_weights_and_capacities().endpoint_name("e");
    says(&invalid(rescale.desired_weights_and_capacities(wish("main", 3)).send().await), "in-progress");
    let moved = region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(moved.endpoint_config_name(), Some("new"));
    assert_eq!(moved.production_variants()[0].deployed_images()[0].specified_image(), Some("1.dkr.ecr/vllm:2"));
    assert!(moved.pending_deployment_summary().is_none());
}

#[tokio::test]
async fn capacities_are_kept_only_when_asked_for() {
    let region = Region::new().await;
    region.endpoint("e").await;
    let heavier =
        DesiredWeightAndCapacity::builder().variant_name("main").desired_instance_count(5).desired_weight(3.0).build();
    rescale(&region, heavier).await;
    region.config("next", "e").await;
    let updated = |config: &'static str, retain: bool, excluded: Option<VariantPropertyType>| {
        let excluded = excluded.map(|excluded| VariantProperty::builder().variant_property_type(excluded).build());
        let call = region.client.update_endpoint().endpoint_name("e").endpoint_config_name(config);
        call.retain_all_variant_properties(retain)
            .set_exclude_retained_variant_properties(excluded.map(|one| vec![one]))
    };
    let settled = region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(counts(&settled), [(Some(5), Some(3.0))]);
    updated("next", true, None).send().await.unwrap();
    assert_eq!(counts(&region.becomes("e", EndpointStatus::InService).await), [(Some(5), Some(3.0))]);
    updated("e", true, Some(VariantPropertyType::DesiredWeight)).send().await.unwrap();
    assert_eq!(counts(&region.becomes("e", EndpointStatus::InService).await), [(Some(5), Some(1.0))]);
    updated("next", false, None).send().await.unwrap();
    assert_eq!(counts(&region.becomes("e", EndpointStatus::InService).await), [(Some(2), Some(1.0))]);
}

#[tokio::test]
async fn rescaling_shows_present_and_desired_values() {
    let region = Region::slow().await;
    region.endpoint("e").await;
    rescale(&region, wish("main", 4)).await;
    let moving = region.describe("e").await;
    assert_eq!(moving.endpoint_status(), Some(&EndpointStatus::Updating));
    let shown = &moving.production_variants()[0];
    assert_eq!((shown.current_instance_count(), shown.desired_instance_count()), (Some(2), Some(4)));
    assert!(moving.pending_deployment_summary().is_none());
    let settled = region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(settled.production_variants()[0].current_instance_count(), Some(4));
    let call = |wish| {
        let call = region.client.update_endpoint_weights_and_capacities().endpoint_name("e");
        call.desired_weights_and_capacities(wish)
    };
    says(&invalid(call(wish("other", 1)).send().await), "Could not find variant \"other\"");
    says(&invalid(call(wish("main", 0)).send().await), "must be 1 or more");
}

#[tokio::test]
async fn an_update_that_fails_goes_back() {
    let region = Region::new().await;
    region.endpoint("e").await;
    for (name, image) in [("bad", "1.dkr.ecr/fail:1"), ("worse", "1.dkr.ecr/rollback-fail:1")] {
        region.model(name, image).await;
        region.config(name, name).await;
    }
    let update = |config: &'static str| region.client.update_endpoint().endpoint_name("e").endpoint_config_name(config);
    update("bad").send().await.unwrap();
    let back = region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(back.endpoint_config_name(), Some("e"));
    says(back.failure_reason().unwrap(), "ping health check");
    update("worse").send().await.unwrap();
    let stuck = region.becomes("e", EndpointStatus::UpdateRollbackFailed).await;
    assert_eq!(stuck.endpoint_config_name(), Some("e"));
    region.config("good", "e").await;
    update("good").send().await.unwrap();
    let recovered = region.becomes("e", EndpointStatus::InService).await;
    assert_eq!((recovered.endpoint_config_name(), recovered.failure_reason()), (Some("good"), None));
}

#[tokio::test]
async fn without_its_configuration_an_endpoint_cannot_be_updated() {
    let region = Region::new().await;
    region.endpoint("e").await;
    region.config_of("next", [variant("main", "e")]).await;
    // AWS lets both be deleted under a running endpoint.
    region.client.delete_endpoint_config().endpoint_config_name("e").send().await.unwrap();
    let update = region.client.update_endpoint().endpoint_name("e").endpoint_config_name("next");
    says(&invalid(update.send().await), "Could not find endpoint configuration");
    region.client.delete_model().model_name("e").send().await.unwrap();
    assert_eq!(region.describe("e").await.endpoint_status(), Some(&EndpointStatus::InService));
    region.client.delete_endpoint().endpoint_name("e").send().await.unwrap();
    region.goes("e").await;
}
