//! The policies of keys, which are kept and not evaluated, and their rotation.

use serde_json::{Value, json};

use super::name;
use super::records::Key;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// The only name of a policy.
const NAME: &str = "default";

/// Returns the policy of a call, if it has one.
pub fn given(input: &Value) -> Result<Option<String>, Fault> {
    let Some(policy) = input["Policy"].as_str() else { return Ok(None) };
    let is_policy = serde_json::from_str::<Value>(policy).is_ok_and(|policy| !policy["Statement"].is_null());
    if !is_policy {
        return Err(Fault::new("MalformedPolicyDocumentException", "The policy document is not valid"));
    }
    Ok(Some(policy.to_owned()))
}

/// Returns the policy of a key that was created without one. Source: "Default key policy" in AWS's guide to KMS.
fn default_policy(context: &CallContext<'_>) -> String {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:{}:iam::{}:root", context.partition(), context.account) },
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
    .to_string()
}

fn check_name(input: &Value) -> Result<(), Fault> {
    match input["PolicyName"].as_str() {
        None | Some(NAME) => Ok(()),
        Some(other) => Err(name::missing(format!("No such policy exists: {other}"))),
    }
}

/// GetKeyPolicy.
pub fn get(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let key = name::find_itself(context, text(input, "KeyId"))?;
    check_name(input)?;
    let policy = key.policy.unwrap_or_else(|| default_policy(context));
    Ok(json!({ "Policy": policy, "PolicyName": NAME }))
}

/// PutKeyPolicy.
pub fn put(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut key = name::find_itself(context, text(input, "KeyId"))?;
    check_name(input)?;
    key.check_staying(context)?;
    key.policy = given(input)?;
    key.save(context)?;
    Ok(json!({}))
}

/// ListKeyPolicies.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    name::find_itself(context, text(input, "KeyId"))?;
    Ok(json!({ "PolicyNames": [NAME], "Truncated": false }))
}

/// GetKeyRotationStatus.
pub fn rotation(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let key = name::find_itself(context, text(input, "KeyId"))?;
    let mut shown = json!({ "KeyId": key.arn(context), "KeyRotationEnabled": key.rotated });
    if key.rotated {
        shown["RotationPeriodInDays"] = json!(key.rotation_days);
    }
    Ok(shown)
}

/// EnableKeyRotation, every 90 to 2,560 days, a year unless given. Source: API reference.
pub fn enable_rotation(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let days = input["RotationPeriodInDays"].as_i64().unwrap_or(365);
    if !(90..=2560).contains(&days) {
        return Err(invalid(format!("RotationPeriodInDays is {days}, but must be from 90 to 2560")));
    }
    rotate(name::find_itself(context, text(input, "KeyId"))?, Some(days), context)
}

/// DisableKeyRotation.
pub fn disable_rotation(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    rotate(name::find_itself(context, text(input, "KeyId"))?, None, context)
}

fn rotate(mut key: Key, days: Option<i64>, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    key.check_usable(context)?;
    key.rotated = days.is_some();
    key.rotation_days = days.unwrap_or(key.rotation_days);
    key.save(context)?;
    Ok(json!({}))
}
