//! Cost Explorer: anomaly monitors and subscriptions, cost categories. They belong to no region, and the Resource Groups Tagging
//! API is not known to show them. The quota of monitors is in `rules.rs`.

use crate::services::cloudcontrol::behaviour::{Behaviour, PLAIN, Reference};

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: "AWS::CE::AnomalyMonitor",
        assigned: &[
            ("MonitorArn", "arn:<partition>:ce::<account>:anomalymonitor/<#uuid>"),
            ("CreationDate", "<now>"),
            ("LastUpdatedDate", "<now>"),
            ("DimensionalValueCount", "=0"),
        ],
        found_by_tags: false,
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::CE::AnomalySubscription",
        assigned: &[
            ("SubscriptionArn", "arn:<partition>:ce::<account>:anomalysubscription/<#uuid>"),
            ("AccountId", "<account>"),
            ("Subscribers/*/Status", "CONFIRMED"),
        ],
        references: &[Reference {
            path: "MonitorArnList/*",
            to: "AWS::CE::AnomalyMonitor",
            by: &["MonitorArn"],
            code: "NotFound",
            message: "The anomaly monitor <value> does not exist (Service: CostExplorer, Status Code: 400)",
        }],
        found_by_tags: false,
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::CE::CostCategory",
        assigned: &[("Arn", "arn:<partition>:ce::<account>:costcategory/<#uuid>"), ("EffectiveStart", "<now>")],
        unique: &["Name"],
        found_by_tags: false,
        ..PLAIN
    },
];
