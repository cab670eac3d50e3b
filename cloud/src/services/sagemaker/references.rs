//! References of SageMaker's inputs to resources of other services, which must exist.

use serde_json::Value;

use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::invalid;

/// Checks that a role, if one is given, is there to be assumed.
pub fn check_role(context: &CallContext<'_>, arn: &Value) -> Result<(), Fault> {
    let Some(arn) = arn.as_str() else { return Ok(()) };
    // arn:aws:iam::ACCOUNT:role/PATH/NAME
    let account = arn.split(':').nth(4).unwrap_or_default();
    if account != context.account {
        return Err(Fault::new("AccessDeniedException", "Cross-account pass role is not allowed."));
    }
    let name = arn.rsplit('/').next().unwrap_or_default();
    let roles = context.other("iam");
    let there = roles.get("Role", name).filter(|role| role["Arn"].as_str().is_none_or(|known| known == arn));
    // A new role takes a while to be known everywhere.
    let known_ms =
        |role: &Value| role["CreatedMs"].as_i64().unwrap_or_default().saturating_add(context.assumable_after_ms);
    if there.is_some_and(|role| context.now_ms >= known_ms(role)) {
        return Ok(());
    }
    Err(invalid(format!(
        "Could not assume role {arn}. Please ensure that the role exists and allows principal \
         'sagemaker.amazonaws.com' to assume the role."
    )))
}

/// Checks that subnets and security groups, if any are given, exist.
pub fn check_network(context: &CallContext<'_>, vpc_config: &Value) -> Result<(), Fault> {
    if vpc_config.is_null() {
        return Ok(());
    }
    let ec2 = context.other("ec2");
    for (member, table, noun) in
        [("Subnets", "Subnet", "subnet"), ("SecurityGroupIds", "SecurityGroup", "security group")]
    {
        for id in vpc_config[member].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if ec2.get(table, id).is_none() {
                return Err(invalid(format!("The {noun} '{id}' does not exist.")));
            }
        }
    }
    Ok(())
}
