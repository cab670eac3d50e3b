//! DynamoDB: tables. Keys and billing are checked in `rules.rs`.

use crate::services::cloudcontrol::behaviour::{Behaviour, PLAIN, Protection};

/// The types.
pub const TYPES: &[Behaviour] = &[Behaviour {
    type_name: "AWS::DynamoDB::Table",
    name: Some("TableName"),
    assigned: &[
        ("Arn", "arn:<partition>:dynamodb:<region>:<account>:table/<TableName>"),
        (
            "StreamArn",
            "arn:<partition>:dynamodb:<region>:<account>:table/<TableName>/stream/<now><?StreamSpecification>",
        ),
    ],
    // LIVE: warm throughput and 35 days of recovery appear. 12,000 and 4,000 are those of a new table on demand ("Understanding
    // DynamoDB warm throughput").
    defaults: &[
        ("BillingMode", "PROVISIONED"),
        ("DeletionProtectionEnabled", "=false"),
        ("WarmThroughput", "={\"ReadUnitsPerSecond\":12000,\"WriteUnitsPerSecond\":4000}"),
        (
            "PointInTimeRecoverySpecification/RecoveryPeriodInDays",
            "=35<?PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled>",
        ),
    ],
    protection: Some(Protection {
        path: "DeletionProtectionEnabled",
        value: "true",
        code: "InvalidRequest",
        message: "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. (Service: DynamoDb, Status Code: 400)",
    }),
    ..PLAIN
}];
