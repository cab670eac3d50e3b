//! An inference component that no stack declares, and that a target can scale.

use std::time::Duration;

use aws_sdk_sagemaker::types::{
    EndpointStatus, InferenceComponentComputeResourceRequirements, InferenceComponentContainerSpecification,
    InferenceComponentRuntimeConfig, InferenceComponentSpecification, ProductionVariant, ProductionVariantInstanceType,
};
use ebbtide_engine::sdk::{Aws, BoxFuture};

/// The name of the component.
pub const NAME: &str = "llama";

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// Makes the component, on an endpoint of its own.
pub fn make(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async {
        let role = aws.iam().create_role().role_name("components").assume_role_policy_document(TRUST);
        let role = role.send().await.unwrap().role.unwrap();
        let sagemaker = aws.sagemaker();
        let variant = ProductionVariant::builder()
            .variant_name("main")
            .instance_type(ProductionVariantInstanceType::from("ml.g5.xlarge"))
            .initial_instance_count(1);
        let config = sagemaker.create_endpoint_config().endpoint_config_name("components");
        config.execution_role_arn(role.arn).production_variants(variant.build()).send().await.unwrap();
        let endpoint = sagemaker.create_endpoint().endpoint_name("components").endpoint_config_name("components");
        endpoint.send().await.unwrap();
        let describe = || sagemaker.describe_endpoint().endpoint_name("components").send();
        while describe().await.unwrap().endpoint_status() != Some(&EndpointStatus::InService) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let needs = InferenceComponentComputeResourceRequirements::builder()
            .number_of_accelerator_devices_required(1.0)
            .min_memory_required_in_mb(1024);
        let container = InferenceComponentContainerSpecification::builder().image("1.dkr.ecr/vllm:1");
        let specification = InferenceComponentSpecification::builder()
            .container(container.build())
            .compute_resource_requirements(needs.build());
        let create = sagemaker.create_inference_component().inference_component_name(NAME);
        create
            .endpoint_name("components")
            .variant_name("main")
            .specification(specification.build())
            .runtime_config(InferenceComponentRuntimeConfig::builder().copy_count(1).build())
            .send()
            .await
            .unwrap();
    })
}
