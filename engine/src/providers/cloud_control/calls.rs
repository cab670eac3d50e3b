//! The calls of Cloud Control, each in its turn.

use std::sync::Arc;

use aws_sdk_cloudcontrol::types::{OperationStatus, ProgressEvent, ResourceRequestStatusFilter};
use serde_json::Value;

use crate::sdk::cloud_control::Request;
use crate::sdk::{Aws, CallName, Error, OptionalCall, required};

pub(super) const CREATE: &str = "cloudformation:CreateResource";
pub(super) const UPDATE: &str = "cloudformation:UpdateResource";
pub(super) const DELETE: &str = "cloudformation:DeleteResource";

/// Reads the properties of a resource.
pub(super) async fn get(aws: &Aws, type_name: &str, id: &str) -> Result<Option<Value>, Error> {
    let get = aws.cloudcontrol().get_resource().type_name(type_name).identifier(id);
    let call = async { get.send().await.named("cloudformation:GetResource") };
    // Other services' absence is an error of another code.
    let found = aws.cloud_control_memory().paced(call).await.unless_missing(&["ResourceNotFoundException"])?;
    let Some(description) = found.and_then(|found| found.resource_description) else { return Ok(None) };
    let properties = required(description.properties, "Properties")?;
    Ok(Some(serde_json::from_str(&properties)?))
}

pub(super) async fn create(aws: &Aws, type_name: &str, desired: &str, token: &str) -> Result<ProgressEvent, Error> {
    let create = aws.cloudcontrol().create_resource().type_name(type_name);
    let create = create.desired_state(desired).client_token(token);
    let call = async { create.send().await.named(CREATE) };
    let created = aws.cloud_control_memory().paced(call).await;
    aws.cloud_control_memory().requested();
    required(created?.progress_event, "ProgressEvent")
}

pub(super) async fn update(aws: &Aws, type_name: &str, id: &str, patch: &str) -> Result<ProgressEvent, Error> {
    let update = aws.cloudcontrol().update_resource().type_name(type_name).identifier(id).patch_document(patch);
    let call = async { update.send().await.named(UPDATE) };
    let updated = aws.cloud_control_memory().paced(call).await;
    aws.cloud_control_memory().requested();
    required(updated?.progress_event, "ProgressEvent")
}

/// Asks for a deletion; `None` if there is no such resource.
pub(super) async fn delete(aws: &Aws, type_name: &str, id: &str) -> Result<Option<ProgressEvent>, Error> {
    let delete = aws.cloudcontrol().delete_resource().type_name(type_name).identifier(id);
    let call = async { delete.send().await.named(DELETE) };
    let deleted = aws.cloud_control_memory().paced(call).await;
    aws.cloud_control_memory().requested();
    match deleted.unless_missing(&["ResourceNotFoundException"])? {
        Some(deleted) => required(deleted.progress_event, "ProgressEvent").map(Some),
        None => Ok(None),
    }
}

/// Reads the latest event of a request.
pub(super) async fn status(aws: &Aws, token: &str) -> Result<ProgressEvent, Error> {
    let get = aws.cloudcontrol().get_resource_request_status().request_token(token);
    let call = async { get.send().await.named("cloudformation:GetResourceRequestStatus") };
    required(aws.cloud_control_memory().paced(call).await?.progress_event, "ProgressEvent")
}

/// Lists the requests of the account that are under way.
pub(super) async fn running(aws: &Aws) -> Result<Arc<Vec<Request>>, Error> {
    aws.cloud_control_memory().running(|| list_running(aws)).await
}

async fn list_running(aws: &Aws) -> Result<Vec<Request>, Error> {
    let filter = ResourceRequestStatusFilter::builder()
        .operation_statuses(OperationStatus::Pending)
        .operation_statuses(OperationStatus::InProgress)
        .operation_statuses(OperationStatus::CancelInProgress)
        .build();
    let mut requests = Vec::new();
    let mut next = None;
    loop {
        let list = aws.cloudcontrol().list_resource_requests().max_results(100).set_next_token(next);
        let list = list.resource_request_status_filter(filter.clone());
        let call = async { list.send().await.named("cloudformation:ListResourceRequests") };
        let page = aws.cloud_control_memory().paced(call).await?;
        let events = page.resource_request_status_summaries.unwrap_or_default();
        requests.extend(events.into_iter().map(|event| Request {
            operation: event.operation.map(|operation| operation.as_str().to_owned()).unwrap_or_default(),
            token: event.request_token.unwrap_or_default(),
            type_name: event.type_name.unwrap_or_default(),
            identifier: event.identifier,
        }));
        next = page.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(requests);
        }
    }
}
