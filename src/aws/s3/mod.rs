//! S3: buckets.

mod bucket;
mod bucket_name;
mod bucket_policy;
mod charges;
mod encryption;
mod lifecycle;
mod public_access;

pub use bucket::{Bucket, BucketOutputs};
#[doc(hidden)]
pub use bucket_policy::deny_insecure_transport;
pub use encryption::Encryption;
pub use lifecycle::{LifecycleRule, NoncurrentExpiration, NoncurrentTransition, StorageClass, Transition};
pub use public_access::PublicAccessBlock;
