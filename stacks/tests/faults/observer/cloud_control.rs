//! Resources that Cloud Control manages.

use ebbtide_engine::sdk::Aws;
use serde_json::{Value, json};

use super::Observed;

/// A type, its words, and the properties that a generated stack changes.
struct Type {
    name: &'static str,
    words: &'static str,
    properties: &'static [&'static str],
    /// The types inside of a resource of this type. AWS lists them by this property of it.
    inside: &'static [(&'static str, Type)],
}

const fn plain(name: &'static str, words: &'static str, properties: &'static [&'static str]) -> Type {
    Type { name, words, properties, inside: &[] }
}

const TYPES: &[Type] = &[
    plain("AWS::SQS::Queue", "queue", &["QueueName", "DelaySeconds", "RedrivePolicy"]),
    plain("AWS::ECR::Repository", "repository", &["RepositoryName", "ImageTagMutability"]),
    plain("AWS::DynamoDB::Table", "table", &["TableName", "BillingMode"]),
    plain("AWS::Events::Rule", "rule", &["Name", "EventPattern", "State", "Targets"]),
    plain("AWS::StepFunctions::StateMachine", "state machine", &["Name", "DefinitionString", "TracingConfiguration"]),
    plain("AWS::CloudTrail::Trail", "trail", &["TrailName", "S3BucketName", "EnableLogFileValidation"]),
    Type {
        inside: &[("VectorBucketArn", plain("AWS::S3Vectors::Index", "vector index", &["IndexName", "Dimension"]))],
        ..plain("AWS::S3Vectors::VectorBucket", "vector bucket", &["VectorBucketName"])
    },
    plain("AWS::Bedrock::Guardrail", "guardrail", &["Name", "BlockedInputMessaging", "WordPolicyConfig"]),
    plain("AWS::Bedrock::ApplicationInferenceProfile", "inference profile", &["InferenceProfileName", "Models"]),
    plain("AWS::CE::AnomalyMonitor", "anomaly monitor", &["MonitorSpecification"]),
    plain("AWS::CE::AnomalySubscription", "anomaly subscription", &["ThresholdExpression", "Subscribers"]),
    plain(
        "AWS::OpenSearchServerless::CollectionGroup",
        "collection group",
        &["Name", "StandbyReplicas", "Generation", "CapacityLimits"],
    ),
    Type {
        inside: &[(
            "CollectionEndpoint",
            plain("AWS::OpenSearchServerless::Index", "index", &["IndexName", "Mappings"]),
        )],
        ..plain("AWS::OpenSearchServerless::Collection", "collection", &["Name", "CollectionGroupName", "Description"])
    },
    Type {
        // The description of a deployment has a digest of ids.
        inside: &[
            ("RestApiId", plain("AWS::ApiGateway::Resource", "part of a path", &["PathPart"])),
            ("RestApiId", plain("AWS::ApiGateway::Deployment", "deployment", &[])),
            ("RestApiId", plain("AWS::ApiGateway::Stage", "stage", &["StageName", "Variables", "CanarySetting"])),
        ],
        ..plain("AWS::ApiGateway::RestApi", "REST API", &["Description", "MinimumCompressionSize"])
    },
    Type {
        inside: &[("UsagePlanId", plain("AWS::ApiGateway::UsagePlanKey", "key of a usage plan", &["KeyType"]))],
        ..plain("AWS::ApiGateway::UsagePlan", "usage plan", &["Description", "Throttle"])
    },
    plain("AWS::ApiGateway::ApiKey", "API key", &["Description", "Enabled"]),
    Type {
        // Their numbers go up with each one that there ever was.
        inside: &[
            ("FunctionName", plain("AWS::Lambda::Version", "version", &[])),
            ("FunctionName", plain("AWS::Lambda::Alias", "alias", &["Name", "ProvisionedConcurrencyConfig"])),
            ("FunctionName", plain("AWS::Lambda::Permission", "permission", &["Principal"])),
        ],
        ..plain("AWS::Lambda::Function", "function", &["MemorySize"])
    },
    Type {
        inside: &[(
            "LoadBalancerArn",
            plain("AWS::ElasticLoadBalancingV2::Listener", "listener", &["Port", "Protocol"]),
        )],
        ..plain(
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "load balancer",
            &["Type", "Scheme", "LoadBalancerAttributes"],
        )
    },
    plain(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "target group",
        &["Port", "Protocol", "HealthyThresholdCount", "TargetGroupAttributes"],
    ),
];

/// The policies of queues have no list: a queue is asked for its own.
async fn see_queue_policy(aws: &Aws, queue: &str, seen: &mut Observed) {
    let read = aws.cloudcontrol().get_resource().type_name("AWS::SQS::QueueInlinePolicy").identifier(queue);
    let Ok(read) = read.send().await else { return };
    let model = read.resource_description.and_then(|description| description.properties).unwrap_or_default();
    let model: Value = serde_json::from_str(&model).unwrap();
    seen.add("policy of a queue", model["PolicyDocument"].to_string());
}

