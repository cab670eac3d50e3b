//! ElastiCache: serverless caches and their snapshots.

use crate::services::cloudcontrol::behaviour::{Behaviour, PLAIN, Reference};

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: "AWS::ElastiCache::ServerlessCache",
        // LIVE: names are in small letters.
        lower_case: true,
        assigned: &[
            ("ARN", "arn:<partition>:elasticache:<region>:<account>:serverlesscache:<ServerlessCacheName>"),
            ("Status", "available"),
            ("CreateTime", "<now>"),
            ("FullEngineVersion", "8.0"),
            ("Endpoint/Address", "<ServerlessCacheName>-<#6>.serverless.<region>.cache.<dns>"),
            ("Endpoint/Port", "6379"),
            ("ReaderEndpoint/Address", "<ServerlessCacheName>-<#6>.serverless.<region>.cache.<dns>"),
            ("ReaderEndpoint/Port", "6380"),
        ],
        // LIVE: a description of one space appears.
        defaults: &[("Description", " ")],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::ElastiCache::ServerlessCacheSnapshot",
        assigned: &[
            (
                "ARN",
                "arn:<partition>:elasticache:<region>:<account>:serverlesscachesnapshot:<ServerlessCacheSnapshotName>",
            ),
            ("Status", "available"),
            ("SnapshotType", "manual"),
            ("CreateTime", "<now>"),
        ],
        references: &[Reference {
            path: "ServerlessCacheName",
            to: "AWS::ElastiCache::ServerlessCache",
            by: &["ServerlessCacheName"],
            code: "NotFound",
            message: "Serverless cache <value> not found (Service: ElastiCache, Status Code: 404)",
        }],
        ..PLAIN
    },
];
