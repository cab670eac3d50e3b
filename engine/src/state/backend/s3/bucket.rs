//! Buckets that keep state.

use std::sync::Arc;

use crate::sdk::Aws;

/// A bucket that keeps state.
#[derive(Clone, Debug)]
pub struct StateBucket {
    /// The clients, in the bucket's region.
    pub aws: Arc<Aws>,
    /// The name of the bucket.
    pub name: String,
    /// The beginning of the names of all objects, without slashes at its ends; may be empty.
    pub prefix: String,
    /// The ARN of the KMS key that S3 encrypts the objects with; the account's own key for S3 if `None`.
    pub kms_key: Option<String>,
}

impl StateBucket {
    /// Returns `PREFIX/ENVIRONMENT/`.
    pub(super) fn folder(&self, environment: &str) -> String {
        let separator = if self.prefix.is_empty() { "" } else { "/" };
        format!("{}{separator}{environment}/", self.prefix)
    }

    /// Returns the URL of an object, or of the bucket.
    pub(super) fn url(&self, key: &str) -> String {
        if key.is_empty() { format!("s3://{}", self.name) } else { format!("s3://{}/{key}", self.name) }
    }
}
