//! GetResourceRequestStatus and ListResourceRequests.

use serde_json::{Value, json};

use super::request::Request;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::paging::page;

/// Returns the request of a token that a call gives.
pub fn of_token(input: &Value, context: &CallContext<'_>) -> Result<Request, Fault> {
    let token = text(input, "RequestToken");
    Request::find(context.own, token)?
        .ok_or_else(|| Fault::new("RequestTokenNotFoundException", format!("Request with token {token} was not found")))
}

/// GetResourceRequestStatus.
pub fn get(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let request = of_token(input, context)?;
    Ok(json!({ "ProgressEvent": request.event(context.now_ms) }))
}

/// ListResourceRequests: the latest first, 20 a page unless asked for up to 100.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let filter = &input["ResourceRequestStatusFilter"];
    let is_among = |member: &str, value: &str| {
        filter[member].as_array().is_none_or(|allowed| allowed.is_empty() || allowed.iter().any(|one| one == value))
    };
    let now_ms = context.now_ms;
    let fits = |request: &Request| {
        is_among("Operations", request.operation.name()) && is_among("OperationStatuses", request.status(now_ms))
    };
    let mut found: Vec<(String, Value)> = Request::all(context.own)?
        .into_iter()
        .filter(fits)
        .map(|request| (format!("{:020}-{}", i64::MAX - request.requested_ms, request.token), request.event(now_ms)))
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let size = input["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(20);
    let page = page(found, input["NextToken"].as_str(), size).ok_or_else(|| invalid("Invalid NextToken"))?;
    Ok(json!({ "ResourceRequestStatusSummaries": page.items, "NextToken": page.next }))
}
