//! The calls of Cloud Control, each in its turn.

use std::sync::Arc;

use aws_sdk_cloudcontrol::types::{Operation, OperationStatus, ProgressEvent, ResourceRequestStatusFilter};
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
    let filter = ResourceRequestStatusFilter::builder()
        .operation_statuses(OperationStatus::Pending)
        .operation_statuses(OperationStatus::InProgress)
        .operation_statuses(OperationStatus::CancelInProgress)
        .build();
    aws.cloud_control_memory().running(|| requests(aws, filter)).await
}

/// Lists the creations of resources of a type that AWS remembers, whatever became of them: those of the last seven days.
pub(super) async fn creations(aws: &Aws, type_name: &str) -> Result<Vec<Request>, Error> {
    let filter = ResourceRequestStatusFilter::builder().operations(Operation::Create).build();
    let mut requests = requests(aws, filter).await?;
    requests.retain(|request| request.type_name == type_name);
    Ok(requests)
}

async fn requests(aws: &Aws, filter: ResourceRequestStatusFilter) -> Result<Vec<Request>, Error> {
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
            at_ms: event.event_time.and_then(|time| time.to_millis().ok()),
        }));
        next = page.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(requests);
        }
    }
}

/// Lists the identifiers of the resources of a type. `parent` has the properties without which there is no list.
pub(super) async fn list(aws: &Aws, type_name: &str, parent: Option<String>) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    let mut next = None;
    loop {
        let list = aws.cloudcontrol().list_resources().type_name(type_name).set_next_token(next);
        let list = list.set_resource_model(parent.clone());
        let call = async { list.send().await.named("cloudformation:ListResources") };
        // A parent that is gone has no resources.
        let page = aws.cloud_control_memory().paced(call).await.unless_missing(&["ResourceNotFoundException"])?;
        let Some(page) = page else { return Ok(ids) };
        let found = page.resource_descriptions.unwrap_or_default();
        ids.extend(found.into_iter().filter_map(|description| description.identifier));
        next = page.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(ids);
        }
    }
}
