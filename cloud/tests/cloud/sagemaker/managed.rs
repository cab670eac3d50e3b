//! Managed instance scaling: instances follow the copies of inference components.

use std::time::Duration;

use aws_sdk_sagemaker::Client;
use aws_sdk_sagemaker::types::{
    EndpointStatus, ManagedInstanceScalingStatus, ProductionVariant, ProductionVariantInstanceType,
    ProductionVariantManagedInstanceScaling,
};

use super::component::{becomes, copies, specification};
use super::{ROLE, Region, invalid, says};

/// Returns a variant of `ml.g5.xlarge` without a model, of at most 3 instances.
pub fn variant(least: i32) -> ProductionVariant {
    let scaling = ProductionVariantManagedInstanceScaling::builder()
        .status(ManagedInstanceScalingStatus::Enabled)
        .min_instance_count(least)
        .max_instance_count(3);
    ProductionVariant::builder()
        .variant_name("main")
        .instance_type(ProductionVariantInstanceType::MlG5Xlarge)
        .initial_instance_count(1)
        .managed_instance_scaling(scaling.build())
        .build()
}

/// Makes the endpoint `host` with a variant.
pub async fn host(client: &Client, variant: ProductionVariant) {
    let config = client.create_endpoint_config().endpoint_config_name("host").execution_role_arn(ROLE);
    config.production_variants(variant).send().await.unwrap();
    client.create_endpoint().endpoint_name("host").endpoint_config_name("host").send().await.unwrap();
}

async fn counts(region: &Region) -> (i32, i32) {
    let found = region.describe("host").await;
    let variant = &found.production_variants()[0];
    (variant.current_instance_count().unwrap(), variant.desired_instance_count().unwrap())
}

async fn comes_to(region: &Region, count: i32) {
    for _ in 0..500 {
        if counts(region).await == (count, count) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{:?} instead of {count}", counts(region).await);
}

#[tokio::test]
async fn instances_follow_the_copies_down_to_none_and_up_again() {
    let region = Region::new().await;
    host(&region.client, variant(0)).await;
    region.becomes("host", EndpointStatus::InService).await;
    comes_to(&region, 0).await;
    let create = |name: &str, count| {
        let call = region.client.create_inference_component().inference_component_name(name).endpoint_name("host");
        call.variant_name("main").specification(specification("i")).runtime_config(copies(count))
    };
    says(&invalid(create("c", 0).send().await), "larger than 0");
    create("c", 2).send().await.unwrap();
    assert_eq!(counts(&region).await, (0, 2));
    becomes(&region, "c", "InService".into()).await;
    comes_to(&region, 2).await;

    create("too-many", 2).send().await.unwrap();
    let failed = becomes(&region, "too-many", "Failed".into()).await;
    says(failed.failure_reason().unwrap(), "not enough hardware resources");
    assert_eq!(counts(&region).await, (2, 2), "no instance comes for it");
    region.client.delete_inference_component().inference_component_name("too-many").send().await.unwrap();

    let set = async |count| {
        let update = region.client.update_inference_component_runtime_config().inference_component_name("c");
        update.desired_runtime_config(copies(count)).send().await.unwrap();
        becomes(&region, "c", "InService".into()).await;
    };
    set(0).await;
    comes_to(&region, 0).await;
    let of_c = [("x-amzn-sagemaker-inference-component", "c")];
    let of_d = [("x-amzn-sagemaker-inference-component", "d")];
    says(&region.refused("host/invocations", &[], "{}").await, "Inference Component Name header is required");
    says(&region.refused("host/invocations", &of_d, "{}").await, "not found");
    says(&region.refused("host/invocations", &of_c, "{}").await, "has no capacity to process this request");
    set(1).await;
    comes_to(&region, 1).await;
    assert_eq!(region.post("host/invocations", &of_c, "{}").await.status, 200);
    for name in ["NoCapacityInvocationFailures", "Invocations"] {
        let counted = region.metric("AWS/SageMaker", name, &[("InferenceComponentName", "c")], "Sum").await;
        assert_eq!(counted.iter().sum::<f64>(), 1.0, "{name}");
    }

    let weights = aws_sdk_sagemaker::types::DesiredWeightAndCapacity::builder().variant_name("main");
    let rescale = region.client.update_endpoint_weights_and_capacities().endpoint_name("host");
    let rescale = rescale.desired_weights_and_capacities(weights.desired_instance_count(2).build());
    says(&invalid(rescale.send().await), "set by ManagedInstanceScaling");
}

#[tokio::test]
async fn a_config_keeps_the_instances_and_the_variant_of_its_components() {
    let region = Region::new().await;
    host(&region.client, variant(0)).await;
    region.becomes("host", EndpointStatus::InService).await;
    let create = region.client.create_inference_component().inference_component_name("c").endpoint_name("host");
    let create = create.variant_name("main").specification(specification("i")).runtime_config(copies(3));
    create.send().await.unwrap();
    becomes(&region, "c", "InService".into()).await;
    let config = async |name: &str, variant| {
        let config = region.client.create_endpoint_config().endpoint_config_name(name).execution_role_arn(ROLE);
        config.production_variants(variant).send().await.unwrap();
        region.client.update_endpoint().endpoint_name("host").endpoint_config_name(name).send().await
    };
    let mut other = variant(1);
    other.instance_type = Some(ProductionVariantInstanceType::MlG6Xlarge);
    says(&invalid(config("other-type", other).await), "hosts the inference component");
    config("next", variant(1)).await.unwrap();
    region.becomes("host", EndpointStatus::InService).await;
    comes_to(&region, 3).await;
    let delete = || region.client.delete_inference_component().inference_component_name("c").send();
    delete().await.unwrap();
    comes_to(&region, 1).await;
}

#[tokio::test]
async fn a_region_without_the_feature_takes_no_least_number_of_none() {
    let region = Region::new().await;
    let client = Client::new(&crate::support::sdk(&region.fixture.cloud, "eu-west-3"));
    let config = client.create_endpoint_config().endpoint_config_name("host").execution_role_arn(ROLE);
    let refused = config.production_variants(variant(0)).send().await;
    says(&invalid(refused), "needs to be greater than 0");
}
