//! The block of public access to a bucket.

use serde::{Deserialize, Serialize};

/// The public access to a bucket that is blocked; by default all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAccessBlock {
    /// Whether requests that would set public access control lists are refused.
    pub block_public_acls: bool,
    /// Whether public access control lists have no effect.
    pub ignore_public_acls: bool,
    /// Whether a bucket policy that allows public access is refused.
    pub block_public_policy: bool,
    /// Whether only the account and AWS services reach a bucket with a public policy.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// Everything is blocked.
    pub const ALL: Self = Self::each(true);
    /// Nothing is blocked.
    pub const NONE: Self = Self::each(false);

    const fn each(on: bool) -> Self {
        Self { block_public_acls: on, ignore_public_acls: on, block_public_policy: on, restrict_public_buckets: on }
    }
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        Self::ALL
    }
}
