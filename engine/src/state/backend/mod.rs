//! Backends: where the bytes of state are kept.

mod lease;
mod local;
mod location;
mod s3;
mod traits;

pub use lease::Lease;
pub use local::LocalBackend;
pub use location::{Bucket, StateLocation};
pub use s3::S3Backend;
pub use traits::{Backend, Commit, LockInfo, LockOwner, Stored, Version, WriteSession};
