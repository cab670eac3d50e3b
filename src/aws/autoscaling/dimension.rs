//! What can be scaled, in the words of Application Auto Scaling.

use aws_sdk_applicationautoscaling::types::ScalableDimension;

/// The scalable resource of a variant of an endpoint.
pub(crate) fn variant_resource(endpoint: &str, variant: &str) -> String {
    format!("endpoint/{endpoint}/variant/{variant}")
}

/// The scalable resource of an inference component.
pub(super) fn component_resource(component: &str) -> String {
    format!("inference-component/{component}")
}

/// What is counted of a scalable resource: copies of an inference component, else instances of a variant.
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

    #[test]
    fn the_dimension_follows_from_the_resource() {
        let variant = variant_resource("llm-v1", "AllTraffic");
        assert_eq!(variant, "endpoint/llm-v1/variant/AllTraffic");
        assert_eq!(dimension_of(&variant).as_str(), "sagemaker:variant:DesiredInstanceCount");
        let component = component_resource("llama");
        assert_eq!(dimension_of(&component).as_str(), "sagemaker:inference-component:DesiredCopyCount");
    }
}
