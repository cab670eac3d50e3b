//! CloudTrail: trails. Their bucket and its policy are checked in `rules.rs`.

use crate::services::cloudcontrol::behaviour::{Behaviour, PLAIN};

/// The types.
pub const TYPES: &[Behaviour] = &[Behaviour {
    type_name: "AWS::CloudTrail::Trail",
    name: Some("TrailName"),
    assigned: &[
        ("Arn", "arn:<partition>:cloudtrail:<region>:<account>:trail/<TrailName>"),
        ("SnsTopicArn", "arn:<partition>:sns:<region>:<account>:<SnsTopicName>"),
    ],
    // LIVE: event selectors appear; the others are the defaults of CreateTrail.
    defaults: &[
        ("IncludeGlobalServiceEvents", "=true"),
        ("IsMultiRegionTrail", "=false"),
        ("IsOrganizationTrail", "=false"),
        ("EnableLogFileValidation", "=false"),
        (
            "EventSelectors",
            "=[{\"IncludeManagementEvents\":true,\"ReadWriteType\":\"All\",\"DataResources\":[],\"ExcludeManagementEventSources\":[]}]<!AdvancedEventSelectors>",
        ),
    ],
    ..PLAIN
}];
