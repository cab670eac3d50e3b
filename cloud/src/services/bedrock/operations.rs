//! The handler of each operation.

use super::{foundation, job, model, tags};
use crate::services::json::Handler;

/// Returns the handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateModelCustomizationJob" => job::create,
        "GetModelCustomizationJob" => job::get,
        "ListModelCustomizationJobs" => job::list,
        "StopModelCustomizationJob" => job::stop,
        "GetFoundationModel" => foundation::get,
        "GetCustomModel" => model::get,
        "ListCustomModels" => model::list,
        "DeleteCustomModel" => model::delete,
        "TagResource" => tags::tag,
        "UntagResource" => tags::untag,
        "ListTagsForResource" => tags::list,
        _ => return None,
    })
}
