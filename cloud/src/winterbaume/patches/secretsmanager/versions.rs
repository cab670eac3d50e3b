//! New values: winterbaume drops binary ones, leaves `AWSPREVIOUS` on every older version, gives updates ids of its
//! own, and changes secrets that await their deletion.

use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use super::kept::keep_key;
use super::name::name_of;
use super::tokens::{before_value, binary, repeated};
use crate::documents::CallContext;
use crate::service::Fault;

/// Handles `PutSecretValue` and `UpdateSecret`, unless the secret is unknown.
pub(super) fn respond(
    operation: &str,
    body: &Value,
    context: &mut CallContext<'_>,
) -> Result<Option<MockResponse>, Fault> {
    let Some(name) = body["SecretId"].as_str().and_then(|id| name_of(context, id)) else { return Ok(None) };
    let now = instant(context.now_ms);
    let Some(secret) = context.own.get_mut("secrets", &name) else { return Ok(None) };
    if secret["deleted_date"].is_string() {
        return Err(Fault::new(
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
        ));
    }
    let has_value = body["SecretString"].is_string() || body["SecretBinary"].is_string();
    let made_before = if has_value { before_value(body, secret)? } else { None };
    if operation == "PutSecretValue" {
        if made_before.is_some() {
            return Ok(made_before);
        }
        if !has_value {
            return Err(Fault::new("InvalidRequestException", "You must provide either SecretString or SecretBinary."));
        }
    }
    let mut answer = json!({ "ARN": secret["arn"], "Name": secret["name"] });
    if operation == "UpdateSecret" && body["Description"].is_string() {
        secret["description"] = body["Description"].clone();
    }
    if has_value {
        let id = body["ClientRequestToken"].as_str().map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
        if made_before.is_none() {
            add(secret, &id, body, &now);
        }
        answer["VersionId"] = json!(id);
        if operation == "PutSecretValue" {
            return Ok(Some(repeated(secret, &secret["versions"][&id])));
        }
    }
    secret["last_changed_date"] = json!(now);
    keep_key(body, &name, context);
    Ok(Some(MockResponse::json(200, answer.to_string())))
}

/// Adds a version and moves the stages: the current version becomes the previous one, and a version without stages
/// goes.
fn add(secret: &mut Value, id: &str, body: &Value, now: &str) {
    let stages: Vec<String> = match body["VersionStages"].as_array() {
        Some(stages) => stages.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => vec!["AWSCURRENT".to_owned()],
    };
    let becomes_current = stages.iter().any(|stage| stage == "AWSCURRENT");
    if let Some(versions) = secret["versions"].as_object_mut() {
        for version in versions.values_mut() {
            let Some(held) = version["version_stages"].as_array_mut() else { continue };
            let was_current = held.iter().any(|stage| stage == "AWSCURRENT");
            held.retain(|stage| {
                !(stages.iter().any(|moved| stage == moved) || becomes_current && stage == "AWSPREVIOUS")
            });
            if was_current && becomes_current {
                held.push(json!("AWSPREVIOUS"));
            }
        }
        versions.retain(|_, version| version["version_stages"].as_array().is_some_and(|held| !held.is_empty()));
    }
    secret["versions"][id] = json!({
        "version_id": id,
        "secret_string": body["SecretString"],
        "secret_binary": binary(body),
        "created_date": now,
        "version_stages": stages,
    });
    secret["last_changed_date"] = json!(now);
    if becomes_current {
        secret["current_version_id"] = json!(id);
    }
}

/// Returns an instant as the document keeps it.
fn instant(now_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(now_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}
