//! Lists of scaling policies.

use serde_json::Value;

use super::list::{List, seconds};
use super::records::POLICIES;
use crate::documents::CallContext;
use crate::service::Fault;

/// DescribeScalingPolicies.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let list = List { table: POLICIES, member: "ScalingPolicies", names: ("PolicyNames", "PolicyName"), limit: 10 };
    list.respond(input, context, |policy| {
        let mut shown = policy.clone();
        shown["CreationTime"] = seconds(&policy["CreatedMs"]);
        if let Some(members) = shown.as_object_mut() {
            members.retain(|member, _| !matches!(member.as_str(), "CreatedMs" | "Target"));
        }
        shown
    })
}
