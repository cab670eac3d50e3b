//! The names of secrets that were deleted by force, which AWS keeps for a while.

use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use crate::documents::CallContext;
use crate::durations::milliseconds;

/// The names, each with the instant in milliseconds from which it is free.
const RESERVED: &str = "ebb:reserved-names";

/// Keeps the name of a secret that was deleted by force: for a while, AWS refuses to create another one of that name as if
/// its deletion were scheduled (terraform-provider-aws, `internal/service/secretsmanager/secret.go`).
pub(super) fn keep(response: &MockResponse, context: &mut CallContext<'_>) {
    let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    if let Some(name) = answer["Name"].as_str() {
        let until = context.now_ms.saturating_add(milliseconds(context.durations.secret_name));
        context.own.put(RESERVED, name, json!(until));
    }
}

/// Returns whether a name is still taken by a secret that was deleted by force.
pub(super) fn contains(name: &str, context: &CallContext<'_>) -> bool {
    context.own.get(RESERVED, name).and_then(Value::as_i64).is_some_and(|until| context.now_ms < until)
}
