//! The list of kinds. A new kind is one file and one line here; a test fails on a file that is missing in the list.

use std::sync::Arc;

use crate::resource::cloud_control::AnyKind;
use crate::resource::{Kind, Registry};

/// Adds every kind of AWS resources to a registry with a method `with::<Kind>()`. The engine lists its providers by it too.
#[macro_export]
#[doc(hidden)]
macro_rules! with_every_kind {
    ($registry:expr) => {
        $registry
            // one line for each kind, in alphabetical order
            .with_cloud_control::<$crate::aws::apigateway::ApiKey>()
            .with_cloud_control::<$crate::aws::apigateway::ApiResource>()
            .with_cloud_control::<$crate::aws::apigateway::Deployment>()
            .with_cloud_control::<$crate::aws::apigateway::Method>()
            .with_cloud_control::<$crate::aws::apigateway::RestApi>()
            .with_cloud_control::<$crate::aws::apigateway::Stage>()
            .with_cloud_control::<$crate::aws::apigateway::UsagePlan>()
            .with_cloud_control::<$crate::aws::apigateway::UsagePlanKey>()
            .with::<$crate::aws::autoscaling::ScalableTarget>()
            .with::<$crate::aws::autoscaling::ScalingPolicy>()
            .with::<$crate::aws::autoscaling::ScheduledAction>()
            .with_cloud_control::<$crate::aws::bedrock::Guardrail>()
            .with_cloud_control::<$crate::aws::bedrock::GuardrailVersion>()
            .with_cloud_control::<$crate::aws::bedrock::InferenceProfile>()
            .with::<$crate::aws::bedrock::CustomModel>()
            .with::<$crate::aws::bedrock::CustomModelDeployment>()
            .with::<$crate::aws::bedrock::CustomizationJob>()
            .with::<$crate::aws::bedrock::InvocationLogging>()
            .with::<$crate::aws::bedrock::ProvisionedThroughput>()
            .with::<$crate::aws::budgets::Budget>()
            .with_cloud_control::<$crate::aws::ce::AnomalyMonitor>()
            .with_cloud_control::<$crate::aws::ce::AnomalySubscription>()
            .with_cloud_control::<$crate::aws::cloudtrail::Trail>()
            .with::<$crate::aws::cloudwatch::Alarm>()
            .with::<$crate::aws::cloudwatch::Dashboard>()
            .with_cloud_control::<$crate::aws::dynamodb::Table>()
            .with::<$crate::aws::ec2::DefaultSecurityGroup>()
            .with::<$crate::aws::ec2::ElasticIp>()
            .with::<$crate::aws::ec2::InternetGateway>()
            .with::<$crate::aws::ec2::NatGateway>()
            .with::<$crate::aws::ec2::RouteTable>()
            .with::<$crate::aws::ec2::SecurityGroup>()
            .with::<$crate::aws::ec2::Subnet>()
            .with::<$crate::aws::ec2::Vpc>()
            .with::<$crate::aws::ec2::VpcEndpoint>()
            .with_cloud_control::<$crate::aws::ecr::Repository>()
            .with_cloud_control::<$crate::aws::elbv2::Listener>()
            .with_cloud_control::<$crate::aws::elbv2::LoadBalancer>()
            .with_cloud_control::<$crate::aws::elbv2::TargetGroup>()
            .with_cloud_control::<$crate::aws::events::Rule>()
            .with::<$crate::aws::iam::Role>()
            .with::<$crate::aws::kms::Alias>()
            .with::<$crate::aws::kms::Key>()
            .with_cloud_control::<$crate::aws::lambda::Alias>()
            .with_cloud_control::<$crate::aws::lambda::Function>()
            .with_cloud_control::<$crate::aws::lambda::Permission>()
            .with_cloud_control::<$crate::aws::lambda::Version>()
            .with::<$crate::aws::logs::LogGroup>()
            .with_cloud_control::<$crate::aws::opensearch::Domain>()
            .with_cloud_control::<$crate::aws::opensearchserverless::AccessPolicy>()
            .with_cloud_control::<$crate::aws::opensearchserverless::Collection>()
            .with_cloud_control::<$crate::aws::opensearchserverless::CollectionGroup>()
            .with_cloud_control::<$crate::aws::opensearchserverless::Index>()
            .with_cloud_control::<$crate::aws::opensearchserverless::SecurityPolicy>()
            .with::<$crate::aws::s3::Bucket>()
            .with_cloud_control::<$crate::aws::s3vectors::VectorBucket>()
            .with_cloud_control::<$crate::aws::s3vectors::VectorIndex>()
            .with::<$crate::aws::sagemaker::DataQualityJobDefinition>()
            .with::<$crate::aws::sagemaker::Endpoint>()
            .with::<$crate::aws::sagemaker::EndpointConfig>()
            .with::<$crate::aws::sagemaker::FeatureGroup>()
            .with::<$crate::aws::sagemaker::InferenceComponent>()
            .with::<$crate::aws::sagemaker::Model>()
            .with::<$crate::aws::sagemaker::ModelPackageGroup>()
            .with::<$crate::aws::sagemaker::ModelQualityJobDefinition>()
            .with::<$crate::aws::sagemaker::MonitoringSchedule>()
            .with::<$crate::aws::sagemaker::Pipeline>()
            .with::<$crate::aws::secretsmanager::Secret>()
            .with::<$crate::aws::sns::Subscription>()
            .with::<$crate::aws::sns::Topic>()
            .with_cloud_control::<$crate::aws::sqs::Queue>()
            .with_cloud_control::<$crate::aws::sqs::QueuePolicy>()
            .with_cloud_control::<$crate::aws::stepfunctions::StateMachine>()
    };
}

