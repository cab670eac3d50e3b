//! Client tokens and reserved names: a repeated create or put with the same token and value gets the response of the
//! first, with another value it is refused, and the name of a secret that awaits its deletion stays taken.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use super::reserved;
use crate::documents::CallContext;
use crate::service::Fault;

/// Refuses, repeats, or lets a creation pass.
pub(super) fn before_create(body: &Value, context: &CallContext<'_>) -> Result<Option<MockResponse>, Fault> {
    let scheduled = || {
        Fault::new(
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        )
    };
    let Some(name) = body["Name"].as_str() else { return Ok(None) };
    if reserved::contains(name, context) {
        return Err(scheduled());
    }
    let Some(secret) = context.own.get("secrets", name) else { return Ok(None) };
    if secret["deleted_date"].is_string() {
        return Err(scheduled());
    }
    let exists = || {
        Fault::new(
            "ResourceExistsException",
            format!("The operation failed because the secret {} already exists.", body["Name"]),
        )
    };
    match version(body, secret) {
        Some(version) if same_value(body, version) => Ok(Some(repeated(secret, version))),
        _ => Err(exists()),
    }
}

/// Refuses a new value under a used token, repeats the response to the same one, or lets it pass.
pub(super) fn before_value(body: &Value, secret: &Value) -> Result<Option<MockResponse>, Fault> {
    match version(body, secret) {
        None => Ok(None),
        Some(version) if same_value(body, version) => Ok(Some(repeated(secret, version))),
        Some(_) => Err(Fault::new(
            "ResourceExistsException",
            "The operation failed because a version with this client request token and another value already exists.",
        )),
    }
}

fn version<'a>(body: &Value, secret: &'a Value) -> Option<&'a Value> {
    secret["versions"].get(body["ClientRequestToken"].as_str()?)
}

fn same_value(body: &Value, version: &Value) -> bool {
    body["SecretString"] == version["secret_string"]
        && binary(body).map(Value::from).unwrap_or_default() == version["secret_binary"]
}

/// Returns the binary value of a call in hexadecimal digits, as the document keeps it.
pub(super) fn binary(body: &Value) -> Option<String> {
    let bytes = STANDARD.decode(body["SecretBinary"].as_str()?).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Returns the response to the call that made this version.
pub(super) fn repeated(secret: &Value, version: &Value) -> MockResponse {
    let answer = json!({
        "ARN": secret["arn"],
        "Name": secret["name"],
        "VersionId": version["version_id"],
        "VersionStages": version["version_stages"],
    });
    MockResponse::json(200, answer.to_string())
}
