//! Lists of scalable targets.

use serde_json::Value;

use super::list::{List, seconds};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::scalable_targets::TARGETS;

/// DescribeScalableTargets.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let list = List { table: TARGETS, member: "ScalableTargets", names: ("ResourceIds", "ResourceId"), limit: 50 };
    list.respond(input, context, |target| {
        let mut shown = target.clone();
        shown["CreationTime"] = seconds(&target["CreatedMs"]);
        if let Some(members) = shown.as_object_mut() {
            members.retain(|member, _| !matches!(member.as_str(), "CreatedMs" | "ResourceCreatedMs"));
        }
        shown
    })
}
