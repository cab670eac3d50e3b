//! Identifiers as types, so that the compiler tells the name of a bucket from the id of a subnet.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// Returns the identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<&str> for $crate::resource::Input<$name> {
            fn from(text: &str) -> Self {
                Self::Value($name(text.to_owned()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )* };
}

ids! {
    /// An Amazon Resource Name of any resource.
    Arn,
    /// The ARN of an IAM role.
    RoleArn,
    /// The name of an IAM role.
    RoleName,
    /// The id of a VPC, `vpc-…`.
    ///
    /// Every kind of identifier has its own type. Outputs have that type, and text converts to it for resources that
    /// the stack does not declare:
    ///
    /// ```
    /// # use ebbtide::aws::VpcId;
    /// # use ebbtide::aws::ec2::Subnet;
    /// # fn declare() -> Result<(), Box<dyn std::error::Error>> {
    /// let existing = VpcId::from("vpc-0a1b2c3d4e5f67890");
    /// let subnet = Subnet::private(existing, "10.0.1.0/24".parse()?, "eu-west-1a");
    /// # Ok(())
    /// # }
    /// ```
    VpcId,
    /// The id of a subnet, `subnet-…`.
    SubnetId,
    /// The id of an internet gateway, `igw-…`.
    InternetGatewayId,
    /// The allocation id of an Elastic IP, `eipalloc-…`.
    AllocationId,
    /// The id of a NAT gateway, `nat-…`.
    NatGatewayId,
    /// The id of a route table, `rtb-…`.
    RouteTableId,
    /// The id of a security group, `sg-…`.
    SecurityGroupId,
    /// The id of a VPC endpoint, `vpce-…`.
    VpcEndpointId,
    /// The name of an S3 bucket.
    BucketName,
    /// The ARN of an S3 bucket.
    BucketArn,
    /// The ARN of a secret.
    SecretArn,
    /// The name of a SageMaker model.
    ModelName,
    /// The name of a SageMaker endpoint configuration.
    EndpointConfigName,
    /// The name of a SageMaker endpoint.
    EndpointName,
    /// The name of an inference component.
    InferenceComponentName,
    /// The name of a group of model packages.
    ModelPackageGroupName,
    /// The name of a feature group.
    FeatureGroupName,
    /// The name of a definition of monitoring jobs.
    MonitoringJobDefinitionName,
    /// The name of a monitoring schedule.
    MonitoringScheduleName,
    /// The name of a SageMaker pipeline.
    PipelineName,
    /// The resource of a scalable target, `endpoint/NAME/variant/VARIANT`.
    ScalableResource,
    /// The ARN of a scaling policy.
    ScalingPolicyArn,
    /// The name of a CloudWatch alarm.
    AlarmName,
    /// The ARN of a CloudWatch alarm.
    AlarmArn,
    /// The name of a log group.
    LogGroupName,
    /// The ARN of an SNS topic.
    TopicArn,
    /// The ARN of a trail of CloudTrail.
    TrailArn,
    /// The ARN of a vector bucket.
    VectorBucketArn,
    /// The ARN of an index of a vector bucket.
    VectorIndexArn,
    /// The ARN of an SQS queue.
    QueueArn,
    /// The ARN of a rule of EventBridge.
    RuleArn,
    /// The ARN of a state machine of Step Functions.
    StateMachineArn,
    /// The name of an ECR repository.
    RepositoryName,
    /// The ARN of a guardrail of Bedrock.
    GuardrailArn,
    /// The id of a guardrail of Bedrock.
    GuardrailId,
    /// The ARN of an inference profile of Bedrock.
    InferenceProfileArn,
    /// The name of a collection group of OpenSearch Serverless.
    CollectionGroupName,
    /// The name of a policy of OpenSearch Serverless.
    SearchPolicyName,
    /// The ARN of a collection of OpenSearch Serverless.
    CollectionArn,
    /// The endpoint of a collection of OpenSearch Serverless.
    CollectionEndpoint,
    /// The ARN of a monitor of cost anomalies.
    AnomalyMonitorArn,
    /// The ARN of a domain of OpenSearch.
    DomainArn,
    /// The ARN of a load balancer.
    LoadBalancerArn,
    /// The ARN of a target group of load balancers.
    TargetGroupArn,
    /// The ARN of a listener of a load balancer.
    ListenerArn,
    /// The id of a REST API of API Gateway.
    RestApiId,
    /// The id of a resource, the part of a path, of a REST API.
    ApiResourceId,
    /// The id of a deployment of a REST API.
    DeploymentId,
    /// The id of a usage plan of API Gateway.
    UsagePlanId,
    /// The id of an API key, which is no secret.
    ApiKeyId,
    /// The id of a key of KMS.
    KmsKeyId,
    /// The name of a Lambda function.
    FunctionName,
    /// The ARN of a Lambda function, of one of its versions or of its aliases.
    FunctionArn,
    /// The name of a DynamoDB table.
    TableName,
}
