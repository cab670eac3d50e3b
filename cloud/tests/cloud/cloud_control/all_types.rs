//! Every type: a minimal desired state that is made from its facts can be created, read, listed and deleted.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;
use serde_json::{Map, Value, json};

use super::{Control, ROLE, TRUST, network, outcome, role};
use crate::support::Fixture;

/// Texts for patterns, in the order in which they are tried.
const TEXTS: [&str; 9] = [
    "abc",
    "abcdef-ghi",
    "ABC",
    "1",
    "123456789012",
    "lambda:InvokeFunction",
    "python3.13",
    "arn:aws:iam::123456789012:role/exec",
    "subnet-0123",
];

/// Returns a minimal value for a schema.
fn minimal(root: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return minimal(root, root.pointer(reference.trim_start_matches('#')).unwrap());
    }
    if let Some(first) = schema["enum"].as_array().and_then(|allowed| allowed.first()) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "string" => text(schema),
        "boolean" => json!(false),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "array" => {
            let count = schema["minItems"].as_u64().unwrap_or(1).max(1);
            (0..count).map(|_| minimal(root, &schema["items"])).collect()
        }
        _ => {
            let names = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            names
                .map(|name| (name.to_owned(), minimal(root, &schema["properties"][name])))
                .collect::<Map<_, _>>()
                .into()
        }
    }
}

fn text(schema: &Value) -> Value {
    let (least, most) = (schema["minLength"].as_u64().unwrap_or(0), schema["maxLength"].as_u64().unwrap_or(u64::MAX));
    let regex = schema["pattern"].as_str().and_then(|pattern| Regex::new(pattern).ok());
    let fits = |text: &&&str| {
        (least..=most).contains(&(text.len() as u64)) && regex.as_ref().is_none_or(|regex| regex.is_match(text))
    };
    let found = TEXTS.iter().find(fits).map(|text| (*text).to_owned());
    json!(found.unwrap_or_else(|| "a".repeat(usize::try_from(least.max(1)).unwrap())))
}

