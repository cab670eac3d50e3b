//! Scalable targets.

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace, SuspendedState};
use aws_sdk_sagemaker::types::{
    DesiredWeightAndCapacity, EndpointStatus, ProductionVariant, ProductionVariantInstanceType,
    ProductionVariantServerlessConfig, ProductionVariantServerlessUpdateConfig,
};

use super::{INSTANCES, RESOURCE, SAGEMAKER, Scaling};
use crate::sagemaker::{Region, invalid, says, variant};
use crate::support::code;

#[tokio::test]
async fn registering_again_changes_only_given_members() {
    let scaling = Scaling::new().await;
    let first = scaling.register(RESOURCE).min_capacity(1).max_capacity(4).send().await.unwrap();
    let target = scaling.targets().await.remove(0);
    assert_eq!((target.min_capacity(), target.max_capacity()), (1, 4));
    assert_eq!(target.scalable_target_arn(), first.scalable_target_arn());
    assert_eq!(target.suspended_state().unwrap().scheduled_scaling_suspended(), Some(false));
    says(target.role_arn(), "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint");

    let suspended = SuspendedState::builder().scheduled_scaling_suspended(true).build();
    let again = scaling.register(RESOURCE).max_capacity(8).suspended_state(suspended).send().await.unwrap();
    assert_eq!(again.scalable_target_arn(), first.scalable_target_arn());
    let changed = scaling.targets().await.remove(0);
    assert_eq!((changed.min_capacity(), changed.max_capacity()), (1, 8));
    assert_eq!(changed.suspended_state().unwrap().scheduled_scaling_suspended(), Some(true));
    assert_eq!(changed.suspended_state().unwrap().dynamic_scaling_in_suspended(), Some(false));
    assert_eq!(changed.creation_time(), target.creation_time());
    says(&invalid(scaling.register(RESOURCE).min_capacity(9).send().await), "cannot be less than minimum");
}

#[tokio::test]
async fn the_registered_resource_must_exist() {
    let scaling = Scaling::new().await;
    let register = |resource: &str| scaling.register(resource).min_capacity(1).max_capacity(2);
    says(&invalid(register("endpoint/x/variant/main").send().await), "does not exist");
    says(&invalid(register("endpoint/e/variant/x").send().await), "does not exist");
    says(&invalid(register("endpoint/e").send().await), "Unsupported");
    says(&invalid(scaling.register(RESOURCE).max_capacity(2).send().await), "both MinCapacity and MaxCapacity");
    says(&invalid(scaling.register(RESOURCE).min_capacity(3).max_capacity(2).send().await), "cannot be less");
    says(&invalid(scaling.register(RESOURCE).min_capacity(-1).max_capacity(2).send().await), "0 or more");
    let serverless = ScalableDimension::SageMakerVariantDesiredProvisionedConcurrency;
    says(&invalid(register(RESOURCE).scalable_dimension(serverless).send().await), "can only be scaled in");
    let component = ScalableDimension::SageMakerInferenceComponentDesiredCopyCount;
    let absent = register("inference-component/c").scalable_dimension(component);
    says(&invalid(absent.send().await), "does not exist");
    says(&invalid(register(RESOURCE).service_namespace(ServiceNamespace::Ecs).send().await), "Unsupported");
    assert!(scaling.targets().await.is_empty());
}

#[tokio::test]
async fn a_target_goes_with_its_endpoint() {
    let scaling = Scaling::registered().await;
    let sagemaker = &scaling.region.client;
    sagemaker.delete_endpoint().endpoint_name("e").send().await.unwrap();
    assert!(scaling.targets().await.is_empty(), "DeleteEndpoint deregisters silently");
    scaling.region.goes("e").await;
    sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("e").send().await.unwrap();
    scaling.region.becomes("e", EndpointStatus::InService).await;
    assert!(scaling.targets().await.is_empty(), "a new endpoint of the name starts without the old target");
    let deregister = scaling.client.deregister_scalable_target().service_namespace(SAGEMAKER);
    let gone = deregister.resource_id(RESOURCE).scalable_dimension(INSTANCES).send().await;
    assert_eq!(code(gone), "ObjectNotFoundException");
}

#[tokio::test]
async fn sagemaker_keeps_registered_variants_as_they_are() {
    let scaling = Scaling::registered().await;
    let region = &scaling.region;
    region.config_of("renamed", [variant("other", "e")]).await;
    let bigger = ProductionVariant::builder()
        .variant_name("main")
        .model_name("e")
        .instance_type(ProductionVariantInstanceType::MlG52Xlarge)
        .initial_instance_count(1)
        .build();
    region.config_of("bigger", [bigger]).await;
    let update = |config: &'static str| region.client.update_endpoint().endpoint_name("e").endpoint_config_name(config);
    for config in ["renamed", "bigger"] {
        says(&invalid(update(config).send().await), "\"main\" must be deregistered as scalable targets");
    }
    let deregister = scaling.client.deregister_scalable_target().service_namespace(SAGEMAKER);
    deregister.resource_id(RESOURCE).scalable_dimension(INSTANCES).send().await.unwrap();
    update("bigger").send().await.unwrap();
}

