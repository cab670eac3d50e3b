//! Lists of scheduled actions.

use serde_json::Value;

use super::list::{List, seconds};
use super::records::SCHEDULED_ACTIONS;
use crate::documents::CallContext;
use crate::service::Fault;

/// DescribeScheduledActions.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let list = List {
        table: SCHEDULED_ACTIONS,
        member: "ScheduledActions",
        names: ("ScheduledActionNames", "ScheduledActionName"),
        limit: 50,
    };
    list.respond(input, context, |action| {
        let mut shown = action.clone();
        shown["CreationTime"] = seconds(&action["CreatedMs"]);
        if let Some(members) = shown.as_object_mut() {
            members.retain(|member, value| {
                !matches!(member.as_str(), "CreatedMs" | "SinceMs" | "Target") && !value.is_null()
            });
        }
        shown
    })
}
