//! AWS Backup: vaults.

use crate::services::cloudcontrol::behaviour::{Behaviour, PLAIN};

/// The types.
pub const TYPES: &[Behaviour] = &[Behaviour {
    type_name: "AWS::Backup::BackupVault",
    name: Some("BackupVaultName"),
    assigned: &[("BackupVaultArn", "arn:<partition>:backup:<region>:<account>:backup-vault:<BackupVaultName>")],
    // Without a key, a vault has that of AWS Backup (CreateBackupVault, EncryptionKeyArn).
    defaults: &[("EncryptionKeyArn", "arn:<partition>:kms:<region>:<account>:key/<#uuid>")],
    ..PLAIN
}];