const SECURITY: Type = plain("AWS::OpenSearchServerless::SecurityPolicy", "security policy", &["Type", "Policy"]);
const ACCESS: Type = plain("AWS::OpenSearchServerless::AccessPolicy", "access policy", &["Type", "Policy"]);

/// The types that AWS lists by this model alone.
const LISTED_BY: &[(&Type, &str)] =
    &[(&SECURITY, r#"{"Type":"encryption"}"#), (&SECURITY, r#"{"Type":"network"}"#), (&ACCESS, r#"{"Type":"data"}"#)];

pub async fn see(aws: &Aws, seen: &mut Observed) {
    see_domains(aws, seen).await;
    let mut waiting: Vec<(&Type, Option<String>)> = TYPES.iter().map(|of_type| (of_type, None)).collect();
    waiting.extend(LISTED_BY.iter().map(|(of_type, model)| (*of_type, Some((*model).to_owned()))));
    while let Some((of_type, model)) = waiting.pop() {
        let list = aws.cloudcontrol().list_resources().type_name(of_type.name).set_resource_model(model);
        for resource in list.send().await.unwrap().resource_descriptions() {
            let id = resource.identifier().unwrap_or_default();
            // A list may show less than a read, and a read may come after the end of a deletion.
            let Ok(read) = aws.cloudcontrol().get_resource().type_name(of_type.name).identifier(id).send().await else {
                continue;
            };
            let model = read.resource_description.and_then(|description| description.properties).unwrap_or_default();
            let model: Value = serde_json::from_str(&model).unwrap();
            let own = model["Tags"].as_array().into_iter().flatten();
            let own: Vec<_> = own.filter(|tag| tag["Key"] == "variant").map(|tag| tag["Value"].to_string()).collect();
            let values: Vec<_> = of_type.properties.iter().map(|property| told(&model[*property])).collect();
            seen.add(of_type.words, format!("{} with {own:?}", values.join(" ")));
            let inside = of_type.inside.iter();
            // A parent has this property, or calls it otherwise.
            let own = |property: &str| model.get(property).cloned().unwrap_or_else(|| json!(id));
            waiting
                .extend(inside.map(|(property, child)| (child, Some(json!({ *property: own(property) }).to_string()))));
            if of_type.name == "AWS::SQS::Queue" {
                see_queue_policy(aws, id, seen).await;
            }
            if of_type.name == "AWS::ApiGateway::Resource" {
                see_methods(aws, id, seen).await;
            }
            if let Some(guardrail) = model["GuardrailId"].as_str() {
                see_versions(aws, guardrail, seen).await;
            }
        }
    }
}

/// Returns a value without the id that AWS gives a guardrail.
fn told(value: &Value) -> String {
    const ID: &str = "\"GuardrailIdentifier\":\"";
    let Some((before, after)) = value.as_str().and_then(|text| text.split_once(ID)) else { return value.to_string() };
    format!("{before}{}", after.split_once('"').map_or(after, |(_, after)| after))
}

/// Domains have no list: the Resource Groups Tagging API has them.
async fn see_domains(aws: &Aws, seen: &mut Observed) {
    let found = aws.resourcegroupstagging().get_resources().send().await.unwrap();
    for resource in found.resource_tag_mapping_list() {
        let Some((_, name)) = resource.resource_arn().and_then(|arn| arn.split_once(":domain/")) else { continue };
        let read = aws.cloudcontrol().get_resource().type_name("AWS::OpenSearchService::Domain").identifier(name);
        let Ok(read) = read.send().await else { continue };
        let model = read.resource_description.and_then(|description| description.properties).unwrap_or_default();
        let model: Value = serde_json::from_str(&model).unwrap();
        seen.add("domain", format!("{name} with {}", model["EBSOptions"]));
    }
}

/// Methods have no list. These are the verbs of the stacks.
async fn see_methods(aws: &Aws, part: &str, seen: &mut Observed) {
    for verb in ["ANY", "POST"] {
        let get = aws.cloudcontrol().get_resource().type_name("AWS::ApiGateway::Method");
        let Ok(read) = get.identifier(format!("{part}|{verb}")).send().await else { continue };
        let model = read.resource_description.and_then(|description| description.properties).unwrap_or_default();
        let model: Value = serde_json::from_str(&model).unwrap();
        seen.add("method", model["Integration"]["RequestTemplates"].to_string());
    }
}

/// Versions have no list. Their numbers go up with each one that there ever was, so only how many there are counts.
async fn see_versions(aws: &Aws, guardrail: &str, seen: &mut Observed) {
    let mut count = 0;
    for number in 1..10 {
        let read = aws.cloudcontrol().get_resource().type_name("AWS::Bedrock::GuardrailVersion");
        count += usize::from(read.identifier(format!("{guardrail}|{number}")).send().await.is_ok());
    }
    seen.add("versions of a guardrail", count.to_string());
}
