//! OpenSearch Serverless: collection groups, collections, policies, indexes. That a collection needs an encryption policy is checked
//! in `rules.rs`.

use crate::services::cloudcontrol::behaviour::{Behaviour, Link, Obstacle, PLAIN, Protection, Reference};

const COLLECTION: &str = "AWS::OpenSearchServerless::Collection";
const GROUP: &str = "AWS::OpenSearchServerless::CollectionGroup";

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: GROUP,
        assigned: &[("Id", "<#20>"), ("Arn", "arn:<partition>:aoss:<region>:<account>:collection-group/<Id>")],
        defaults: &[("Generation", "CLASSIC")],
        unique: &["Name"],
        in_use: &[Obstacle {
            link: Link { of: COLLECTION, path: "CollectionGroupName", own: "Name" },
            code: "ResourceConflict",
            message: "The collection group has collections (Service: OpenSearchServerless, Status Code: 409)",
        }],
        ..PLAIN
    },
    Behaviour {
        type_name: COLLECTION,
        assigned: &[
            ("Id", "<#20>"),
            ("Arn", "arn:<partition>:aoss:<region>:<account>:collection/<Id>"),
            ("CollectionEndpoint", "https://<Id>.<region>.aoss.<dns>"),
            ("DashboardEndpoint", "https://<Id>.<region>.aoss.<dns>/_dashboards"),
            ("KmsKeyArn", "<EncryptionConfig/KmsKeyArn>"),
        ],
        // The defaults of CreateCollection.
        defaults: &[("Type", "TIMESERIES"), ("StandbyReplicas", "ENABLED"), ("DeletionProtection", "DISABLED")],
        unique: &["Name"],
        references: &[Reference {
            path: "CollectionGroupName",
            to: GROUP,
            by: &["Name"],
            code: "InvalidRequest",
            message: "Collection group <value> does not exist (Service: OpenSearchServerless, Status Code: 400)",
        }],
        owned: &[Link {
            of: "AWS::OpenSearchServerless::Index",
            path: "CollectionEndpoint",
            own: "CollectionEndpoint",
        }],
        protection: Some(Protection {
            path: "DeletionProtection",
            value: "\"ENABLED\"",
            code: "InvalidRequest",
            message: "The collection has deletion protection enabled (Service: OpenSearchServerless, Status Code: 400)",
        }),
        ..PLAIN
    },
    Behaviour { type_name: "AWS::OpenSearchServerless::SecurityPolicy", ..PLAIN },
    Behaviour { type_name: "AWS::OpenSearchServerless::AccessPolicy", ..PLAIN },
    Behaviour {
        type_name: "AWS::OpenSearchServerless::Index",
        assigned: &[("Uuid", "<#22>")],
        // An update of a mapping adds fields and removes none ("Update mapping", OpenSearch documentation).
        merged: &["Mappings/Properties"],
        references: &[Reference {
            path: "CollectionEndpoint",
            to: COLLECTION,
            by: &["CollectionEndpoint"],
            code: "NotFound",
            message: "The collection at <value> does not exist",
        }],
        ..PLAIN
    },
];
