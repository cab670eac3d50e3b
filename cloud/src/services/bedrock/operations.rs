//! The handler of each operation.

use super::{deployment, foundation, job, logging, model, tags, throughput};
use crate::services::json::Handler;

/// Returns the handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateModelCustomizationJob" => job::create,
        "GetModelCustomizationJob" => job::get,
        "ListModelCustomizationJobs" => job::list,
        "StopModelCustomizationJob" => job::stop,
        "GetFoundationModel" => foundation::get,
        "CreateCustomModel" => model::create,
        "GetCustomModel" => model::get,
        "ListCustomModels" => model::list,
        "DeleteCustomModel" => model::delete,
        "CreateCustomModelDeployment" => deployment::create,
        "GetCustomModelDeployment" => deployment::get,
        "ListCustomModelDeployments" => deployment::list,
        "UpdateCustomModelDeployment" => deployment::update,
        "DeleteCustomModelDeployment" => deployment::delete,
        "CreateProvisionedModelThroughput" => throughput::create,
        "GetProvisionedModelThroughput" => throughput::get,
        "ListProvisionedModelThroughputs" => throughput::list,
        "UpdateProvisionedModelThroughput" => throughput::update,
        "DeleteProvisionedModelThroughput" => throughput::delete,
        "PutModelInvocationLoggingConfiguration" => logging::put,
        "GetModelInvocationLoggingConfiguration" => logging::get,
        "DeleteModelInvocationLoggingConfiguration" => logging::delete,
        "TagResource" => tags::tag,
        "UntagResource" => tags::untag,
        "ListTagsForResource" => tags::list,
        _ => return None,
    })
}
