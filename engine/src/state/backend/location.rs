//! A place that keeps the state of many stacks.

use std::path::PathBuf;
use std::sync::Arc;

use crate::sdk::Aws;
use crate::state::{Backend, LocalBackend, S3Backend, StateError};

/// A place that keeps the state of many stacks of many environments.
#[derive(Clone, Debug)]
pub enum StateLocation {
    /// A local directory.
    Directory(PathBuf),
    /// A bucket of S3.
    Bucket(Bucket),
}

/// A bucket that keeps state.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// The clients, in the bucket's region.
    pub aws: Arc<Aws>,
    /// Its name.
    pub name: String,
    /// What the names of the objects begin with, without slashes at its ends; may be empty.
    pub prefix: String,
    /// The ARN of the KMS key that S3 encrypts the objects with; the account's own key for S3 if `None`.
    pub kms_key: Option<String>,
}

impl StateLocation {
    /// Where the state of one stack is kept.
    pub fn backend(&self, environment: &str, stack: &str) -> Box<dyn Backend> {
        match self {
            Self::Directory(root) => Box::new(LocalBackend::new(root, environment, stack)),
            Self::Bucket(bucket) => Box::new(S3Backend::new(bucket, environment, stack)),
        }
    }

    /// The stacks of an environment that have state here.
    pub async fn stacks(&self, environment: &str) -> Result<Vec<String>, StateError> {
        match self {
            Self::Directory(root) => Ok(LocalBackend::stacks(root, environment)),
            Self::Bucket(bucket) => S3Backend::stacks(bucket, environment).await,
        }
    }
}

impl std::fmt::Display for StateLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(root) => write!(f, "{}", root.display()),
            Self::Bucket(Bucket { name, prefix, .. }) if prefix.is_empty() => write!(f, "s3://{name}"),
            Self::Bucket(Bucket { name, prefix, .. }) => write!(f, "s3://{name}/{prefix}"),
        }
    }
}
