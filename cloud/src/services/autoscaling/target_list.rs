//! Lists of scalable targets.

use serde_json::Value;

use super::list::{List, seconds};
use super::records::TARGETS;
use crate::documents::CallContext;
use crate::service::Fault;

/// DescribeScalableTargets.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let list = List { table: TARGETS, member: "ScalableTargets", names: ("ResourceIds", "ResourceId"), limit: 50 };
    list.answer(input, context, |target| {
        let mut shown = target.clone();
        shown["CreationTime"] = seconds(&target["CreatedMs"]);
        if let Some(members) = shown.as_object_mut() {
            members.retain(|member, _| !matches!(member.as_str(), "CreatedMs" | "ResourceCreatedMs"));
        }
        shown
    })
}
