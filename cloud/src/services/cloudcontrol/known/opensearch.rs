//! OpenSearch Service: domains.

use crate::services::cloudcontrol::behaviour::{Behaviour, PLAIN};

/// The types.
pub const TYPES: &[Behaviour] = &[Behaviour {
    type_name: "AWS::OpenSearchService::Domain",
    name: Some("DomainName"),
    assigned: &[
        ("Id", "<account>/<DomainName>"),
        ("Arn", "arn:<partition>:es:<region>:<account>:domain/<DomainName>"),
        ("DomainArn", "<Arn>"),
        ("DomainEndpoint", "search-<DomainName>-<#26>.<region>.es.<dns>"),
    ],
    // LIVE: the version of the engine, snapshot options, the off-peak window, and 3000 and 125 of gp3 appear.
    defaults: &[
        ("EngineVersion", "OpenSearch_3.1"),
        ("SnapshotOptions", "={\"AutomatedSnapshotStartHour\":0}"),
        (
            "OffPeakWindowOptions",
            "={\"Enabled\":true,\"OffPeakWindow\":{\"WindowStartTime\":{\"Hours\":2,\"Minutes\":0}}}",
        ),
        ("EBSOptions/Iops", "=3000<?EBSOptions/VolumeSize>"),
        ("EBSOptions/Throughput", "=125<?EBSOptions/VolumeSize>"),
        ("ClusterConfig/InstanceCount", "=1"),
        ("IPAddressType", "ipv4"),
    ],
    ..PLAIN
}];
