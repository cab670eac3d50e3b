//! The principals of a topic's policy, which must exist.

use serde_json::Value;

use super::input::invalid;
use crate::documents::CallContext;
use crate::service::Fault;

/// Refuses a policy that names a role of the account that does not exist or is too new to be known to SNS
/// (terraform-provider-aws, issue 26041).
pub(super) fn check(policy: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.as_slice(),
        statement => std::slice::from_ref(statement),
    };
    let principals = statements.iter().flat_map(|statement| match &statement["Principal"]["AWS"] {
        Value::Array(principals) => principals.as_slice(),
        principal => std::slice::from_ref(principal),
    });
    let own_roles = format!("arn:aws:iam::{}:role/", context.account);
    let mut roles = principals.filter_map(Value::as_str).filter(|arn| arn.starts_with(&own_roles)).peekable();
    if roles.peek().is_none() {
        return Ok(());
    }
    let iam = context.other("iam");
    let is_known = |arn: &str| {
        let role = arn.rsplit('/').next().and_then(|name| iam.get("Role", name)).filter(|role| role["Arn"] == arn);
        let created_ms = role.and_then(|role| role["CreatedMs"].as_i64());
        created_ms.is_some_and(|created_ms| context.now_ms >= created_ms.saturating_add(context.assumable_after_ms))
    };
    if roles.all(is_known) { Ok(()) } else { Err(invalid("Policy Error: PrincipalNotFound")) }
}
