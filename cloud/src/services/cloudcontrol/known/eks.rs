//! EKS: clusters, node groups, add-ons, access entries, pod identity associations.

use crate::services::cloudcontrol::behaviour::{Behaviour, Link, Obstacle, PLAIN, Protection, Reference};

const CLUSTER: &str = "AWS::EKS::Cluster";

const OF_CLUSTER: Reference = Reference {
    path: "ClusterName",
    to: CLUSTER,
    by: &["Name"],
    code: "NotFound",
    message: "No cluster found for name: <value>. (Service: Eks, Status Code: 404)",
};

const fn in_cluster(of: &'static str) -> Link {
    Link { of, path: "ClusterName", own: "Name" }
}

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: CLUSTER,
        name: Some("Name"),
        assigned: &[
            ("Arn", "arn:<partition>:eks:<region>:<account>:cluster/<Name>"),
            ("Endpoint", "https://<#hex32>.gr7.<region>.eks.<dns>"),
            ("CertificateAuthorityData", "ZW1iZWRkZWQgY2xvdWQ="),
            ("ClusterSecurityGroupId", "sg-<#hex17>"),
            ("OpenIdConnectIssuerUrl", "https://oidc.eks.<region>.<dns>/id/<#hex32>"),
        ],
        // LIVE: these appear.
        defaults: &[
            ("Version", "1.34"),
            ("UpgradePolicy", "={\"SupportType\":\"EXTENDED\"}"),
            ("AccessConfig/AuthenticationMode", "CONFIG_MAP"),
            ("ResourcesVpcConfig/EndpointPublicAccess", "=true"),
            ("ResourcesVpcConfig/EndpointPrivateAccess", "=false"),
            ("ResourcesVpcConfig/PublicAccessCidrs", "=[\"0.0.0.0/0\"]"),
        ],
        in_use: &[Obstacle {
            link: in_cluster("AWS::EKS::Nodegroup"),
            code: "ResourceConflict",
            message: "Cluster has nodegroups attached (Service: Eks, Status Code: 409)",
        }],
        owned: &[
            in_cluster("AWS::EKS::Addon"),
            in_cluster("AWS::EKS::AccessEntry"),
            in_cluster("AWS::EKS::PodIdentityAssociation"),
        ],
        protection: Some(Protection {
            path: "DeletionProtection",
            value: "true",
            code: "InvalidRequest",
            message: "Cluster has deletion protection enabled (Service: Eks, Status Code: 400)",
        }),
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::EKS::Nodegroup",
        name: Some("NodegroupName"),
        assigned: &[
            ("Id", "<ClusterName>/<NodegroupName>"),
            ("Arn", "arn:<partition>:eks:<region>:<account>:nodegroup/<ClusterName>/<NodegroupName>/<#uuid>"),
        ],
        references: &[OF_CLUSTER],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::EKS::Addon",
        assigned: &[("Arn", "arn:<partition>:eks:<region>:<account>:addon/<ClusterName>/<AddonName>/<#uuid>")],
        // LIVE: a version appears.
        defaults: &[("AddonVersion", "v1.0.0-eksbuild.1")],
        references: &[OF_CLUSTER],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::EKS::AccessEntry",
        assigned: &[(
            "AccessEntryArn",
            "arn:<partition>:eks:<region>:<account>:access-entry/<ClusterName>/role/<account>/<bare:PrincipalArn>/<#uuid>",
        )],
        defaults: &[("Type", "STANDARD"), ("Username", "<PrincipalArn>")],
        references: &[OF_CLUSTER],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::EKS::PodIdentityAssociation",
        assigned: &[
            ("AssociationId", "a-<#17>"),
            (
                "AssociationArn",
                "arn:<partition>:eks:<region>:<account>:podidentityassociation/<ClusterName>/<AssociationId>",
            ),
        ],
        references: &[OF_CLUSTER],
        ..PLAIN
    },
];
