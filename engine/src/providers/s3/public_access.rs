//! Conversions of the public access block.

use aws_sdk_s3::types::PublicAccessBlockConfiguration;

use ebbtide::aws::s3::PublicAccessBlock;

/// Reads the block as AWS has it. Without a configuration, nothing is blocked.
pub(super) fn read_public_access(sdk: Option<&PublicAccessBlockConfiguration>) -> PublicAccessBlock {
    let Some(sdk) = sdk else { return PublicAccessBlock::NONE };
    PublicAccessBlock {
        block_public_acls: sdk.block_public_acls().unwrap_or(false),
        ignore_public_acls: sdk.ignore_public_acls().unwrap_or(false),
        block_public_policy: sdk.block_public_policy().unwrap_or(false),
        restrict_public_buckets: sdk.restrict_public_buckets().unwrap_or(false),
    }
}

/// Converts the block to the form of the SDK.
pub(super) fn public_access_to_sdk(block: PublicAccessBlock) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(block.block_public_acls)
        .ignore_public_acls(block.ignore_public_acls)
        .block_public_policy(block.block_public_policy)
        .restrict_public_buckets(block.restrict_public_buckets)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_reads_back_as_it_was_set() {
        let block = PublicAccessBlock { ignore_public_acls: false, ..PublicAccessBlock::ALL };
        assert_eq!(read_public_access(Some(&public_access_to_sdk(block))), block);
        assert_eq!(read_public_access(None), PublicAccessBlock::NONE);
    }
}
