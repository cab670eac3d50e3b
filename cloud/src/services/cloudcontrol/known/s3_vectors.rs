//! S3 Vectors: vector buckets and indexes. Nothing says that the Resource Groups Tagging API shows them.

use crate::services::cloudcontrol::behaviour::{Behaviour, Link, Obstacle, PLAIN, Reference};

const BUCKET: &str = "AWS::S3Vectors::VectorBucket";
const INDEX: &str = "AWS::S3Vectors::Index";

const fn in_use(path: &'static str, own: &'static str) -> Obstacle {
    Obstacle {
        link: Link { of: INDEX, path, own },
        code: "ResourceConflict",
        message: "The specified vector bucket is not empty (Service: S3Vectors, Status Code: 409)",
    }
}

const fn bucket(path: &'static str, by: &'static [&'static str]) -> Reference {
    Reference {
        path,
        to: BUCKET,
        by,
        code: "NotFound",
        message: "The specified vector bucket could not be found (Service: S3Vectors, Status Code: 404)",
    }
}

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: BUCKET,
        name: Some("VectorBucketName"),
        assigned: &[
            ("VectorBucketArn", "arn:<partition>:s3vectors:<region>:<account>:bucket/<VectorBucketName>"),
            ("CreationTime", "<now>"),
        ],
        defaults: &[("EncryptionConfiguration", "={\"SseType\":\"AES256\"}")],
        in_use: &[in_use("VectorBucketName", "VectorBucketName"), in_use("VectorBucketArn", "VectorBucketArn")],
        found_by_tags: false,
        ..PLAIN
    },
    Behaviour {
        type_name: INDEX,
        name: Some("IndexName"),
        assigned: &[
            ("IndexArn", "arn:<partition>:s3vectors:<region>:<account>:bucket/<VectorBucketName>/index/<IndexName>"),
            ("IndexArn", "<VectorBucketArn>/index/<IndexName>"),
            ("CreationTime", "<now>"),
        ],
        references: &[
            bucket("VectorBucketName", &["VectorBucketName"]),
            bucket("VectorBucketArn", &["VectorBucketArn"]),
        ],
        found_by_tags: false,
        ..PLAIN
    },
];
