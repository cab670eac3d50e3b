//! The record of an object: its versions, the newest first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bodies;
use super::encryption::Encryption;
use super::refused::{Refused, invalid_argument, no_such_key};
use crate::clock;
use crate::documents::{CallContext, Tables};
use crate::error_response::failure;

/// The id of the one version that a bucket without versions has, and that a suspended one replaces.
pub(super) const NULL: &str = "null";

/// One version of an object, or a delete marker.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Version {
    /// Its id.
    pub id: String,
    /// Whether it only says that the object is deleted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub marker: bool,
    /// When it was written, in milliseconds since the Unix epoch.
    pub written_ms: i64,
    /// Its entity tag, without quotes.
    pub etag: String,
    /// The length of its body.
    pub size: u64,
    /// The name of its body.
    pub body: String,
    /// The headers it was written with and is returned with.
    pub headers: BTreeMap<String, String>,
    /// How it is encrypted.
    pub encryption: Encryption,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Version {
    /// Returns its entity tag as headers write it.
    pub fn quoted_etag(&self) -> String {
        format!("\"{}\"", self.etag)
    }

    /// When it was written, in whole seconds, as lists write it.
    pub fn written(&self) -> String {
        clock::iso_seconds(self.written_ms)
    }
}

/// The versions of a key, the newest first; empty if there is no such object.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Versions(pub Vec<Version>);

impl Versions {
    /// Returns the versions of a key.
    pub fn of(tables: &Tables, bucket: &str, key: &str) -> Result<Self, Refused> {
        let Some(record) = tables.get(&table(bucket), key) else { return Ok(Self::default()) };
        read(bucket, key, record)
    }

    /// Remembers them under a key.
    pub fn save(self, context: &mut CallContext<'_>, bucket: &str, key: &str) -> Result<(), Refused> {
        if self.0.is_empty() {
            context.own.remove(&table(bucket), key);
        } else {
            context.own.put(&table(bucket), key, serde_json::to_value(self).map_err(failure)?);
        }
        Ok(())
    }

    /// Returns the object as it is now; none if it was deleted.
    pub fn current(&self) -> Option<&Version> {
        self.0.first().filter(|newest| !newest.marker)
    }

    /// Returns the current version or the one that is asked for; S3's errors distinguish a delete marker from a missing
    /// key.
    pub fn find(&self, key: &str, id: Option<&str>) -> Result<&Version, Refused> {
        let Some(id) = id else {
            return self.current().ok_or_else(|| match self.0.first() {
                Some(marker) => marked(no_such_key(key), marker),
                None => no_such_key(key),
            });
        };
        check_id(id)?;
        let missing = || {
            Refused::new(404, "NoSuchVersion", "The specified version does not exist.")
                .with("Key", key)
                .with("VersionId", id)
        };
        let found = self.0.iter().find(|version| version.id == id).ok_or_else(missing)?;
        if found.marker {
            let message = "The specified method is not allowed against this resource.";
            return Err(marked(Refused::new(405, "MethodNotAllowed", message), found));
        }
        Ok(found)
    }

    /// Adds a version as the bucket's configuration says; the version that it replaces, if any, is gone. Returns its
    /// id.
    pub fn add(&mut self, mut version: Version, versioning: Option<&str>, context: &mut CallContext<'_>) -> String {
        if versioning == Some("Enabled") {
            version.id = uuid::Uuid::new_v4().simple().to_string();
        } else {
            self.remove(NULL, context);
            NULL.clone_into(&mut version.id);
        }
        let id = version.id.clone();
        self.0.insert(0, version);
        id
    }

    /// Removes a version and lets go of its body.
    pub fn remove(&mut self, id: &str, context: &mut CallContext<'_>) -> Option<Version> {
        let position = self.0.iter().position(|version| version.id == id)?;
        let removed = self.0.remove(position);
        bodies::release(&removed.body, context);
        Some(removed)
    }
}

fn marked(refused: Refused, marker: &Version) -> Refused {
    refused.header("x-amz-delete-marker", "true").header("x-amz-version-id", marker.id.as_str())
}

/// Refuses a text that cannot be the id of a version.
pub(super) fn check_id(id: &str) -> Result<(), Refused> {
    if id == NULL || uuid::Uuid::try_parse(id).is_ok() {
        return Ok(());
    }
    Err(invalid_argument("Invalid version id specified", "versionId", id))
}

/// Returns all keys of a bucket with their versions, in the order of the keys.
pub(super) fn all<'a>(
    tables: &'a Tables,
    bucket: &'a str,
) -> impl Iterator<Item = Result<(&'a str, Versions), Refused>> + use<'a> {
    tables.all(&table(bucket)).map(move |(key, record)| Ok((key, read(bucket, key, record)?)))
}

/// Returns the size of all versions of all objects of a bucket, in bytes.
pub(super) fn bytes(tables: &Tables, bucket: &str) -> u64 {
    let size = |version: &serde_json::Value| version["size"].as_u64().unwrap_or_default();
    tables.all(&table(bucket)).flat_map(|(_, versions)| versions.as_array().into_iter().flatten()).map(size).sum()
}

/// Forgets the table of a bucket.
pub(super) fn forget_bucket(bucket: &str, context: &mut CallContext<'_>) {
    context.own.retain(&table(bucket), |_, _| false);
}

fn table(bucket: &str) -> String {
    format!("ebb:objects:{bucket}")
}

fn read(bucket: &str, key: &str, record: &serde_json::Value) -> Result<Versions, Refused> {
    let damaged = |error| failure(format!("the record of the object {key} in {bucket} is damaged: {error}")).into();
    Versions::deserialize(record).map_err(damaged)
}
