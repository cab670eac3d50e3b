//! Backends: they keep the bytes of state.

mod lease;
mod local;
mod location;
mod s3;
mod traits;

pub use lease::Lease;
pub use local::LocalBackend;
pub use location::StateLocation;
pub use s3::{S3Backend, StateBucket};
pub use traits::{Backend, Commit, Stored, StoredSegment, Version, WriteSession};
