//! Application Auto Scaling: helpers of its tests.

mod policy;
mod scheduled_action;
mod tags;
mod target;

use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::operation::register_scalable_target::builders::RegisterScalableTargetFluentBuilder;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};

use crate::sagemaker::Region;

const RESOURCE: &str = "endpoint/e/variant/main";
const INSTANCES: ScalableDimension = ScalableDimension::SageMakerVariantDesiredInstanceCount;
const SAGEMAKER: ServiceNamespace = ServiceNamespace::Sagemaker;

/// A region with an endpoint `e` in service.
struct Scaling {
    region: Region,
    client: Client,
}

impl Scaling {
    async fn new() -> Self {
        Self::in_region(Region::new().await).await
    }

    async fn in_region(region: Region) -> Self {
        region.endpoint("e").await;
        Self { client: Client::new(&region.fixture.sdk()), region }
    }

    /// With the variant `main` of `e` registered.
    async fn registered() -> Self {
        let scaling = Self::new().await;
        scaling.register(RESOURCE).min_capacity(1).max_capacity(4).send().await.unwrap();
        scaling
    }

    fn register(&self, resource: &str) -> RegisterScalableTargetFluentBuilder {
        let call = self.client.register_scalable_target().service_namespace(SAGEMAKER);
        call.resource_id(resource).scalable_dimension(INSTANCES)
    }

    async fn targets(&self) -> Vec<aws_sdk_applicationautoscaling::types::ScalableTarget> {
        let found = self.client.describe_scalable_targets().service_namespace(SAGEMAKER).send().await.unwrap();
        found.scalable_targets().to_vec()
    }
}
