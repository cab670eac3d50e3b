//! The records of KMS: keys and aliases, and their ARNs.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::seconds;
use crate::documents::{CallContext, Tables};
use crate::service::Fault;

/// Id → key.
pub(super) const KEYS: &str = "Key";

/// `alias/…` → key and instants.
pub(super) const ALIASES: &str = "Alias";

/// The record of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Key {
    /// Its id, a UUID.
    pub id: String,
    /// Its description.
    pub description: String,
    /// Whether it can be used.
    pub enabled: bool,
    /// When it was created, in milliseconds since the Unix epoch.
    pub created_ms: i64,
    /// When it will be gone, in milliseconds since the Unix epoch, if its deletion is scheduled.
    pub deleted_ms: Option<i64>,
    /// Its tags.
    pub tags: Map<String, Value>,
    /// Its policy, unless it is the default.
    #[serde(default)]
    pub policy: Option<String>,
    /// Whether it is rotated each year.
    #[serde(default)]
    pub rotated: bool,
    /// The days between rotations; a year for a key that was made before there were others.
    #[serde(default = "year")]
    pub rotation_days: i64,
    /// The secret, in base64.
    pub secret: String,
}

fn year() -> i64 {
    365
}

impl Key {
    /// Returns the key of an id, also in a document that another service sees.
    pub fn get(tables: &Tables, id: &str) -> Result<Option<Self>, Fault> {
        tables.get(KEYS, id).map(|record| read(id, record)).transpose()
    }

    /// Returns all keys, in the order of their ids.
    pub fn all(tables: &Tables) -> Result<Vec<Self>, Fault> {
        tables.all(KEYS).map(|(id, record)| read(id, record)).collect()
    }

    /// Remembers it.
    pub fn save(&self, context: &mut CallContext<'_>) -> Result<(), Fault> {
        let record = serde_json::to_value(self).map_err(|error| damaged(&self.id, &error))?;
        context.own.put(KEYS, self.id.as_str(), record);
        Ok(())
    }

    /// Forgets it.
    pub fn remove(&self, context: &mut CallContext<'_>) {
        context.own.remove(KEYS, &self.id);
    }

    /// Returns its ARN.
    pub fn arn(&self, context: &CallContext<'_>) -> String {
        key_arn(context, &self.id)
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

    /// Returns its state, in AWS's word.
    pub fn state(&self) -> &'static str {
        match (self.deleted_ms, self.enabled) {
            (Some(_), _) => "PendingDeletion",
            (None, true) => "Enabled",
            (None, false) => "Disabled",
        }
    }

    pub fn metadata(&self, context: &CallContext<'_>) -> Value {
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

/// Returns the ARN of a key.
pub fn key_arn(context: &CallContext<'_>, id: &str) -> String {
    format!("{}key/{id}", prefix(context))
}

/// Returns the part before the name in each ARN of this region and account.
pub fn prefix(context: &CallContext<'_>) -> String {
    format!("arn:{}:kms:{}:{}:", context.partition(), context.region, context.account)
}

/// Returns the id of the key that an alias stands for.
pub fn alias_target(kms: &Tables, alias: &str) -> Option<String> {
    kms.get(ALIASES, alias)?["TargetKeyId"].as_str().map(str::to_owned)
}

/// Returns the ARN of an alias.
pub fn alias_arn(context: &CallContext<'_>, alias: &str) -> String {
    format!("{}{alias}", prefix(context))
}
