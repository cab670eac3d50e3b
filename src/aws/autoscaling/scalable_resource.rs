//! The names of variants and inference components in Application Auto Scaling.

/// Returns the scalable resource of a variant of an endpoint.
#[doc(hidden)]
pub fn variant_resource(endpoint: &str, variant: &str) -> String {
    format!("endpoint/{endpoint}/variant/{variant}")
}

/// Returns the scalable resource of an inference component.
#[doc(hidden)]
pub fn component_resource(component: &str) -> String {
    format!("inference-component/{component}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_names_its_endpoint_and_variant_or_its_component() {
        assert_eq!(variant_resource("llm-v1", "AllTraffic"), "endpoint/llm-v1/variant/AllTraffic");
        assert_eq!(component_resource("llama"), "inference-component/llama");
    }
}
