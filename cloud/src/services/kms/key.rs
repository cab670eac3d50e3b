//! Keys: what they are, and what is done with them as a whole.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{cipher, name, tags};
use crate::clock::seconds;
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::services::json::text;
use crate::services::paging;

/// Id → key.
const TABLE: &str = "Key";

/// What is remembered of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Key {
    /// Its id, a UUID.
    pub id: String,
    description: String,
    enabled: bool,
    created_ms: i64,
    /// When it will be gone, in milliseconds since the Unix epoch, if its deletion is scheduled.
    pub deleted_ms: Option<i64>,
    /// Its tags.
    pub tags: Map<String, Value>,
    /// The secret, in base64.
    pub secret: String,
}

impl Key {
    /// The key of an id, also in a document that another service sees.
    pub fn get(tables: &Tables, id: &str) -> Result<Option<Self>, Fault> {
        tables.get(TABLE, id).map(|record| read(id, record)).transpose()
    }

    /// All keys, in the order of their ids.
    pub fn all(tables: &Tables) -> Result<Vec<Self>, Fault> {
        tables.all(TABLE).map(|(id, record)| read(id, record)).collect()
    }

    /// Remembers it.
    pub fn save(&self, context: &mut CallContext<'_>) -> Result<(), Fault> {
        let record = serde_json::to_value(self).map_err(|error| damaged(&self.id, &error))?;
        context.own.put(TABLE, self.id.as_str(), record);
        Ok(())
    }

    /// Forgets it.
    pub fn remove(&self, context: &mut CallContext<'_>) {
        context.own.remove(TABLE, &self.id);
    }

    /// Its ARN.
    pub fn arn(&self, context: &CallContext<'_>) -> String {
        name::key_arn(context, &self.id)
    }

    /// Refuses the use of a key that is disabled or pending deletion.
    pub fn check_usable(&self, context: &CallContext<'_>) -> Result<(), Fault> {
        self.check_staying(context)?;
        if self.enabled {
            return Ok(());
        }
        Err(Fault::new("DisabledException", format!("{} is disabled.", self.arn(context))))
    }

    /// Refuses a change of a key that is pending deletion.
    pub fn check_staying(&self, context: &CallContext<'_>) -> Result<(), Fault> {
        if self.deleted_ms.is_none() {
            return Ok(());
        }
        Err(Fault::new("KMSInvalidStateException", format!("{} is pending deletion.", self.arn(context))))
    }

    /// Takes it out of use.
    pub fn disable(&mut self) {
        self.enabled = false;
    }

    /// Its state, in AWS's word.
    pub fn state(&self) -> &'static str {
        match (self.deleted_ms, self.enabled) {
            (Some(_), _) => "PendingDeletion",
            (None, true) => "Enabled",
            (None, false) => "Disabled",
        }
    }

    fn metadata(&self, context: &CallContext<'_>) -> Value {
        let mut shown = json!({
            "AWSAccountId": context.account, "KeyId": self.id, "Arn": self.arn(context),
            "CreationDate": seconds(self.created_ms), "Enabled": self.state() == "Enabled",
            "Description": self.description, "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": self.state(),
            "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "KeySpec": "SYMMETRIC_DEFAULT", "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "MultiRegion": false,
        });
        if let Some(deleted_ms) = self.deleted_ms {
            shown["DeletionDate"] = seconds(deleted_ms);
        }
        shown
    }
}

fn read(id: &str, record: &Value) -> Result<Key, Fault> {
    Key::deserialize(record).map_err(|error| damaged(id, &error))
}

fn damaged(id: &str, error: &serde_json::Error) -> Fault {
    Fault {
        status: 500,
        ..Fault::new("KMSInternalException", format!("the record of the key {id} is damaged: {error}"))
    }
}

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

/// One page of a list under its name.
pub fn page(name: &str, items: Vec<(String, Value)>, input: &Value) -> Result<Value, Fault> {
    let size = input["Limit"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(50);
    let page = paging::page(items, input["Marker"].as_str(), size)
        .ok_or_else(|| Fault::new("InvalidMarkerException", "Could not deserialize marker."))?;
    Ok(json!({ name: page.items, "Truncated": page.next.is_some(), "NextMarker": page.next }))
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
