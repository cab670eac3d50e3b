//! The handler of each operation.

use super::{answer, tags};
use crate::services::json::Handler;

/// Returns the handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "GetCostAndUsage" => answer::get_cost_and_usage,
        "ListCostAllocationTags" => tags::list,
        "UpdateCostAllocationTagsStatus" => tags::update,
        _ => return None,
    })
}
