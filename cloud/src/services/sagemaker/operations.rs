//! The operations there are, and who answers them.

use serde_json::Value;

use super::{
    component, component_change, config, endpoint, endpoint_capacity, endpoint_list, endpoint_update, endpoint_view,
    model, tags,
};
use crate::documents::World;
use crate::service::Fault;

type Handler = fn(&Value, &mut World<'_>) -> Result<Value, Fault>;

/// The handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateModel" => model::create,
        "DescribeModel" => model::describe,
        "ListModels" => model::list,
        "DeleteModel" => model::delete,
        "CreateEndpointConfig" => config::create,
        "DescribeEndpointConfig" => config::describe,
        "ListEndpointConfigs" => config::list,
        "DeleteEndpointConfig" => config::delete,
        "CreateEndpoint" => endpoint::create,
        "DescribeEndpoint" => endpoint_view::describe,
        "ListEndpoints" => endpoint_list::list,
        "UpdateEndpoint" => endpoint_update::update,
        "UpdateEndpointWeightsAndCapacities" => endpoint_capacity::update,
        "DeleteEndpoint" => endpoint::delete,
        "CreateInferenceComponent" => component::create,
        "DescribeInferenceComponent" => component::describe,
        "ListInferenceComponents" => component::list,
        "UpdateInferenceComponent" => component_change::update,
        "UpdateInferenceComponentRuntimeConfig" => component_change::update_runtime,
        "DeleteInferenceComponent" => component_change::delete,
        "AddTags" => tags::add,
        "ListTags" => tags::list,
        "DeleteTags" => tags::delete,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_operation_with_a_shape_has_a_handler() {
        let shapes: BTreeMap<String, Value> = serde_json::from_str(include_str!("shapes.json")).unwrap();
        let operations = shapes["operations"].as_object().unwrap();
        assert_eq!(operations.len(), 23);
        for operation in operations.keys() {
            assert!(handler(operation).is_some(), "{operation}");
        }
    }
}
