//! Elastic Load Balancing: load balancers, target groups, listeners. More rules are in `load_balancing.rs`.

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

/// Attributes of every load balancer.
const OF_ALL: &str =
    r#"=[{"Key":"deletion_protection.enabled","Value":"false"},{"Key":"access_logs.s3.enabled","Value":"false"}]"#;

/// Attributes of Application Load Balancers. AWS has more of them.
const OF_APPLICATION: &str = r#"=[{"Key":"idle_timeout.timeout_seconds","Value":"60"},{"Key":"client_keep_alive.seconds","Value":"3600"},{"Key":"routing.http2.enabled","Value":"true"},{"Key":"routing.http.drop_invalid_header_fields.enabled","Value":"false"},{"Key":"routing.http.desync_mitigation_mode","Value":"defensive"}]<=Type:application>"#;

/// Attributes of Network Load Balancers.
const OF_NETWORK: &str = r#"=[{"Key":"load_balancing.cross_zone.enabled","Value":"false"},{"Key":"dns_record.client_routing_policy","Value":"any_availability_zone"}]<=Type:network>"#;

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
        // The defaults of CreateLoadBalancer and LoadBalancerAttribute; LIVE: attributes appear.
        defaults: &[
            ("Type", "application"),
            ("Scheme", "internet-facing"),
            ("IpAddressType", "ipv4"),
            ("LoadBalancerAttributes", OF_ALL),
            ("LoadBalancerAttributes", OF_APPLICATION),
            ("LoadBalancerAttributes", OF_NETWORK),
        ],
        // Attributes that an update leaves out stay (cloudformation-coverage-roadmap#554, aws-cdk#31609).
        merged: &["LoadBalancerAttributes"],
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
        // The defaults of CreateTargetGroup and TargetGroupAttribute.
        defaults: &[
            ("TargetType", "instance"),
            ("HealthCheckEnabled", "=true<?VpcId>"),
            ("HealthCheckEnabled", "=false<!VpcId>"),
            ("HealthCheckIntervalSeconds", "=30<?VpcId>"),
            ("HealthCheckIntervalSeconds", "=35<!VpcId>"),
            ("HealthCheckTimeoutSeconds", "=6<=Protocol:HTTP>"),
            ("HealthCheckTimeoutSeconds", "=10<?Protocol>"),
            ("HealthCheckTimeoutSeconds", "=30<!VpcId>"),
            ("HealthCheckProtocol", "HTTP<=Protocol:HTTP>"),
            ("HealthCheckProtocol", "HTTP<=Protocol:HTTPS>"),
            ("HealthCheckProtocol", "TCP<?Protocol>"),
            ("HealthCheckPort", "traffic-port<?Protocol>"),
            ("HealthCheckPath", "/<=HealthCheckProtocol:HTTP>"),
            ("HealthCheckPath", "/<=HealthCheckProtocol:HTTPS>"),
            ("ProtocolVersion", "HTTP1<=Protocol:HTTP>"),
            ("ProtocolVersion", "HTTP1<=Protocol:HTTPS>"),
            ("HealthyThresholdCount", "=5"),
            ("UnhealthyThresholdCount", "=2<?VpcId>"),
            ("UnhealthyThresholdCount", "=5<!VpcId>"),
            ("IpAddressType", "ipv4<?VpcId>"),
            ("TargetGroupAttributes", "=[{\"Key\":\"stickiness.enabled\",\"Value\":\"false\"}]"),
            (
                "TargetGroupAttributes",
                "=[{\"Key\":\"deregistration_delay.timeout_seconds\",\"Value\":\"300\"}]<?VpcId>",
            ),
            (
                "TargetGroupAttributes",
                "=[{\"Key\":\"lambda.multi_value_headers.enabled\",\"Value\":\"false\"}]<!VpcId>",
            ),
        ],
        merged: &["TargetGroupAttributes"],
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
        // DescribeListeners shows them.
        defaults: &[
            ("SslPolicy", "ELBSecurityPolicy-2016-08<=Protocol:HTTPS>"),
            ("SslPolicy", "ELBSecurityPolicy-2016-08<=Protocol:TLS>"),
            (
                "ListenerAttributes",
                "=[{\"Key\":\"routing.http.response.server.enabled\",\"Value\":\"true\"}]<=Protocol:HTTP>",
            ),
            (
                "ListenerAttributes",
                "=[{\"Key\":\"routing.http.response.server.enabled\",\"Value\":\"true\"}]<=Protocol:HTTPS>",
            ),
            ("ListenerAttributes", "=[{\"Key\":\"tcp.idle_timeout.seconds\",\"Value\":\"350\"}]<=Protocol:TCP>"),
        ],
        merged: &["ListenerAttributes"],
        ..PLAIN
    },
];
