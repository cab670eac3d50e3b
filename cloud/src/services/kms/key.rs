//! Keys: create, describe, list, enable and disable.

use serde_json::{Value, json};

use super::listing::page;
use super::records::Key;
use super::{cipher, name, policy, tags};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;

/// CreateKey: symmetric keys of AWS's making only.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let only = [
        ("KeySpec", "SYMMETRIC_DEFAULT"),
        ("CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"),
        ("KeyUsage", "ENCRYPT_DECRYPT"),
        ("Origin", "AWS_KMS"),
    ];
    for (member, value) in only {
        if !input[member].is_null() && input[member] != value {
            let message =
                format!("The embedded KMS makes only keys with {member} {value}, not {}", text(input, member));
            return Err(Fault::new("UnsupportedOperationException", message));
        }
    }
    if input["MultiRegion"] == true {
        let message = "The embedded KMS makes no multi-Region keys";
        return Err(Fault::new("UnsupportedOperationException", message));
    }
    let key = Key {
        id: uuid::Uuid::new_v4().to_string(),
        description: text(input, "Description").to_owned(),
        enabled: true,
        created_ms: context.now_ms,
        deleted_ms: None,
        tags: tags::given(input)?,
        policy: policy::given(input)?,
        rotated: false,
        rotation_days: 365,
        secret: cipher::new_secret()?,
    };
    key.save(context)?;
    Ok(json!({ "KeyMetadata": key.metadata(context) }))
}

/// DescribeKey.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let key = name::find(context, text(input, "KeyId"))?;
    Ok(json!({ "KeyMetadata": key.metadata(context) }))
}

/// ListKeys.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let keys = Key::all(context.own)?;
    let entries = keys.into_iter().map(|key| (key.id.clone(), json!({ "KeyId": key.id, "KeyArn": key.arn(context) })));
    page("Keys", entries.collect(), input)
}

/// EnableKey.
pub fn enable(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    set_enabled(input, context, true)
}

/// DisableKey.
pub fn disable(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    set_enabled(input, context, false)
}

fn set_enabled(input: &Value, context: &mut CallContext<'_>, enabled: bool) -> Result<Value, Fault> {
    let mut key = name::find_itself(context, text(input, "KeyId"))?;
    key.check_staying(context)?;
    key.enabled = enabled;
    key.save(context)?;
    Ok(json!({}))
}

/// UpdateKeyDescription.
pub fn update_description(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut key = name::find_itself(context, text(input, "KeyId"))?;
    key.check_staying(context)?;
    text(input, "Description").clone_into(&mut key.description);
    key.save(context)?;
    Ok(json!({}))
}
