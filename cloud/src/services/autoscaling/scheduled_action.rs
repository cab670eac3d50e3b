//! Scheduled actions.

use serde_json::{Value, json};

use super::records::{self, SCHEDULED_ACTIONS};
use super::target_id::TargetId;
use super::{schedule, target};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// How many scheduled actions a target may have.
const LIMIT: usize = 200;

/// PutScheduledAction: creates an action, or changes the given members of an existing one. Start and end are replaced
/// in any case: without them the old ones are deleted.
pub fn put(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let id = TargetId::of(input)?;
    records::check_registered(&id, context)?;
    let name = text(input, "ScheduledActionName");
    let key = id.key_of(name);
    let mut action = match context.own.get(SCHEDULED_ACTIONS, &key) {
        Some(before) => before.clone(),
        None => fresh(&id, name, input, context)?,
    };
    for member in ["Schedule", "Timezone"] {
        if !input[member].is_null() {
            action[member] = input[member].clone();
        }
    }
    schedule::check(text(&action, "Schedule"))?;
    if let Some(zone) = action["Timezone"].as_str() {
        schedule::check_zone(zone)?;
    }
    let limits = &input["ScalableTargetAction"];
    if !limits.is_null() {
        if limits["MinCapacity"].is_null() && limits["MaxCapacity"].is_null() {
            return Err(invalid("ScalableTargetAction needs a MinCapacity, a MaxCapacity, or both"));
        }
        target::check_capacities(&limits["MinCapacity"], &limits["MaxCapacity"])?;
        action["ScalableTargetAction"] = limits.clone();
    }
    if let (Some(start), Some(end)) = (input["StartTime"].as_f64(), input["EndTime"].as_f64())
        && start >= end
    {
        return Err(invalid("StartTime must be before EndTime"));
    }
    for member in ["StartTime", "EndTime"] {
        action[member] = input[member].clone();
    }
    action["SinceMs"] = json!(context.now_ms);
    context.own.put(SCHEDULED_ACTIONS, key, action);
    Ok(json!({}))
}

fn fresh(id: &TargetId, name: &str, input: &Value, context: &CallContext<'_>) -> Result<Value, Fault> {
    for member in ["Schedule", "ScalableTargetAction"] {
        if input[member].is_null() {
            return Err(invalid(format!("{member} is required to create a scheduled action")));
        }
    }
    if context.own.all(SCHEDULED_ACTIONS).filter(|(_, action)| action["Target"] == id.key()).count() >= LIMIT {
        let message = format!("A scalable target may have at most {LIMIT} scheduled actions");
        return Err(Fault::new("LimitExceededException", message));
    }
    let mut action = id.members();
    action["Target"] = json!(id.key());
    action["ScheduledActionName"] = json!(name);
    action["ScheduledActionARN"] = json!(format!(
        "arn:{}:autoscaling:{}:{}:scheduledAction:{}:resource/{}/{}:scheduledActionName/{name}",
        context.partition(),
        context.region,
        context.account,
        uuid::Uuid::new_v4(),
        id.namespace,
        id.resource
    ));
    action["CreatedMs"] = json!(context.now_ms);
    Ok(action)
}

/// DeleteScheduledAction.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let id = TargetId::of(input)?;
    let name = text(input, "ScheduledActionName");
    match context.own.remove(SCHEDULED_ACTIONS, &id.key_of(name)) {
        Some(_) => Ok(json!({})),
        None => Err(id.missing("scheduled action", Some(("scheduled action name", name)))),
    }
}