/// Returns the properties that a type needs beyond its schema, with `<TYPE>` for the identifier of another type's resource, and the types
/// in an order in which they can be created.
fn needs() -> Vec<(&'static str, Value)> {
    let machine = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let encryption = r#"{"Rules":[{"ResourceType":"collection","Resource":["collection/*"]}],"AWSOwnedKey":true}"#;
    let cluster = json!({ "ClusterName": "<AWS::EKS::Cluster>" });
    let api = json!({ "RestApiId": "<AWS::ApiGateway::RestApi>" });
    let subnets = json!({ "SubnetIds": "subnets" });
    let of_function = json!({ "FunctionName": "<AWS::Lambda::Function>" });
    vec![
        ("AWS::ApiGateway::RestApi", json!({ "Name": "a" })),
        ("AWS::ApiGateway::Resource", api.clone()),
        (
            "AWS::ApiGateway::Method",
            json!({ "RestApiId": "<AWS::ApiGateway::RestApi>", "Integration": { "Type": "MOCK" } }),
        ),
        ("AWS::ApiGateway::Deployment", api.clone()),
        (
            "AWS::ApiGateway::Stage",
            json!({ "RestApiId": "<AWS::ApiGateway::RestApi>", "DeploymentId": "<AWS::ApiGateway::Deployment>" }),
        ),
        ("AWS::ApiGateway::UsagePlan", json!({})),
        ("AWS::ApiGateway::ApiKey", json!({})),
        (
            "AWS::ApiGateway::UsagePlanKey",
            json!({ "KeyId": "<AWS::ApiGateway::ApiKey>", "UsagePlanId": "<AWS::ApiGateway::UsagePlan>" }),
        ),
        ("AWS::Bedrock::Guardrail", json!({})),
        ("AWS::Bedrock::GuardrailVersion", json!({ "GuardrailIdentifier": "<AWS::Bedrock::Guardrail>" })),
        ("AWS::Bedrock::Prompt", json!({})),
        ("AWS::Bedrock::PromptVersion", json!({ "PromptArn": "<AWS::Bedrock::Prompt>" })),
        ("AWS::CE::AnomalyMonitor", json!({ "MonitorDimension": "SERVICE" })),
        (
            "AWS::CE::AnomalySubscription",
            json!({ "MonitorArnList": ["<AWS::CE::AnomalyMonitor>"], "Subscribers": [{ "Type": "EMAIL", "Address": "a@example.com" }] }),
        ),
        ("AWS::CloudTrail::Trail", json!({ "S3BucketName": "audit-logs" })),
        (
            "AWS::DynamoDB::Table",
            json!({ "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }], "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }] }),
        ),
        ("AWS::EKS::Cluster", json!({ "RoleArn": ROLE, "ResourcesVpcConfig": subnets })),
        (
            "AWS::EKS::Nodegroup",
            json!({ "ClusterName": "<AWS::EKS::Cluster>", "NodeRole": ROLE, "Subnets": "subnets" }),
        ),
        ("AWS::EKS::Addon", cluster.clone()),
        ("AWS::EKS::AccessEntry", json!({ "ClusterName": "<AWS::EKS::Cluster>", "PrincipalArn": ROLE })),
        ("AWS::EKS::PodIdentityAssociation", json!({ "ClusterName": "<AWS::EKS::Cluster>", "RoleArn": ROLE })),
        ("AWS::Events::Rule", json!({ "EventPattern": r#"{"source":["aws.sagemaker"]}"# })),
        ("AWS::ElastiCache::ServerlessCache", json!({})),
        (
            "AWS::ElastiCache::ServerlessCacheSnapshot",
            json!({ "ServerlessCacheName": "<AWS::ElastiCache::ServerlessCache>" }),
        ),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", json!({ "Subnets": "subnets" })),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", json!({ "TargetType": "lambda" })),
        (
            "AWS::ElasticLoadBalancingV2::Listener",
            json!({ "LoadBalancerArn": "<AWS::ElasticLoadBalancingV2::LoadBalancer>" }),
        ),
        (
            "AWS::Lambda::Function",
            json!({ "Role": ROLE, "Code": { "ZipFile": "x" }, "Runtime": "python3.13", "Handler": "i.h" }),
        ),
        ("AWS::Lambda::Version", of_function.clone()),
        ("AWS::Lambda::Alias", json!({ "FunctionName": "<AWS::Lambda::Function>", "FunctionVersion": "$LATEST" })),
        ("AWS::Lambda::Permission", of_function),
        ("AWS::OpenSearchServerless::SecurityPolicy", json!({ "Type": "encryption", "Policy": encryption })),
        ("AWS::OpenSearchServerless::AccessPolicy", json!({ "Policy": "[]" })),
        ("AWS::OpenSearchServerless::Collection", json!({})),
        ("AWS::OpenSearchServerless::Index", json!({ "CollectionEndpoint": "endpoint" })),
        ("AWS::RDS::DBSubnetGroup", json!({ "SubnetIds": "subnets" })),
        ("AWS::S3Vectors::VectorBucket", json!({})),
        ("AWS::S3Vectors::Index", json!({ "VectorBucketArn": "<AWS::S3Vectors::VectorBucket>" })),
        ("AWS::SQS::Queue", json!({ "QueueName": "all-types" })),
        (
            "AWS::SQS::QueueInlinePolicy",
            json!({ "Queue": "<AWS::SQS::Queue>", "PolicyDocument": { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" }, "Action": "sqs:SendMessage", "Resource": "*" }] } }),
        ),
        ("AWS::StepFunctions::StateMachine", json!({ "RoleArn": ROLE, "DefinitionString": machine })),
        ("AWS::StepFunctions::StateMachineVersion", json!({ "StateMachineArn": "<AWS::StepFunctions::StateMachine>" })),
        (
            "AWS::StepFunctions::StateMachineAlias",
            json!({ "RoutingConfiguration": [{ "StateMachineVersionArn": "<AWS::StepFunctions::StateMachineVersion>", "Weight": 100 }] }),
        ),
    ]
}

/// Replaces the names of types by the identifiers of their resources.
fn resolved(value: &Value, made: &BTreeMap<String, String>, subnets: &[String], endpoint: &Value) -> Value {
    let deeper = |value: &Value| resolved(value, made, subnets, endpoint);
    match value {
        Value::String(text) if text == "subnets" => json!(subnets),
        Value::String(text) if text == "endpoint" => endpoint.clone(),
        Value::String(text) => match text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) {
            // A deployment is referred to by the first part of its identifier.
            Some(of) => json!(made[of].split('|').next()),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(deeper).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), deeper(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn every_type_can_be_created_read_listed_and_deleted() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    role(&fixture.sdk()).await;
    let (_, subnets, _) = network(&fixture.sdk()).await;
    let s3 = aws_sdk_s3::Client::new(&fixture.sdk());
    s3.create_bucket().bucket("audit-logs").send().await.unwrap();
    let policy = TRUST
        .replace("lambda", "cloudtrail")
        .replace("sts:AssumeRole\"", "s3:PutObject\",\"Resource\":\"arn:aws:s3:::audit-logs/*\"");
    s3.put_bucket_policy().bucket("audit-logs").policy(policy).send().await.unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/services/cloudcontrol/types");
    let mut schemas = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            schemas.insert(schema["typeName"].as_str().unwrap().to_owned(), schema);
        }
    }
    let mut order = needs();
    let others = schemas.keys().filter(|name| !order.iter().any(|(known, _)| known == name));
    let others: Vec<_> = others.map(String::as_str).collect();
    order.extend(others.into_iter().map(|name| (name, json!({}))));
    assert_eq!(order.len(), schemas.len());
    let (mut made, mut endpoint) = (BTreeMap::new(), Value::Null);
    for (name, need) in &order {
        let schema = &schemas[*name];
        let mut desired = minimal(schema, schema);
        let need = resolved(need, &made, &subnets, &endpoint);
        for (property, value) in need.as_object().unwrap() {
            desired[property] = value.clone();
        }
        let identifier = control.made(name, &desired).await;
        let read = control.read(name, &identifier).await;
        if *name == "AWS::OpenSearchServerless::Collection" {
            endpoint = read["CollectionEndpoint"].clone();
        }
        if let Some(list) = schema["handlers"].get("list") {
            let handler = &list["handlerSchema"];
            let first = handler["oneOf"][0]["required"].as_array().into_iter().flatten();
            let required = handler["required"].as_array().into_iter().flatten().chain(first);
            let model: Map<_, _> = required
                .filter_map(Value::as_str)
                .map(|property| {
                    (property.to_owned(), read.get(property).cloned().unwrap_or(json!("bucket-of-another-name")))
                })
                .collect();
            if *name != "AWS::S3Vectors::Index" {
                let list =
                    control.client.list_resources().type_name(*name).resource_model(Value::Object(model).to_string());
                let listed = list.send().await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
                let mut found = listed.resource_descriptions().iter().filter_map(|one| one.identifier());
                assert!(found.any(|found| found == identifier), "{name}: {listed:?}");
            }
        }
        made.insert((*name).to_owned(), identifier);
    }
    for (name, _) in order.iter().rev() {
        let event = control.delete(name, &made[*name]).await;
        assert_eq!(outcome(&event).0, "SUCCESS", "{name}: {event:?}");
        assert!(!control.exists(name, &made[*name]).await, "{name}");
    }
}
