//! Changing a resource in place.

use serde_json::{Map, Value};

use super::calls::{self, UPDATE};
use super::event::{Progress, failure, progress};
use super::patch::patch;
use super::shape::Shape;
use super::wait::{SHORT, wait};
use crate::sdk::{Context, Error, ErrorKind};

/// Changes the fields that differ. A client token is of no use: the same change may be right again after another.
/// `constants` are the properties of no field.
pub(super) async fn update(
    context: &Context,
    shape: &Shape,
    id: &str,
    constants: &Map<String, Value>,
    (from, to): (&Value, &Value),
) -> Result<(), Error> {
    let aws = &context.aws;
    let Some(live) = calls::get(aws, &shape.type_name, id).await? else {
        return Err(Error::new(ErrorKind::NotFound, format!("{id} does not exist")));
    };
    let Some(patch) = patch(shape, (&context.identity.tags(), constants), &live, (from, to)) else { return Ok(()) };
    let event = calls::update(aws, &shape.type_name, id, &patch.to_string()).await?;
    let event = wait(aws, event, SHORT).await?;
    match progress(&event) {
        Progress::Succeeded => Ok(()),
        Progress::Failed => Err(failure(UPDATE, &event)),
        Progress::Running => {
            if let Some(token) = event.request_token() {
                aws.cloud_control_memory().takes_long(&shape.type_name, id, token);
            }
            Ok(())
        }
    }
}
