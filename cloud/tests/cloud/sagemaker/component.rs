//! Inference components.

use std::time::Duration;

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_sdk_sagemaker::operation::describe_inference_component::DescribeInferenceComponentOutput;
use aws_sdk_sagemaker::types::{
    EndpointStatus, InferenceComponentComputeResourceRequirements, InferenceComponentContainerSpecification,
    InferenceComponentRuntimeConfig, InferenceComponentSpecification, InferenceComponentStatus, ProductionVariant,
    ProductionVariantInstanceType,
};

use super::{ROLE, Region, invalid, says};

async fn host() -> Region {
    let region = Region::new().await;
    let variant = ProductionVariant::builder()
        .variant_name("main")
        .instance_type(ProductionVariantInstanceType::MlG5Xlarge)
        .initial_instance_count(2)
        .build();
    let config = region.client.create_endpoint_config().endpoint_config_name("host").execution_role_arn(ROLE);
    config.production_variants(variant).send().await.unwrap();
    region.client.create_endpoint().endpoint_name("host").endpoint_config_name("host").send().await.unwrap();
    region.becomes("host", EndpointStatus::InService).await;
    region
}

pub fn specification(image: &str) -> InferenceComponentSpecification {
    let needs = InferenceComponentComputeResourceRequirements::builder()
        .number_of_accelerator_devices_required(1.0)
        .min_memory_required_in_mb(1024)
        .build();
    InferenceComponentSpecification::builder()
        .container(InferenceComponentContainerSpecification::builder().image(image).build())
        .compute_resource_requirements(needs)
        .build()
}

pub fn copies(count: i32) -> InferenceComponentRuntimeConfig {
    InferenceComponentRuntimeConfig::builder().copy_count(count).build()
}

