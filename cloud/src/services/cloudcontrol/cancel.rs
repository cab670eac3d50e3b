//! CancelResourceRequest: "Only resource operations requests with a status of PENDING or IN_PROGRESS can be canceled". The error for
//! others is not documented; it is that of the two in the model that is not about the token.

use serde_json::{Value, json};

use super::events;
use crate::documents::CallContext;
use crate::service::Fault;

/// CancelResourceRequest.
pub fn cancel(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut request = events::of_token(input, context)?;
    let status = request.status(context.now_ms);
    if !["PENDING", "IN_PROGRESS"].contains(&status) {
        let message = format!("The request cannot be canceled, its status is {status}");
        return Err(Fault::new("ConcurrentModificationException", message));
    }
    request.canceled_ms = Some(context.now_ms);
    request.save(context.own)?;
    Ok(json!({ "ProgressEvent": request.event(context.now_ms) }))
}
