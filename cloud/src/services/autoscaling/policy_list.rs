//! Lists of scaling policies.

use serde_json::Value;

use super::list::List;
use super::{policy, seconds};
use crate::documents::World;
use crate::service::Fault;

/// DescribeScalingPolicies.
pub fn describe(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let list =
        List { table: policy::TABLE, member: "ScalingPolicies", names: ("PolicyNames", "PolicyName"), limit: 10 };
    list.answer(input, world, |policy| {
        let mut shown = policy.clone();
        shown["CreationTime"] = seconds(&policy["CreatedMs"]);
        if let Some(members) = shown.as_object_mut() {
            members.retain(|member, _| !matches!(member.as_str(), "CreatedMs" | "Target"));
        }
        shown
    })
}
