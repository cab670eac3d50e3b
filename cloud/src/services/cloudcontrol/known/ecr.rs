//! ECR: repositories. A repository with images cannot be deleted; see `guards.rs`.

use crate::services::cloudcontrol::behaviour::{Behaviour, PLAIN};

/// The types.
pub const TYPES: &[Behaviour] = &[Behaviour {
    type_name: "AWS::ECR::Repository",
    name: Some("RepositoryName"),
    assigned: &[
        ("Arn", "arn:<partition>:ecr:<region>:<account>:repository/<RepositoryName>"),
        ("RepositoryUri", "<account>.dkr.ecr.<region>.<dns>/<RepositoryName>"),
    ],
    // The defaults of CreateRepository.
    defaults: &[
        ("ImageTagMutability", "MUTABLE"),
        ("EncryptionConfiguration", "={\"EncryptionType\":\"AES256\"}"),
        ("ImageScanningConfiguration", "={\"ScanOnPush\":false}"),
    ],
    ..PLAIN
}];
