//! Client tokens: valid for 36 hours after their use ("A client token is valid for 36 hours once used. After that, a resource request
//! with the same client token is treated as a new request.").

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::request::Request;
use crate::documents::CallContext;
use crate::service::Fault;

/// The table of client tokens.
const TABLE: &str = "ClientToken";

const VALID_MS: i64 = 36 * 60 * 60 * 1000;

/// Returns the event of the request that was made with the token of a call. That a repeated call gets the event of the first
/// is what "idempotency" says and emulators do; AWS does not document it in so many words.
pub fn replayed(operation: &str, input: &Value, context: &CallContext<'_>) -> Result<Option<Value>, Fault> {
    let known = input["ClientToken"].as_str().and_then(|token| context.own.get(TABLE, token));
    let Some(known) = known else { return Ok(None) };
    if known["digest"] != digest(operation, input) {
        let message = "The specified client token has already been used in another resource request.";
        return Err(Fault::new("ClientTokenConflictException", message));
    }
    let request = Request::find(context.own, known["request"].as_str().unwrap_or_default())?;
    Ok(request.map(|request| json!({ "ProgressEvent": request.event(context.now_ms) })))
}

/// Remembers the token of a call.
pub fn remember(operation: &str, input: &Value, request: &Request, context: &mut CallContext<'_>) {
    if let Some(token) = input["ClientToken"].as_str() {
        let record = json!({ "digest": digest(operation, input), "request": request.token, "used_ms": context.now_ms });
        context.own.put(TABLE, token, record);
    }
}

/// Forgets the tokens that are no longer valid.
pub fn forget_old(context: &mut CallContext<'_>) {
    let now_ms = context.now_ms;
    let valid = |record: &Value| record["used_ms"].as_i64().is_some_and(|used_ms| now_ms < used_ms + VALID_MS);
    context.own.retain(TABLE, |_, record| valid(record));
}

/// Returns a digest of the parts that make a request: its desired state may have secrets.
fn digest(operation: &str, input: &Value) -> String {
    let parts = ["TypeName", "Identifier", "DesiredState", "PatchDocument", "RoleArn", "TypeVersionId"];
    let mut text = operation.to_owned();
    for part in parts {
        text.push('\n');
        text.push_str(input[part].as_str().unwrap_or_default());
    }
    Sha256::digest(text).iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"))
}
