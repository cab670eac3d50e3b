//! Locations that keep the state of many stacks.

use std::path::PathBuf;

use super::local::LocalBackend;
use super::s3::{S3Backend, StateBucket};
use super::traits::Backend;
use crate::state::error::StateError;

/// The folder of the locks of leaders.
const LEADERS: &str = ".serve";
/// The folder of the notes on environments.
const NOTES: &str = ".notes";
/// The seconds after which another process takes over from a leader that has vanished. Each renewal is a call that bills.
const LEADER_SECONDS: u64 = 240;

/// A location that keeps the state of many stacks of many environments.
#[derive(Clone, Debug)]
pub enum StateLocation {
    /// A local directory.
    Directory(PathBuf),
    /// A bucket of S3.
    Bucket(StateBucket),
}

impl StateLocation {
    /// Returns the backend that keeps the state of one stack.
    pub fn backend(&self, environment: &str, stack: &str) -> Box<dyn Backend> {
        match self {
            Self::Directory(root) => Box::new(LocalBackend::new(root, environment, stack)),
            Self::Bucket(bucket) => Box::new(S3Backend::new(bucket, environment, stack)),
        }
    }

    /// Returns the backend whose lock belongs to the one process that looks after an environment. It stands beside those of the
    /// environments: no environment has such a name.
    pub fn leader(&self, environment: &str) -> Box<dyn Backend> {
        match self {
            Self::Directory(root) => Box::new(LocalBackend::new(root, LEADERS, environment)),
            Self::Bucket(bucket) => Box::new(S3Backend::new(bucket, LEADERS, environment).with_lease(LEADER_SECONDS)),
        }
    }

    /// Returns the backend of the note on an environment: what was said of records that cannot be read.
    pub fn notes(&self, environment: &str) -> Box<dyn Backend> {
        self.backend(NOTES, environment)
    }

    /// Returns the stacks of an environment that have state here.
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
            Self::Bucket(StateBucket { name, prefix, .. }) if prefix.is_empty() => write!(f, "s3://{name}"),
            Self::Bucket(StateBucket { name, prefix, .. }) => write!(f, "s3://{name}/{prefix}"),
        }
    }
}
