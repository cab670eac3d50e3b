//! The end of a key: scheduled, called off, and over.

use serde_json::{Value, json};

use super::key::seconds;
use super::{Key, alias, name, text};
use crate::documents::World;
use crate::service::Fault;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// ScheduleKeyDeletion: in 7 to 30 days.
pub fn schedule(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let mut key = name::find_itself(world, text(input, "KeyId"))?;
    key.check_staying(world)?;
    let days = input["PendingWindowInDays"].as_i64().unwrap_or(30);
    let deleted_ms = world.now_ms + days * DAY_MS;
    key.deleted_ms = Some(deleted_ms);
    key.save(world)?;
    Ok(json!({
        "KeyId": key.arn(world), "DeletionDate": seconds(deleted_ms), "KeyState": key.state(),
        "PendingWindowInDays": days,
    }))
}

/// CancelKeyDeletion: the key stays, disabled.
pub fn cancel(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let mut key = name::find_itself(world, text(input, "KeyId"))?;
    if key.deleted_ms.take().is_none() {
        let message = format!("{} is not pending deletion.", key.arn(world));
        return Err(Fault::new("KMSInvalidStateException", message));
    }
    key.disable();
    key.save(world)?;
    Ok(json!({ "KeyId": key.arn(world) }))
}

/// Forgets the keys whose time has come, and their aliases.
pub fn forget_over(world: &mut World<'_>) -> Result<(), Fault> {
    let now_ms = world.now_ms;
    for key in Key::all(world.own)?.iter().filter(|key| key.deleted_ms.is_some_and(|at| now_ms >= at)) {
        key.remove(world);
        alias::forget_of(world, key);
    }
    Ok(())
}
