//! The types that Cloud Control knows, each with the facts of its schema. Source and licence: `../types/README.md`.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use super::facts::Facts;
use crate::service::Fault;

/// Name → file.
const FILES: &[(&str, &str)] = &[
    ("AWS::ApiGateway::ApiKey", include_str!("../types/AWS-ApiGateway-ApiKey.json")),
    ("AWS::ApiGateway::Deployment", include_str!("../types/AWS-ApiGateway-Deployment.json")),
    ("AWS::ApiGateway::Method", include_str!("../types/AWS-ApiGateway-Method.json")),
    ("AWS::ApiGateway::Resource", include_str!("../types/AWS-ApiGateway-Resource.json")),
    ("AWS::ApiGateway::RestApi", include_str!("../types/AWS-ApiGateway-RestApi.json")),
    ("AWS::ApiGateway::Stage", include_str!("../types/AWS-ApiGateway-Stage.json")),
    ("AWS::ApiGateway::UsagePlan", include_str!("../types/AWS-ApiGateway-UsagePlan.json")),
    ("AWS::ApiGateway::UsagePlanKey", include_str!("../types/AWS-ApiGateway-UsagePlanKey.json")),
    ("AWS::Backup::BackupVault", include_str!("../types/AWS-Backup-BackupVault.json")),
    (
        "AWS::Bedrock::ApplicationInferenceProfile",
        include_str!("../types/AWS-Bedrock-ApplicationInferenceProfile.json"),
    ),
    ("AWS::Bedrock::Guardrail", include_str!("../types/AWS-Bedrock-Guardrail.json")),
    ("AWS::Bedrock::GuardrailVersion", include_str!("../types/AWS-Bedrock-GuardrailVersion.json")),
    ("AWS::Bedrock::Prompt", include_str!("../types/AWS-Bedrock-Prompt.json")),
    ("AWS::Bedrock::PromptVersion", include_str!("../types/AWS-Bedrock-PromptVersion.json")),
    ("AWS::CE::AnomalyMonitor", include_str!("../types/AWS-CE-AnomalyMonitor.json")),
    ("AWS::CE::AnomalySubscription", include_str!("../types/AWS-CE-AnomalySubscription.json")),
    ("AWS::CE::CostCategory", include_str!("../types/AWS-CE-CostCategory.json")),
    ("AWS::CloudTrail::Trail", include_str!("../types/AWS-CloudTrail-Trail.json")),
    ("AWS::DynamoDB::Table", include_str!("../types/AWS-DynamoDB-Table.json")),
    ("AWS::ECR::Repository", include_str!("../types/AWS-ECR-Repository.json")),
    ("AWS::EKS::AccessEntry", include_str!("../types/AWS-EKS-AccessEntry.json")),
    ("AWS::EKS::Addon", include_str!("../types/AWS-EKS-Addon.json")),
    ("AWS::EKS::Cluster", include_str!("../types/AWS-EKS-Cluster.json")),
    ("AWS::EKS::Nodegroup", include_str!("../types/AWS-EKS-Nodegroup.json")),
    ("AWS::EKS::PodIdentityAssociation", include_str!("../types/AWS-EKS-PodIdentityAssociation.json")),
    ("AWS::ElastiCache::ServerlessCache", include_str!("../types/AWS-ElastiCache-ServerlessCache.json")),
    (
        "AWS::ElastiCache::ServerlessCacheSnapshot",
        include_str!("../types/AWS-ElastiCache-ServerlessCacheSnapshot.json"),
    ),
    ("AWS::ElasticLoadBalancingV2::Listener", include_str!("../types/AWS-ElasticLoadBalancingV2-Listener.json")),
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        include_str!("../types/AWS-ElasticLoadBalancingV2-LoadBalancer.json"),
    ),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", include_str!("../types/AWS-ElasticLoadBalancingV2-TargetGroup.json")),
    ("AWS::Events::Rule", include_str!("../types/AWS-Events-Rule.json")),
    ("AWS::Lambda::Alias", include_str!("../types/AWS-Lambda-Alias.json")),
    ("AWS::Lambda::Function", include_str!("../types/AWS-Lambda-Function.json")),
    ("AWS::Lambda::Permission", include_str!("../types/AWS-Lambda-Permission.json")),
    ("AWS::Lambda::Version", include_str!("../types/AWS-Lambda-Version.json")),
    ("AWS::OpenSearchServerless::AccessPolicy", include_str!("../types/AWS-OpenSearchServerless-AccessPolicy.json")),
    ("AWS::OpenSearchServerless::Collection", include_str!("../types/AWS-OpenSearchServerless-Collection.json")),
    (
        "AWS::OpenSearchServerless::CollectionGroup",
        include_str!("../types/AWS-OpenSearchServerless-CollectionGroup.json"),
    ),
    ("AWS::OpenSearchServerless::Index", include_str!("../types/AWS-OpenSearchServerless-Index.json")),
    (
        "AWS::OpenSearchServerless::SecurityPolicy",
        include_str!("../types/AWS-OpenSearchServerless-SecurityPolicy.json"),
    ),
    ("AWS::OpenSearchService::Domain", include_str!("../types/AWS-OpenSearchService-Domain.json")),
    ("AWS::RDS::DBInstance", include_str!("../types/AWS-RDS-DBInstance.json")),
    ("AWS::RDS::DBSubnetGroup", include_str!("../types/AWS-RDS-DBSubnetGroup.json")),
    ("AWS::S3Vectors::Index", include_str!("../types/AWS-S3Vectors-Index.json")),
    ("AWS::S3Vectors::VectorBucket", include_str!("../types/AWS-S3Vectors-VectorBucket.json")),
    ("AWS::SQS::Queue", include_str!("../types/AWS-SQS-Queue.json")),
    ("AWS::SQS::QueueInlinePolicy", include_str!("../types/AWS-SQS-QueueInlinePolicy.json")),
    ("AWS::StepFunctions::StateMachine", include_str!("../types/AWS-StepFunctions-StateMachine.json")),
    ("AWS::StepFunctions::StateMachineAlias", include_str!("../types/AWS-StepFunctions-StateMachineAlias.json")),
    ("AWS::StepFunctions::StateMachineVersion", include_str!("../types/AWS-StepFunctions-StateMachineVersion.json")),
];

/// A type, whose file is read when it is needed.
struct Type {
    text: &'static str,
    facts: OnceLock<Result<Facts, Fault>>,
}

static TYPES: LazyLock<BTreeMap<&str, Type>> =
    LazyLock::new(|| FILES.iter().map(|(name, text)| (*name, Type { text, facts: OnceLock::new() })).collect());

/// Returns the facts of a type. The message for an unknown one is that of pulumi-aws-native#2308.
pub fn find(name: &str) -> Result<&'static Facts, Fault> {
    let missing = || Fault::new("TypeNotFoundException", format!("The type '{name}' cannot be found."));
    let found = TYPES.get(name).ok_or_else(missing)?;
    found.facts.get_or_init(|| Facts::read(found.text)).as_ref().map_err(Clone::clone)
}

/// Returns the names of all types.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}
