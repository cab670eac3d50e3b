//! The dimension of a scalable resource: the unit in which Application Auto Scaling counts its capacity.

use aws_sdk_applicationautoscaling::types::ScalableDimension;

/// Returns the dimension of a scalable resource: copies of an inference component, or instances of a variant.
pub(super) fn dimension_of(resource: &str) -> ScalableDimension {
    if resource.starts_with("inference-component/") {
        ScalableDimension::SageMakerInferenceComponentDesiredCopyCount
    } else {
        ScalableDimension::SageMakerVariantDesiredInstanceCount
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::aws::autoscaling::Scalable;
    use ebbtide::resource::Resolved;

    #[test]
    fn the_dimension_follows_from_the_resource() {
        let variant =
            Scalable::<Resolved>::Variant { endpoint: "llm-v1".into(), variant: "AllTraffic".into() }.resource();
        assert_eq!(variant, "endpoint/llm-v1/variant/AllTraffic");
        assert_eq!(dimension_of(&variant).as_str(), "sagemaker:variant:DesiredInstanceCount");
        let component = Scalable::<Resolved>::InferenceComponent { name: "llama".into() }.resource();
        assert_eq!(dimension_of(&component).as_str(), "sagemaker:inference-component:DesiredCopyCount");
    }
}