#[tokio::test]
async fn pages_and_filters() {
    let scaling = Scaling::registered().await;
    scaling.region.endpoint("f").await;
    scaling.register("endpoint/f/variant/main").min_capacity(0).max_capacity(1).send().await.unwrap();
    let describe = || scaling.client.describe_scalable_targets().service_namespace(SAGEMAKER);
    let first = describe().max_results(1).send().await.unwrap();
    assert_eq!(first.scalable_targets()[0].resource_id(), RESOURCE);
    let second = describe().max_results(1).next_token(first.next_token().unwrap()).send().await.unwrap();
    assert_eq!(second.scalable_targets()[0].resource_id(), "endpoint/f/variant/main");
    assert_eq!(second.next_token(), None);
    let one = describe().resource_ids("endpoint/f/variant/main").scalable_dimension(INSTANCES).send().await.unwrap();
    assert_eq!(one.scalable_targets().len(), 1);
    says(&invalid(describe().scalable_dimension(INSTANCES).send().await), "must also specify a resource ID");
    says(&invalid(describe().max_results(51).send().await), "between 1 and 50");
    assert_eq!(code(describe().next_token("?").send().await), "InvalidNextTokenException");
    let other = scaling.client.describe_scalable_targets().service_namespace(ServiceNamespace::Ecs);
    assert!(other.send().await.unwrap().scalable_targets().is_empty());
    let activities = scaling.client.describe_scaling_activities().service_namespace(SAGEMAKER);
    assert!(activities.send().await.unwrap().scaling_activities().is_empty());
}

#[tokio::test]
async fn a_serverless_variant_scales_in_provisioned_concurrency() {
    let scaling = Scaling::new().await;
    let sagemaker = &scaling.region.client;
    let settings = |most: i32| {
        ProductionVariantServerlessConfig::builder()
            .memory_size_in_mb(2048)
            .max_concurrency(most)
            .provisioned_concurrency(2)
            .build()
    };
    let variant = ProductionVariant::builder().variant_name("main").model_name("e").serverless_config(settings(4));
    scaling.region.config_of("s", [variant.build()]).await;
    sagemaker.create_endpoint().endpoint_name("s").endpoint_config_name("s").send().await.unwrap();
    let found = scaling.region.becomes("s", EndpointStatus::InService).await;
    assert_eq!(found.production_variants()[0].current_serverless_config(), Some(&settings(4)));
    let register = |dimension: ScalableDimension| {
        let call = scaling.register("endpoint/s/variant/main").scalable_dimension(dimension);
        call.min_capacity(1).max_capacity(4)
    };
    says(&invalid(register(INSTANCES).send().await), "can only be scaled in");
    register(ScalableDimension::SageMakerVariantDesiredProvisionedConcurrency).send().await.unwrap();

    let rescale = |most: i32| {
        let update = ProductionVariantServerlessUpdateConfig::builder().max_concurrency(most).build();
        let wish = DesiredWeightAndCapacity::builder().variant_name("main").serverless_update_config(update).build();
        sagemaker.update_endpoint_weights_and_capacities().endpoint_name("s").desired_weights_and_capacities(wish)
    };
    says(&invalid(rescale(1).send().await), "at most MaxConcurrency");
    rescale(9).send().await.unwrap();
    let found = scaling.region.becomes("s", EndpointStatus::InService).await;
    assert_eq!(found.production_variants()[0].current_serverless_config(), Some(&settings(9)));
}

async fn instances(scaling: &Scaling) -> (EndpointStatus, Option<i32>, Option<i32>) {
    let shown = scaling.region.client.describe_endpoint().endpoint_name("e").send().await.unwrap();
    let variant = &shown.production_variants()[0];
    (shown.endpoint_status.clone().unwrap(), variant.current_instance_count(), variant.desired_instance_count())
}

#[tokio::test]
async fn the_count_of_instances_moves_into_the_bounds_of_its_target() {
    let scaling = Scaling::in_region(Region::slow().await).await;
    assert_eq!(instances(&scaling).await, (EndpointStatus::InService, Some(2), Some(2)));
    scaling.register(RESOURCE).min_capacity(3).max_capacity(4).send().await.unwrap();
    assert_eq!(instances(&scaling).await, (EndpointStatus::Updating, Some(2), Some(3)));
    // An endpoint that is not in service keeps its count.
    scaling.register(RESOURCE).min_capacity(4).send().await.unwrap();
    scaling.region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(instances(&scaling).await, (EndpointStatus::InService, Some(3), Some(3)));
    scaling.register(RESOURCE).min_capacity(1).max_capacity(1).send().await.unwrap();
    scaling.region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(instances(&scaling).await, (EndpointStatus::InService, Some(1), Some(1)));
    // Within the bounds, nothing moves; nor does a refused call move anything.
    scaling.register(RESOURCE).max_capacity(8).send().await.unwrap();
    assert!(scaling.register(RESOURCE).min_capacity(9).send().await.is_err());
    assert_eq!(instances(&scaling).await, (EndpointStatus::InService, Some(1), Some(1)));
}

#[tokio::test]
async fn a_real_time_endpoint_keeps_its_instances_where_the_bounds_allow_none() {
    let scaling = Scaling::new().await;
    scaling.register(RESOURCE).min_capacity(0).max_capacity(0).send().await.unwrap();
    assert_eq!(instances(&scaling).await, (EndpointStatus::InService, Some(2), Some(2)));
}
