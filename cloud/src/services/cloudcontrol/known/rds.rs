//! RDS: database instances and subnet groups. Snapshots, restores, stops and starts are operations of RDS itself.

use crate::services::cloudcontrol::behaviour::{Behaviour, Link, Obstacle, PLAIN, Protection, Reference};

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: "AWS::RDS::DBInstance",
        name: Some("DBInstanceIdentifier"),
        assigned: &[
            ("DBInstanceArn", "arn:<partition>:rds:<region>:<account>:db:<DBInstanceIdentifier>"),
            ("DbiResourceId", "db-<#26>"),
            ("DBInstanceStatus", "available"),
            ("InstanceCreateTime", "<now>"),
            ("Endpoint/Address", "<DBInstanceIdentifier>.<#12>.<region>.rds.<dns>"),
            ("Endpoint/Port", "<Port>"),
            ("Endpoint/Port", "5432"),
        ],
        references: &[Reference {
            path: "DBSubnetGroupName",
            to: "AWS::RDS::DBSubnetGroup",
            by: &["DBSubnetGroupName"],
            code: "NotFound",
            message: "DB subnet group '<value>' does not exist. (Service: Rds, Status Code: 404)",
        }],
        protection: Some(Protection {
            path: "DeletionProtection",
            value: "true",
            code: "InvalidRequest",
            message: "Cannot delete protected DB Instance, please disable deletion protection and try again. (Service: Rds, Status Code: 400)",
        }),
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::RDS::DBSubnetGroup",
        name: Some("DBSubnetGroupName"),
        assigned: &[("DBSubnetGroupArn", "arn:<partition>:rds:<region>:<account>:subgrp:<DBSubnetGroupName>")],
        in_use: &[Obstacle {
            link: Link { of: "AWS::RDS::DBInstance", path: "DBSubnetGroupName", own: "DBSubnetGroupName" },
            code: "InvalidRequest",
            message: "Cannot delete the subnet group because at least one database instance is using it. (Service: Rds, Status Code: 400)",
        }],
        ..PLAIN
    },
];
