//! API Gateway: REST APIs. None of its parts has an ARN as a property.

use crate::services::cloudcontrol::behaviour::{Behaviour, Link, Obstacle, PLAIN, Reference};

const API: &str = "AWS::ApiGateway::RestApi";

/// "Invalid API identifier specified" is what API Gateway says (aws-sdk-js#2458).
const OF_API: Reference = Reference {
    path: "RestApiId",
    to: API,
    by: &["RestApiId"],
    code: "NotFound",
    message: "Invalid API identifier specified <account>:<value> (Service: ApiGateway, Status Code: 404)",
};

const fn of_api(of: &'static str) -> Link {
    Link { of, path: "RestApiId", own: "RestApiId" }
}

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: API,
        assigned: &[("RestApiId", "<#10>"), ("RootResourceId", "<#10>")],
        // Property reference of AWS::ApiGateway::RestApi: HEADER and EDGE are the defaults.
        defaults: &[
            ("ApiKeySourceType", "HEADER"),
            ("DisableExecuteApiEndpoint", "=false"),
            ("EndpointConfiguration", "={\"Types\":[\"EDGE\"],\"IpAddressType\":\"ipv4\"}"),
        ],
        // DeleteRestApi deletes an API with all its parts.
        owned: &[
            of_api("AWS::ApiGateway::Resource"),
            of_api("AWS::ApiGateway::Method"),
            of_api("AWS::ApiGateway::Deployment"),
            of_api("AWS::ApiGateway::Stage"),
        ],
        arn: Some("arn:<partition>:apigateway:<region>::/restapis/<RestApiId>"),
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::ApiGateway::Resource",
        assigned: &[("ResourceId", "<#6>")],
        references: &[OF_API],
        owned: &[
            Link { of: "AWS::ApiGateway::Method", path: "ResourceId", own: "ResourceId" },
            Link { of: "AWS::ApiGateway::Resource", path: "ParentId", own: "ResourceId" },
        ],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::ApiGateway::Method",
        // Integration, API reference of PutIntegration: 29,000 milliseconds, requests without a template pass, and the id of the
        // resource as the name of its cache.
        defaults: &[
            ("ApiKeyRequired", "=false"),
            ("AuthorizationType", "NONE"),
            ("Integration/PassthroughBehavior", "<?Integration>WHEN_NO_MATCH"),
            ("Integration/TimeoutInMillis", "=<?Integration>29000"),
            ("Integration/CacheNamespace", "<?Integration><ResourceId>"),
        ],
        references: &[OF_API],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::ApiGateway::Deployment",
        assigned: &[("DeploymentId", "<#6>")],
        references: &[OF_API],
        // A deployment to which a stage points cannot be deleted. For the words no source was found.
        in_use: &[
            Obstacle {
                link: Link { of: "AWS::ApiGateway::Stage", path: "DeploymentId", own: "DeploymentId" },
                code: "InvalidRequest",
                message: "Active stages pointing to this deployment must be moved or deleted (Service: ApiGateway, Status Code: 400)",
            },
            Obstacle {
                link: Link { of: "AWS::ApiGateway::Stage", path: "CanarySetting/DeploymentId", own: "DeploymentId" },
                code: "InvalidRequest",
                message: "Active stages with canary settings pointing to this deployment must be moved or deleted (Service: ApiGateway, Status Code: 400)",
            },
        ],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::ApiGateway::Stage",
        name: Some("StageName"),
        // LIVE: 300 seconds, 5000 and 10000 appear in the settings of methods.
        defaults: &[
            ("TracingEnabled", "=false"),
            ("CacheClusterEnabled", "=false"),
            ("MethodSettings/*/CacheTtlInSeconds", "=300"),
            ("MethodSettings/*/ThrottlingBurstLimit", "=5000"),
            ("MethodSettings/*/ThrottlingRateLimit", "=10000"),
        ],
        references: &[
            OF_API,
            Reference {
                path: "DeploymentId",
                to: "AWS::ApiGateway::Deployment",
                by: &["DeploymentId"],
                code: "InvalidRequest",
                message: "Deployment id does not exist (Service: ApiGateway, Status Code: 400)",
            },
            Reference {
                path: "CanarySetting/DeploymentId",
                to: "AWS::ApiGateway::Deployment",
                by: &["DeploymentId"],
                code: "InvalidRequest",
                message: "Deployment id does not exist (Service: ApiGateway, Status Code: 400)",
            },
        ],
        arn: Some("arn:<partition>:apigateway:<region>::/restapis/<RestApiId>/stages/<StageName>"),
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::ApiGateway::UsagePlan",
        assigned: &[("Id", "<#6>")],
        references: &[Reference {
            path: "ApiStages/*/ApiId",
            to: "AWS::ApiGateway::Stage",
            by: &["RestApiId"],
            code: "NotFound",
            message: "API Stage not found: <value> (Service: ApiGateway, Status Code: 404)",
        }],
        owned: &[Link { of: "AWS::ApiGateway::UsagePlanKey", path: "UsagePlanId", own: "Id" }],
        arn: Some("arn:<partition>:apigateway:<region>::/usageplans/<Id>"),
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::ApiGateway::ApiKey",
        // The value is a secret, and reads show it.
        assigned: &[("APIKeyId", "<#10>"), ("Value", "<#40>")],
        defaults: &[("Enabled", "=false")],
        unique: &["Value"],
        owned: &[Link { of: "AWS::ApiGateway::UsagePlanKey", path: "KeyId", own: "APIKeyId" }],
        arn: Some("arn:<partition>:apigateway:<region>::/apikeys/<APIKeyId>"),
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::ApiGateway::UsagePlanKey",
        assigned: &[("Id", "<KeyId>:<UsagePlanId>")],
        references: &[
            Reference {
                path: "KeyId",
                to: "AWS::ApiGateway::ApiKey",
                by: &["APIKeyId"],
                code: "NotFound",
                message: "Invalid API Key identifier specified (Service: ApiGateway, Status Code: 404)",
            },
            Reference {
                path: "UsagePlanId",
                to: "AWS::ApiGateway::UsagePlan",
                by: &["Id"],
                code: "NotFound",
                message: "Invalid Usage Plan ID specified (Service: ApiGateway, Status Code: 404)",
            },
        ],
        ..PLAIN
    },
];
