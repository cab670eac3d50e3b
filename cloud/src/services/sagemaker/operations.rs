//! The handler of each operation.

use super::{
    component, component_change, config, endpoint, endpoint_capacity, endpoint_list, endpoint_update, endpoint_view,
    model, tags,
};
use crate::services::json::Handler;

/// Returns the handler of an operation.
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
