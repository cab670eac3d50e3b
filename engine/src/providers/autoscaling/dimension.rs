//! The dimension of a scalable resource: the unit in which Application Auto Scaling counts its capacity.

use aws_sdk_applicationautoscaling::types::ScalableDimension;

use ebbtide::aws::autoscaling::Scalable;
use ebbtide::resource::Resolved;

/// Returns the dimension in which a declared target is scaled.
pub(super) fn dimension_of(scalable: &Scalable<Resolved>) -> ScalableDimension {
    match scalable {
        Scalable::Variant { .. } => ScalableDimension::SageMakerVariantDesiredInstanceCount,
        Scalable::ProvisionedConcurrency { .. } => ScalableDimension::SageMakerVariantDesiredProvisionedConcurrency,
        Scalable::InferenceComponent { .. } => ScalableDimension::SageMakerInferenceComponentDesiredCopyCount,
    }
}

/// Returns the usual dimension of a scalable resource: copies of an inference component, or instances of a variant.
pub(super) fn usual_dimension(resource: &str) -> ScalableDimension {
    if resource.starts_with("inference-component/") {
        ScalableDimension::SageMakerInferenceComponentDesiredCopyCount
    } else {
        ScalableDimension::SageMakerVariantDesiredInstanceCount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dimension_follows_from_the_declaration() {
        let (endpoint, variant) = ("llm-v1".into(), "AllTraffic".to_owned());
        let on_instances = Scalable::<Resolved>::Variant { endpoint, variant };
        assert_eq!(on_instances.resource(), "endpoint/llm-v1/variant/AllTraffic");
        assert_eq!(dimension_of(&on_instances).as_str(), "sagemaker:variant:DesiredInstanceCount");
        let (endpoint, variant) = ("llm-v1".into(), "AllTraffic".to_owned());
        let serverless = Scalable::<Resolved>::ProvisionedConcurrency { endpoint, variant };
        assert_eq!(serverless.resource(), on_instances.resource());
        assert_eq!(dimension_of(&serverless).as_str(), "sagemaker:variant:DesiredProvisionedConcurrency");
        let component = Scalable::<Resolved>::InferenceComponent { name: "llama".into() };
        assert_eq!(dimension_of(&component).as_str(), "sagemaker:inference-component:DesiredCopyCount");
        assert_eq!(usual_dimension(&component.resource()), dimension_of(&component));
    }
}
