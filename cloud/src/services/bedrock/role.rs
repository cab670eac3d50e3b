//! Roles that Bedrock assumes.

use serde_json::Value;

use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::invalid;

/// The role of an ARN, if other services know it by now: a new one takes a while, and so does a change of its policies.
pub struct Known {
    /// Whether its policies are those of now.
    pub has_policies: bool,
    /// Its trust policy.
    pub trust: String,
}

/// Returns the role of an ARN.
pub fn known(context: &CallContext<'_>, arn: &str) -> Option<Known> {
    let roles = context.other("iam");
    let role = roles.get("Role", arn.rsplit('/').next().unwrap_or_default());
    let role = role.filter(|role| role["Arn"].as_str().is_none_or(|known| known == arn))?;
    let is_known = |since: &Value| {
        let since_ms = since.as_i64().unwrap_or_default();
        context.now_ms >= since_ms.saturating_add(context.assumable_after_ms)
    };
    let trust = role["Trust"].to_string();
    is_known(&role["CreatedMs"]).then(|| Known { has_policies: is_known(&role["PolicyMs"]), trust })
}

/// Checks that the role of a job or a model can be assumed.
pub fn check_role(context: &CallContext<'_>, arn: &str) -> Result<(), Fault> {
    match known(context, arn) {
        Some(_) => Ok(()),
        None => Err(invalid(format!(
            "Could not assume provided IAM role: {arn}. Please ensure that the role exists and that Amazon Bedrock can assume it."
        ))),
    }
}
