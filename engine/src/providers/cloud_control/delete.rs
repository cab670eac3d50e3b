//! Deleting a resource.

use super::calls::{self, DELETE};
use super::event::{Progress, failure, progress};
use super::shape::Shape;
use super::wait::{SHORT, wait};
use crate::providers::data_guard::guard_data;
use crate::sdk::{Context, Error, ErrorKind};

/// Deletes the resource. `data` is the data that it may hold, in words. That it is missing already shows at once, or as the failure of the request.
pub(super) async fn delete(context: &Context, shape: &Shape, id: &str, data: Option<String>) -> Result<(), Error> {
    let aws = &context.aws;
    guard_data(context, id, async {
        let Some(data) = data else { return Ok(None) };
        Ok(calls::get(aws, &shape.type_name, id).await?.map(|_| data))
    })
    .await?;
    let Some(event) = calls::delete(aws, &shape.type_name, id).await? else { return Ok(()) };
    let event = wait(aws, event, SHORT).await?;
    match progress(&event) {
        Progress::Succeeded => Ok(()),
        Progress::Failed => match failure(DELETE, &event) {
            error if error.kind == ErrorKind::NotFound => Ok(()),
            error => Err(error),
        },
        Progress::Running => {
            if let Some(token) = event.request_token() {
                aws.cloud_control_memory().takes_long(&shape.type_name, id, token);
            }
            Ok(())
        }
    }
}
