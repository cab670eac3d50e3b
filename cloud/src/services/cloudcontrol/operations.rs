//! The handler of each operation.

use super::{cancel, create, delete, events, read, update};
use crate::services::json::Handler;

/// Returns the handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CancelResourceRequest" => cancel::cancel,
        "CreateResource" => create::create,
        "DeleteResource" => delete::delete,
        "GetResource" => read::get,
        "GetResourceRequestStatus" => events::get,
        "ListResourceRequests" => events::list,
        "ListResources" => read::list,
        "UpdateResource" => update::update,
        _ => return None,
    })
}
