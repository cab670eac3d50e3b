//! The policy of endpoints that have none of their own.

use serde_json::{Value, json};

/// Returns the policy that AWS gives an endpoint without a policy of its own: full access, with a version for gateway
/// endpoints and without one for interface endpoints.
pub(super) fn default_policy() -> Value {
    json!({
        "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" }],
    })
}
