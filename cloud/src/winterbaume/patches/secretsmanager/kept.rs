//! Parts of a secret that winterbaume does not keep: its first version's id (the client's token), a binary value at
//! creation, and its key.

use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use super::name::name_of;
use super::reserved;
use super::tokens::binary;
use crate::documents::CallContext;

/// The keys of secrets that have one, by name.
const KEYS: &str = "ebb:kms-keys";

/// Keeps it, and puts it into the responses.
pub(super) fn amend(
    operation: &str,
    body: &Value,
    response: MockResponse,
    context: &mut CallContext<'_>,
) -> MockResponse {
    let id = body["Name"].as_str().or(body["SecretId"].as_str()).unwrap_or_default();
    // A deletion by force has removed the secret already.
    let Some(name) = name_of(context, id) else {
        context.own.retain(KEYS, |key, _| key != id);
        if operation == "DeleteSecret" {
            reserved::keep(&response, context);
        }
        return response;
    };
    match operation {
        "CreateSecret" => {
            keep_key(body, &name, context);
            match keep_version(body, &name, context) {
                Some(version) => patched(response, "VersionId", json!(version)),
                None => response,
            }
        }
        "DescribeSecret" => match context.own.get(KEYS, &name) {
            Some(key) => patched(response, "KmsKeyId", key.clone()),
            None => response,
        },
        "GetSecretValue" => {
            let Ok(answer) = serde_json::from_slice::<Value>(&response.body) else { return response };
            let version = answer["VersionId"].as_str().unwrap_or_default();
            let stored = context.own.get("secrets", &name).and_then(|secret| secret["versions"].get(version));
            match stored.and_then(|version| version["secret_binary"].as_str()).and_then(unhex) {
                Some(bytes) => {
                    use base64::Engine;
                    patched(response, "SecretBinary", json!(base64::engine::general_purpose::STANDARD.encode(bytes)))
                }
                None => response,
            }
        }
        _ => response,
    }
}

/// Keeps the key that a call names.
pub(super) fn keep_key(body: &Value, name: &str, context: &mut CallContext<'_>) {
    if body["KmsKeyId"].is_string() {
        context.own.put(KEYS, name, body["KmsKeyId"].clone());
    }
}

/// Adds the first version, under the client's token, and returns its id.
fn keep_version(body: &Value, name: &str, context: &mut CallContext<'_>) -> Option<String> {
    let binary = binary(body);
    if binary.is_none() && !body["SecretString"].is_string() {
        return None;
    }
    let secret = context.own.get_mut("secrets", name)?;
    let made = secret["current_version_id"].as_str().map(str::to_owned);
    let id = body["ClientRequestToken"].as_str().map(str::to_owned).or_else(|| made.clone());
    let id = id.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let created = secret["created_date"].clone();
    secret["current_version_id"] = json!(id);
    secret["versions"] = json!({ id.as_str(): {
        "version_id": id,
        "secret_string": body["SecretString"],
        "secret_binary": binary,
        "created_date": created,
        "version_stages": ["AWSCURRENT"],
    }});
    Some(id)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

fn patched(response: MockResponse, field: &str, value: Value) -> MockResponse {
    let Ok(mut answer) = serde_json::from_slice::<Value>(&response.body) else { return response };
    answer[field] = value;
    MockResponse { body: answer.to_string().into(), ..response }
}
