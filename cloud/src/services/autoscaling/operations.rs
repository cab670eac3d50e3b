//! The handler of each operation.

use super::{activity, policy, policy_list, scheduled_action, scheduled_action_list, tags, target, target_list};
use crate::services::json::Handler;

/// Returns the handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "RegisterScalableTarget" => target::register,
        "DescribeScalableTargets" => target_list::describe,
        "DeregisterScalableTarget" => target::deregister,
        "PutScalingPolicy" => policy::put,
        "DescribeScalingPolicies" => policy_list::describe,
        "DeleteScalingPolicy" => policy::delete,
        "PutScheduledAction" => scheduled_action::put,
        "DescribeScheduledActions" => scheduled_action_list::describe,
        "DeleteScheduledAction" => scheduled_action::delete,
        "DescribeScalingActivities" => activity::describe,
        "TagResource" => tags::tag,
        "UntagResource" => tags::untag,
        "ListTagsForResource" => tags::list,
        _ => return None,
    })
}
