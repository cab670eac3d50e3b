//! Elastic Load Balancing: load balancers, target groups, listeners. The number of subnets is checked in `rules.rs`.

use crate::services::cloudcontrol::behaviour::{Behaviour, Link, Obstacle, PLAIN, Reference};

const TARGET_GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";

const fn target_group(path: &'static str) -> Reference {
    Reference {
        path,
        to: TARGET_GROUP,
        by: &["TargetGroupArn"],
        code: "NotFound",
        message: "Target groups '<value>' not found (Service: ElasticLoadBalancingV2, Status Code: 400)",
    }
}

/// "You can delete a target group if it is not referenced by any actions" (DeleteTargetGroup, ResourceInUse).
const fn in_use(path: &'static str) -> Obstacle {
    Obstacle {
        link: Link { of: LISTENER, path, own: "TargetGroupArn" },
        code: "ResourceConflict",
        message: "Target group is currently in use by a listener or a rule (Service: ElasticLoadBalancingV2, Status Code: 400)",
    }
}

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: "AWS::ElasticLoadBalancingV2::LoadBalancer",
        name: Some("Name"),
        assigned: &[
            ("LoadBalancerName", "<Name>"),
            ("LoadBalancerFullName", "<ShortType>/<Name>/<#hex16>"),
            (
                "LoadBalancerArn",
                "arn:<partition>:elasticloadbalancing:<region>:<account>:loadbalancer/<LoadBalancerFullName>",
            ),
            ("DNSName", "<Name>-<#10>.<region>.elb.<dns>"),
            ("CanonicalHostedZoneID", "Z35SXDOTRQ7X7K"),
        ],
        // The defaults of CreateLoadBalancer; LIVE: attributes appear.
        defaults: &[
            ("Type", "application"),
            ("Scheme", "internet-facing"),
            ("IpAddressType", "ipv4"),
            (
                "LoadBalancerAttributes",
                "=[{\"Key\":\"deletion_protection.enabled\",\"Value\":\"false\"},{\"Key\":\"access_logs.s3.enabled\",\"Value\":\"false\"},{\"Key\":\"idle_timeout.timeout_seconds\",\"Value\":\"60\"}]",
            ),
        ],
        unique: &["Name"],
        // "Deleting a load balancer also deletes its listeners" (DeleteLoadBalancer).
        owned: &[Link { of: LISTENER, path: "LoadBalancerArn", own: "LoadBalancerArn" }],
        ..PLAIN
    },
    Behaviour {
        type_name: TARGET_GROUP,
        name: Some("Name"),
        assigned: &[
            ("TargetGroupName", "<Name>"),
            ("TargetGroupFullName", "targetgroup/<Name>/<#hex16>"),
            ("TargetGroupArn", "arn:<partition>:elasticloadbalancing:<region>:<account>:<TargetGroupFullName>"),
            ("LoadBalancerArns", "=[]"),
        ],
        // The defaults of CreateTargetGroup.
        defaults: &[
            ("TargetType", "instance"),
            ("HealthCheckEnabled", "=true<?VpcId>"),
            ("HealthCheckIntervalSeconds", "=30<?VpcId>"),
            ("HealthyThresholdCount", "=5"),
            ("UnhealthyThresholdCount", "=2"),
            ("IpAddressType", "ipv4<?VpcId>"),
        ],
        unique: &["Name"],
        in_use: &[
            in_use("DefaultActions/*/TargetGroupArn"),
            in_use("DefaultActions/*/ForwardConfig/TargetGroups/*/TargetGroupArn"),
        ],
        ..PLAIN
    },
    Behaviour {
        type_name: LISTENER,
        assigned: &[(
            "ListenerArn",
            "arn:<partition>:elasticloadbalancing:<region>:<account>:listener/<after:loadbalancer/:LoadBalancerArn>/<#hex16>",
        )],
        references: &[
            Reference {
                path: "LoadBalancerArn",
                to: "AWS::ElasticLoadBalancingV2::LoadBalancer",
                by: &["LoadBalancerArn"],
                code: "NotFound",
                message: "Load balancers '[<value>]' not found (Service: ElasticLoadBalancingV2, Status Code: 400)",
            },
            target_group("DefaultActions/*/TargetGroupArn"),
            target_group("DefaultActions/*/ForwardConfig/TargetGroups/*/TargetGroupArn"),
        ],
        ..PLAIN
    },
];
