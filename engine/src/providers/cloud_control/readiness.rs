//! Whether a resource can be used.

use super::calls::{self, CREATE, DELETE, UPDATE};
use super::event::{Progress, failure, progress};
use super::shape::Shape;
use crate::sdk::{Aws, Error};
use ebbtide::resource::Readiness;

/// Returns whether the resource can be used. "Ready" is that no request on it is under way: many types have no status.
pub(super) async fn readiness(aws: &Aws, shape: &Shape, id: &str) -> Result<Readiness, Error> {
    let running = calls::running(aws).await?;
    let is_on_it = |identifier: Option<&str>| identifier == Some(id);
    let request =
        running.iter().find(|request| request.type_name == shape.type_name && is_on_it(request.identifier.as_deref()));
    if let Some(request) = request {
        let status = format!("{} in progress", request.operation);
        return Ok(if request.operation == "DELETE" {
            Readiness::Deleting(status)
        } else {
            Readiness::Pending(status)
        });
    }
    let memory = aws.cloud_control_memory();
    let Some(token) = memory.took_long(&shape.type_name, id) else { return Ok(Readiness::Ready) };
    let event = calls::status(aws, &token).await?;
    if progress(&event) == Progress::Failed {
        match event.operation().map(|operation| operation.as_str()) {
            Some("DELETE") => return Ok(Readiness::Failed(failure(DELETE, &event).message)),
            Some("UPDATE") => memory.update_failed(&shape.type_name, id, failure(UPDATE, &event).message),
            // A resource that is there although its creation failed is ours, and is changed or deleted like any other.
            _ => memory.creation_failed(&shape.type_name, id, failure(CREATE, &event)),
        }
    }
    Ok(Readiness::Ready)
}