/// Returns the kinds of AWS resources, and with them those of any type of Cloud Control.
pub fn kinds() -> Registry {
    let any = |name: &str| AnyKind::of(name).map(|kind| Arc::new(kind) as Arc<dyn Kind>);
    with_every_kind!(Registry::new()).with_fallback(any)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_file_of_a_kind_is_listed() {
        let kinds = kinds();
        let mut missing = Vec::new();
        for service in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/aws")).unwrap() {
            let service = service.unwrap().path();
            if !service.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(&service).unwrap() {
                let text = std::fs::read_to_string(file.unwrap().path()).unwrap_or_default();
                let declared =
                    text.split("const KIND: &'static str = \"").nth(1).and_then(|rest| rest.split('"').next());
                if let Some(name) = declared.filter(|name| kinds.get(name).is_none()) {
                    missing.push(name.to_owned());
                }
            }
        }
        assert!(missing.is_empty(), "not in the list of kinds: {missing:?}");
    }

    #[test]
    fn kinds_name_the_log_groups_that_aws_writes_into() {
        let scope = crate::resource::Scope {
            environment: "prod".into(),
            stack: "shop".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let arn = |group: &str| scope.arn("logs", &format!("log-group:{group}:*"));
        let code = json!({ "bucket": "b", "key": "k" });
        let logging = json!({ "level": "all", "groups": [{ "arn": arn("/aws/vendedlogs/states/x") }] });
        let access_log = json!({ "destination": arn("access").trim_end_matches(":*"), "format": "$context.requestId" });
        let settings = json!([{ "http_method": "*", "path": "/*", "log": "error" }]);
        let reference = json!({ "$ref": "logs_group.x", "output": "arn" });
        let cases = [
            ("sagemaker_endpoint", json!({ "name": "llm", "config": "c" }), vec!["/aws/sagemaker/Endpoints/llm"]),
            ("lambda_function", json!({ "name": "f", "code": code, "role": "r" }), vec!["/aws/lambda/f"]),
            ("lambda_function", json!({ "code": code, "role": "r", "log_group": "own" }), vec!["own"]),
            ("lambda_function", json!({ "code": code, "role": "r", "log_group": reference }), vec![]),
            ("logs_group", json!({ "name": "/llm" }), vec!["/llm"]),
            (
                "apigateway_stage",
                json!({
                    "api": "a1", "name": "live", "deployment": "d", "access_log": access_log, "settings": settings,
                }),
                vec!["access", "API-Gateway-Execution-Logs_a1/live"],
            ),
            (
                "stepfunctions_state_machine",
                json!({ "definition": {}, "role": "r", "logging": logging }),
                vec!["/aws/vendedlogs/states/x"],
            ),
            ("sqs_queue", json!({}), vec![]),
        ];
        for (kind, inputs, expected) in cases {
            let identity = scope.identity("lineage", &format!("{kind}.x").parse().unwrap(), 1);
            let found = kinds().get(kind).unwrap().log_groups(&identity, &inputs);
            assert_eq!(found.unwrap_or_else(|error| panic!("{kind}: {error}")), expected, "{kind}");
        }
    }

    #[test]
    fn every_kind_has_outputs_that_can_be_referred_to() {
        for kind in kinds().iter() {
            assert!(!kind.info().outputs.is_empty(), "{} has no outputs", kind.info().name);
        }
    }
}
