//! The guard of a bucket against public access.

use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use serde::{Deserialize, Serialize};

/// What public access is blocked, all of it unless told otherwise.
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

    /// From what AWS has.
    pub(super) fn read(sdk: Option<&PublicAccessBlockConfiguration>) -> Self {
        let Some(sdk) = sdk else { return Self::NONE };
        Self {
            block_public_acls: sdk.block_public_acls().unwrap_or(false),
            ignore_public_acls: sdk.ignore_public_acls().unwrap_or(false),
            block_public_policy: sdk.block_public_policy().unwrap_or(false),
            restrict_public_buckets: sdk.restrict_public_buckets().unwrap_or(false),
        }
    }

    /// For AWS.
    pub(super) fn sdk(self) -> PublicAccessBlockConfiguration {
        PublicAccessBlockConfiguration::builder()
            .block_public_acls(self.block_public_acls)
            .ignore_public_acls(self.ignore_public_acls)
            .block_public_policy(self.block_public_policy)
            .restrict_public_buckets(self.restrict_public_buckets)
            .build()
    }
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        Self::ALL
    }
}
