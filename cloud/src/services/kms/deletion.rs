//! The end of a key: scheduled, called off, and over.

use serde_json::{Value, json};

use super::{Key, alias, name};
use crate::clock::seconds;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// ScheduleKeyDeletion: in 7 to 30 days.
pub fn schedule(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut key = name::find_itself(context, text(input, "KeyId"))?;
    key.check_staying(context)?;
    let days = input["PendingWindowInDays"].as_i64().unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(invalid(format!("PendingWindowInDays is {days}, but must be from 7 to 30")));
    }
    let deleted_ms = context.now_ms + days * DAY_MS;
    key.deleted_ms = Some(deleted_ms);
    key.save(context)?;
    Ok(json!({
        "KeyId": key.arn(context), "DeletionDate": seconds(deleted_ms), "KeyState": key.state(),
        "PendingWindowInDays": days,
    }))
}

/// CancelKeyDeletion: the key stays, disabled.
pub fn cancel(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut key = name::find_itself(context, text(input, "KeyId"))?;
    if key.deleted_ms.take().is_none() {
        let message = format!("{} is not pending deletion.", key.arn(context));
        return Err(Fault::new("KMSInvalidStateException", message));
    }
    key.disable();
    key.save(context)?;
    Ok(json!({ "KeyId": key.arn(context) }))
}

/// Forgets the keys whose time has come, and their aliases.
pub fn forget_over(context: &mut CallContext<'_>) -> Result<(), Fault> {
    let now_ms = context.now_ms;
    for key in Key::all(context.own)?.iter().filter(|key| key.deleted_ms.is_some_and(|at| now_ms >= at)) {
        key.remove(context);
        alias::forget_of(context, key);
    }
    Ok(())
}
