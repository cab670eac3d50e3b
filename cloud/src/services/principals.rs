//! The principals of policies, which must exist.

use serde_json::Value;

use crate::documents::CallContext;

/// Returns the first role of the account in a policy that does not exist, or is not old enough to be known everywhere.
pub(crate) fn unknown(policy: &str, context: &CallContext<'_>) -> Option<String> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.as_slice(),
        statement => std::slice::from_ref(statement),
    };
    let principals = statements.iter().flat_map(|statement| match &statement["Principal"]["AWS"] {
        Value::Array(principals) => principals.as_slice(),
        principal => std::slice::from_ref(principal),
    });
    let own_roles = format!("arn:{}:iam::{}:role/", context.partition(), context.account);
    let mut roles = principals.filter_map(Value::as_str).filter(|arn| arn.starts_with(&own_roles)).peekable();
    roles.peek()?;
    let iam = context.other("iam");
    let is_known = |arn: &str| {
        let role = arn.rsplit('/').next().and_then(|name| iam.get("Role", name)).filter(|role| role["Arn"] == arn);
        let created_ms = role.and_then(|role| role["CreatedMs"].as_i64());
        created_ms.is_some_and(|created_ms| context.now_ms >= created_ms.saturating_add(context.assumable_after_ms))
    };
    roles.find(|arn| !is_known(arn)).map(str::to_owned)
}
