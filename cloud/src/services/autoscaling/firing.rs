//! Scheduled actions whose time has come.
//!
//! "A scheduled action sets the minimum and maximum capacity of a scalable target to what is specified by the scheduled
//! action" (Application Auto Scaling User Guide, "How scheduled scaling works").
//!
//! "To complete a scheduled action successfully, the specified resource must be in a scalable state in the target service. If it
//! isn't, the request fails and returns an error message" (ibid., "Considerations"). The request is the one for the bounds, and
//! AWS does not repeat it: neither the bounds nor the capacity change until the next run.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::capacity;
use super::last_run::last_run;
use super::records::SCHEDULED_ACTIONS;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;
use crate::services::sagemaker::{Endpoint, Record as _};
use crate::services::scalable_targets::{Named, TARGETS, named};

/// A run of an action.
struct Run {
    at_ms: i64,
    key: String,
    target: String,
    bounds: Value,
}

/// Lets the actions that are due set the bounds of their targets, in the order of their times. They run with the first call
/// of Auto Scaling after their time: until then, endpoints keep their capacities.
pub fn fire_due(context: &mut CallContext<'_>) -> Result<(), Fault> {
    let mut due: Vec<Run> =
        context.own.all(SCHEDULED_ACTIONS).filter_map(|(key, action)| run(key, action, context)).collect();
    due.sort_by_key(|run| run.at_ms);
    for run in due {
        if is_scalable(&run, context)?
            && let Some(target) = context.own.get_mut(TARGETS, &run.target)
            && target["SuspendedState"]["ScheduledScalingSuspended"] != true
        {
            for member in ["MinCapacity", "MaxCapacity"] {
                if !run.bounds[member].is_null() {
                    target[member] = run.bounds[member].clone();
                }
            }
            let target = target.clone();
            capacity::bring_into_bounds(&target, context)?;
        }
        if let Some(action) = context.own.get_mut(SCHEDULED_ACTIONS, &run.key) {
            action["SinceMs"] = json!(run.at_ms);
        }
    }
    Ok(())
}

/// Returns whether the resource of a run was in a scalable state: an endpoint in no transition.
fn is_scalable(run: &Run, context: &CallContext<'_>) -> Result<bool, Fault> {
    let resource = context.own.get(TARGETS, &run.target).map(|target| text(target, "ResourceId"));
    let Some(Named::Variant { endpoint, .. }) = resource.and_then(named) else { return Ok(true) };
    let endpoint = Endpoint::standing(&context.other("sagemaker"), context.now_ms, endpoint)?;
    Ok(endpoint.is_none_or(|endpoint| !endpoint.was_in_transition(run.at_ms)))
}

fn run(key: &str, action: &Value, context: &CallContext<'_>) -> Option<Run> {
    let instant = |ms: i64| Timestamp::from_millisecond(ms).ok();
    let seconds =
        |member: &str| action[member].as_f64().and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
    let mut since = instant(action["SinceMs"].as_i64()?)?;
    if let Some(start) = seconds("StartTime") {
        since = since.max(start);
    }
    let mut now = instant(context.now_ms)?;
    if let Some(end) = seconds("EndTime") {
        now = now.min(end);
    }
    let at = last_run(text(action, "Schedule"), action["Timezone"].as_str(), since, now)?;
    Some(Run {
        at_ms: at.as_millisecond(),
        key: key.to_owned(),
        target: text(action, "Target").to_owned(),
        bounds: action["ScalableTargetAction"].clone(),
    })
}
