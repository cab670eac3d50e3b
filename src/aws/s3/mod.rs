//! S3: buckets.

mod bucket;
mod bucket_name;
mod bucket_policy;
mod configuration;
mod encryption;
mod lifecycle;
mod objects;
mod public_access;

pub use bucket::{Bucket, BucketOutputs};
pub use encryption::Encryption;
pub use lifecycle::{LifecycleRule, NoncurrentExpiration, NoncurrentTransition, StorageClass, Transition};
pub use public_access::PublicAccessBlock;
