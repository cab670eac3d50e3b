//! Roles that Bedrock assumes in the very call that names them.

use std::time::Duration;

use crate::sdk::{Error, ErrorKind};

/// How long a role may be unknown to Bedrock. The AWS provider of Terraform retries for as long (`propagationTimeout` in
/// `internal/service/bedrock/custom_model.go`).
const ROLE_KNOWN_WITHIN: Duration = Duration::from_mins(2);

/// Explains a refusal of a call that tries at once to assume a role, which reads `things`.
pub(super) fn explain(error: Error, things: &str) -> Error {
    if error.kind != ErrorKind::NotYet && !error.message.contains("Could not assume") {
        return error;
    }
    let hint =
        format!("the role must trust bedrock.amazonaws.com and read {things}: correct it, then run the same command");
    error.as_kind(ErrorKind::NotYet).retry_within(ROLE_KNOWN_WITHIN).hint(hint)
}
