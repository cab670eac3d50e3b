//! The tables of Auto Scaling, and lookups in them.

use super::target_id::TargetId;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::scalable_targets::TARGETS;

/// The table of scaling policies, by [`TargetId::key_of`].
pub const POLICIES: &str = "ScalingPolicy";

/// The table of scheduled actions, by [`TargetId::key_of`].
pub const SCHEDULED_ACTIONS: &str = "ScheduledAction";

/// Checks that a target is registered.
pub fn check_registered(id: &TargetId, context: &CallContext<'_>) -> Result<(), Fault> {
    match context.own.get(TARGETS, &id.key()) {
        Some(_) => Ok(()),
        None => Err(id.missing("scalable target", None)),
    }
}