pub async fn becomes(
    region: &Region,
    name: &str,
    status: InferenceComponentStatus,
) -> DescribeInferenceComponentOutput {
    for _ in 0..500 {
        let found = region.client.describe_inference_component().inference_component_name(name).send().await.unwrap();
        if found.inference_component_status() == Some(&status) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{name} never becomes {status}");
}

#[tokio::test]
async fn the_life_of_a_component() {
    let region = host().await;
    let create = |name: &str, image: &str| {
        let call = region.client.create_inference_component().inference_component_name(name).endpoint_name("host");
        call.variant_name("main").specification(specification(image)).runtime_config(copies(2))
    };
    create("c", "1.dkr.ecr/vllm:1").send().await.unwrap();
    says(&invalid(create("c", "1.dkr.ecr/vllm:1").send().await), "already existing inference component");
    let found = becomes(&region, "c", InferenceComponentStatus::InService).await;
    assert_eq!(found.runtime_config().unwrap().current_copy_count(), Some(2));
    let shown = found.specification().unwrap();
    assert_eq!(shown.compute_resource_requirements().unwrap().min_memory_required_in_mb(), Some(1024));
    let image = shown.container().unwrap().deployed_image().unwrap();
    assert_eq!(image.specified_image(), Some("1.dkr.ecr/vllm:1"));

    let scaling = aws_sdk_applicationautoscaling::Client::new(&region.fixture.sdk());
    let register = || {
        let call = scaling.register_scalable_target().service_namespace(ServiceNamespace::Sagemaker);
        let call = call.scalable_dimension(ScalableDimension::SageMakerInferenceComponentDesiredCopyCount);
        call.resource_id("inference-component/c").min_capacity(0).max_capacity(4)
    };
    register().send().await.unwrap();
    let zero = region.client.update_inference_component_runtime_config().inference_component_name("c");
    zero.desired_runtime_config(copies(0)).send().await.unwrap();
    let found = becomes(&region, "c", InferenceComponentStatus::InService).await;
    assert_eq!(found.runtime_config().unwrap().desired_copy_count(), Some(0));
    let update = region.client.update_inference_component().inference_component_name("c");
    update.specification(specification("1.dkr.ecr/vllm:2")).send().await.unwrap();
    let found = becomes(&region, "c", InferenceComponentStatus::InService).await;
    let image = found.specification().unwrap().container().unwrap().deployed_image().unwrap();
    assert_eq!(image.specified_image(), Some("1.dkr.ecr/vllm:2"));
    assert_eq!(found.runtime_config().unwrap().desired_copy_count(), Some(0));

    says(&invalid(region.client.delete_endpoint().endpoint_name("host").send().await), "has inference components");
    let list = region.client.list_inference_components().endpoint_name_equals("host").send().await.unwrap();
    assert_eq!(list.inference_components().len(), 1);
    let list = region.client.list_inference_components().endpoint_name_equals("other").send().await.unwrap();
    assert!(list.inference_components().is_empty());
    let delete = || region.client.delete_inference_component().inference_component_name("c");
    delete().send().await.unwrap();
    let targets = scaling.describe_scalable_targets().service_namespace(ServiceNamespace::Sagemaker);
    assert!(targets.send().await.unwrap().scalable_targets().is_empty(), "a target goes with its component");
    says(&invalid(register().send().await), "does not exist");
    for _ in 0..500 {
        if region.client.list_inference_components().send().await.unwrap().inference_components().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    says(&invalid(delete().send().await), "Could not find inference component \"arn:");
    region.client.delete_endpoint().endpoint_name("host").send().await.unwrap();
}

#[tokio::test]
async fn invalid_inputs_are_refused() {
    let region = host().await;
    region.endpoint("full").await;
    let create = |endpoint: &str, specification: InferenceComponentSpecification| {
        let call = region.client.create_inference_component().inference_component_name("c").endpoint_name(endpoint);
        call.specification(specification)
    };
    let on_main = |endpoint: &str, specification| create(endpoint, specification).variant_name("main");
    says(&invalid(on_main("nowhere", specification("i")).send().await), "Could not find endpoint \"arn:");
    says(&invalid(on_main("full", specification("i")).send().await), "has a model");
    says(&invalid(create("host", specification("i")).send().await), "VariantName");
    says(&invalid(create("host", specification("i")).variant_name("x").send().await), "Could not find variant \"x\"");
    let empty = InferenceComponentSpecification::builder().build();
    says(&invalid(on_main("host", empty).send().await), "ModelName or a Container");
    let model = InferenceComponentSpecification::builder()
        .model_name("nothing")
        .set_compute_resource_requirements(specification("i").compute_resource_requirements().cloned())
        .build();
    says(&invalid(on_main("host", model).send().await), "Could not find model");
    on_main("host", specification("will-fail")).send().await.unwrap();
    let failed = becomes(&region, "c", InferenceComponentStatus::Failed).await;
    says(failed.failure_reason().unwrap(), "ping health check");
}

#[tokio::test]
async fn an_adapter_lives_in_its_base() {
    let region = host().await;
    let create = |name: &str, specification: InferenceComponentSpecification| {
        let call = region.client.create_inference_component().inference_component_name(name).endpoint_name("host");
        call.specification(specification)
    };
    let adapter = || {
        let artifact = InferenceComponentContainerSpecification::builder().artifact_url("s3://b/lora.tar.gz").build();
        InferenceComponentSpecification::builder().base_inference_component_name("base").container(artifact).build()
    };
    says(&invalid(create("lora", adapter()).send().await), "Could not find inference component");
    create("base", specification("i")).variant_name("main").send().await.unwrap();
    becomes(&region, "base", InferenceComponentStatus::InService).await;
    create("lora", adapter()).send().await.unwrap();
    let found = becomes(&region, "lora", InferenceComponentStatus::InService).await;
    assert_eq!(found.variant_name(), Some("main"));
    assert!(found.runtime_config().is_none());
    let delete = region.client.delete_inference_component().inference_component_name("base");
    says(&invalid(delete.send().await), "is loaded by it");
}
