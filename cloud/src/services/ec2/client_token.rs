//! Client tokens: a create call that is repeated with its token makes nothing new.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::documents::Tables;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// The table of tokens: operation and token → id of the resource, and hash of the request.
const TABLE: &str = "ClientToken";

/// Returns the id that an earlier call with this token made. The same token with other parameters is refused.
pub fn recall(parameters: &Parameters, tables: &Tables) -> Result<Option<String>, Fault> {
    let Some(record) = key(parameters).and_then(|key| tables.get(TABLE, &key)) else { return Ok(None) };
    if record["request"] != fingerprint(parameters) {
        return Err(Fault::new(
            "IdempotentParameterMismatch",
            "The client token was used before with different parameters",
        ));
    }
    Ok(record["id"].as_str().map(str::to_owned))
}

/// Remembers the resource that a call with a token made.
pub fn remember(parameters: &Parameters, tables: &mut Tables, id: &str) {
    if let Some(key) = key(parameters) {
        tables.put(TABLE, key, json!({ "id": id, "request": fingerprint(parameters) }));
    }
}

/// Forgets the tokens of something that is gone and no longer shown.
pub fn forget(tables: &mut Tables, id: &str) {
    tables.retain(TABLE, |_, record| record["id"] != id);
}

fn key(parameters: &Parameters) -> Option<String> {
    let token = parameters.get("ClientToken").filter(|token| !token.is_empty())?;
    Some(format!("{} {token}", parameters.operation()))
}

fn fingerprint(parameters: &Parameters) -> String {
    let mut hash = Sha256::new();
    for (key, value) in parameters.iter().filter(|(key, _)| *key != "DryRun") {
        hash.update(format!("{}:{key}={}:{value};", key.len(), value.len()));
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
