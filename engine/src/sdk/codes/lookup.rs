//! The lookup of a code: the table of its service first, then the common one.

use super::{
    autoscaling, bedrock, budgets, cloudcontrol, cloudwatch, common, ec2, ecr, iam, kms, logs, s3, sagemaker,
    secretsmanager, servicequotas, sns,
};
use crate::sdk::error::ErrorKind;

/// Returns the kind of failure of a call, such as `ec2:CreateVpc`, by AWS's error code, message and HTTP status.
pub fn kind_of(call: &str, code: &str, message: &str, status: u16) -> ErrorKind {
    let service = call.split_once(':').map_or(call, |(service, _)| service);
    kind_in_tables(service, code, message).unwrap_or_else(|| common::kind_by_form(code, status))
}

/// Returns the kind of failure of a code in the table of its service or in the common one.
pub(super) fn kind_in_tables(service: &str, code: &str, message: &str) -> Option<ErrorKind> {
    kind_in_service(service, code, message).or_else(|| common::kind_of(code))
}

/// Returns the kind of failure of a code in the table of one service.
fn kind_in_service(service: &str, code: &str, message: &str) -> Option<ErrorKind> {
    match service {
        "application-autoscaling" => autoscaling::kind_of(code, message),
        "bedrock" => bedrock::kind_of(code, message),
        "budgets" => budgets::kind_of(code),
        // The actions of Cloud Control are those of CloudFormation, and calls are named by the action that they need.
        "cloudformation" => cloudcontrol::kind_of(code, message),
        "cloudwatch" => cloudwatch::kind_of(code),
        "ec2" => ec2::kind_of(code, message),
        "ecr" => ecr::kind_of(code),
        "iam" => iam::kind_of(code, message),
        "kms" => kms::kind_of(code),
        "logs" => logs::kind_of(code),
        "s3" => s3::kind_of(code, message),
        "sagemaker" => sagemaker::kind_of(code, message),
        "secretsmanager" => secretsmanager::kind_of(code),
        "servicequotas" => servicequotas::kind_of(code),
        "sns" => sns::kind_of(code, message),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_what_can_pass() {
        let cases = [
            ("ec2:DescribeVpcs", "InvalidVpcID.NotFound", "", 400, ErrorKind::NotFound),
            (
                "sagemaker:DescribeEndpoint",
                "ValidationException",
                "Could not find endpoint \"arn…\".",
                400,
                ErrorKind::NotFound,
            ),
            (
                "sagemaker:UpdateEndpoint",
                "ValidationException",
                "Cannot update in-progress endpoint",
                400,
                ErrorKind::Busy,
            ),
            (
                "sagemaker:CreateEndpoint",
                "ValidationException",
                "Cannot create already existing endpoint",
                400,
                ErrorKind::AlreadyExists,
            ),
            ("ec2:CreateSubnet", "InvalidSubnet.Conflict", "", 400, ErrorKind::AlreadyExists),
            ("ec2:CreateRoute", "RouteAlreadyExists", "", 400, ErrorKind::AlreadyExists),
            (
                "application-autoscaling:PutScalingPolicy",
                "ValidationException",
                "Only one TargetTrackingScaling policy …",
                400,
                ErrorKind::AlreadyExists,
            ),
            (
                "ec2:CreateVpcEndpoint",
                "InvalidParameter",
                "there is already a conflicting DNS domain for …",
                400,
                ErrorKind::AlreadyExists,
            ),
            ("sagemaker:CreateModel", "ValidationException", "1 validation error detected", 400, ErrorKind::Invalid),
            ("ec2:DeleteVpc", "DependencyViolation", "", 400, ErrorKind::Busy),
            ("logs:CreateLogGroup", "ThrottlingException", "", 400, ErrorKind::Throttled),
            ("ec2:DescribeVpcs", "RequestLimitExceeded", "", 503, ErrorKind::Throttled),
            ("ec2:CreateSecurityGroup", "RulesPerSecurityGroupLimitExceeded", "", 400, ErrorKind::Quota),
            ("ec2:DescribeVpcs", "InternalFailure", "", 500, ErrorKind::Unavailable),
            ("ec2:CreateVpc", "UnauthorizedOperation", "", 403, ErrorKind::Denied),
        ];
        for (call, code, message, status, kind) in cases {
            assert_eq!(kind_of(call, code, message, status), kind, "{call} {code} {message}");
        }
    }

    /// The codes of one service, separated by spaces.
    fn codes_of_services() -> Vec<(&'static str, ErrorKind, &'static str, &'static str)> {
        use ErrorKind::{
            AlreadyExists, Busy, Capacity, Credentials, Denied, HoldsData, Invalid, NotFound, NotYet, Quota, Throttled,
            Unavailable,
        };
        let autoscaling = "application-autoscaling";
        let (words, principal) = ("ValidationException", "Invalid principal in policy: \"AWS\":\"…\"");
        vec![
            (autoscaling, NotFound, "ObjectNotFoundException", ""),
            (autoscaling, NotFound, words, "No scalable target registered for …"),
            (autoscaling, NotFound, words, "The variant does not exist"),
            (autoscaling, AlreadyExists, words, "Only one TargetTrackingScaling policy …"),
            (autoscaling, Busy, "ConcurrentUpdateException", ""),
            (autoscaling, Throttled, "FailedResourceAccessException", "Failed to make an alarm: Rate exceeded"),
            (
                autoscaling,
                NotYet,
                "FailedResourceAccessException",
                "The security token included in the request is invalid",
            ),
            (autoscaling, NotYet, words, "Unable to assume IAM role: arn…"),
            ("bedrock", AlreadyExists, "ConflictException", "The job name expert is already in use."),
            ("bedrock", Busy, "ConflictException", "The custom model arn… is in use by arn…."),
            ("bedrock", NotYet, words, "Could not assume provided IAM role: arn…"),
            ("bedrock", Quota, "ServiceQuotaExceededException TooManyTagsException", ""),
            ("bedrock", Busy, "ResourceInUseException", ""),
            ("ecr", NotFound, "RepositoryNotFoundException", ""),
            ("servicequotas", NotFound, "NoSuchResourceException", ""),
            ("budgets", AlreadyExists, "DuplicateRecordException", ""),
            ("budgets", Busy, "ResourceLockedException BillingViewHealthStatusException", ""),
            ("budgets", Quota, "CreationLimitExceededException", ""),
            ("cloudwatch", NotFound, "DashboardNotFoundError", ""),
            ("cloudwatch", Busy, "ResourceConflict", ""),
            ("ec2", NotFound, "NatGatewayNotFound Gateway.NotAttached", ""),
            ("ec2", AlreadyExists, "InvalidGroup.Duplicate InvalidSubnet.Conflict", ""),
            ("ec2", AlreadyExists, "InvalidParameter", "there is already a conflicting DNS domain for …"),
            ("ec2", Busy, "DependencyViolation InvalidIPAddress.InUse IncorrectState Resource.AlreadyAssociated", ""),
            ("ec2", Denied, "UnauthorizedOperation", ""),
            ("ec2", Quota, "VpcLimitExceeded AddressLimitExceeded NatGatewayLimitExceeded", ""),
            ("ec2", Quota, "InsufficientFreeAddressesInSubnet", ""),
            ("ec2", Capacity, "InsufficientAddressCapacity", ""),
            ("iam", NotFound, "NoSuchEntity", ""),
            ("iam", AlreadyExists, "EntityAlreadyExists", ""),
            ("iam", Busy, "DeleteConflict", "Cannot delete entity, must detach all policies first."),
            ("iam", Busy, "DeleteConflict", "Cannot delete entity, must delete policies first."),
            ("iam", Invalid, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."),
            ("iam", Busy, "EntityTemporarilyUnmodifiable", ""),
            ("iam", NotYet, "MalformedPolicyDocument", principal),
            ("logs", AlreadyExists, "ResourceAlreadyExistsException", ""),
            ("logs", Busy, "OperationAbortedException", ""),
            ("s3", NotFound, "NoSuchBucket NoSuchKey NoSuchLifecycleConfiguration NoSuchBucketPolicy NoSuchTagSet", ""),
            ("s3", NotFound, "NoSuchPublicAccessBlockConfiguration", ""),
            ("s3", NotFound, "ServerSideEncryptionConfigurationNotFoundError", ""),
            ("s3", AlreadyExists, "BucketAlreadyOwnedByYou BucketAlreadyExists", ""),
            ("s3", NotYet, "MalformedPolicy", principal),
            ("s3", Busy, "OperationAborted ConditionalRequestConflict", ""),
            ("s3", HoldsData, "BucketNotEmpty", ""),
            ("s3", Throttled, "SlowDown", ""),
            ("s3", Credentials, "InvalidAccessKeyId", ""),
            ("s3", Quota, "TooManyBuckets", ""),
            ("sagemaker", Busy, "ResourceInUse ConflictException", ""),
            ("sagemaker", Invalid, words, "The subnet 'subnet-1' does not exist."),
            ("sagemaker", Invalid, words, "Could not find model data at s3://models/llama/."),
            ("sagemaker", Capacity, "ResourceLimitExceeded", ""),
            ("sagemaker", Quota, "ResourceLimitExceeded", "… is 0 Instances, … a request delta of 1 Instances."),
            ("sagemaker", NotFound, words, "Could not find model \"arn…\"."),
            ("sagemaker", AlreadyExists, words, "Cannot create already existing model"),
            ("sagemaker", Busy, words, "An update is in progress"),
            ("sagemaker", NotYet, words, "Could not assume role …"),
            ("sagemaker", NotYet, words, "The role could not be assumed"),
            ("secretsmanager", AlreadyExists, "ResourceExistsException", ""),
            ("kms", Unavailable, "DependencyTimeoutException KMSInternalException KeyUnavailableException", ""),
            ("sns", Denied, "AuthorizationError", ""),
            ("sns", Busy, "ConcurrentAccess", ""),
            ("sns", NotYet, "StaleTag", ""),
            ("sns", NotYet, "InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound"),
            ("sns", Invalid, "InvalidParameter", "Invalid parameter: TopicArn"),
            ("sns", Throttled, "KMSThrottling", ""),
        ]
    }

    #[test]
    fn each_code_of_one_service_is_found_through_its_service() {
        for (service, kind, codes, message) in codes_of_services() {
            for code in codes.split(' ') {
                assert_eq!(kind_in_service(service, code, message), Some(kind), "{service}: {code} {message}");
                assert_eq!(
                    kind_of(&format!("{service}:Call"), code, message, 400),
                    kind,
                    "{service}: {code} {message}"
                );
            }
        }
    }

    #[test]
    fn common_codes_mean_the_same_in_every_service() {
        let codes = [
            (ErrorKind::NotFound, "NotFound NotFoundException ResourceNotFound ResourceNotFoundException"),
            (ErrorKind::Busy, "ConcurrentModification ConcurrentModificationException ConflictException"),
            (ErrorKind::Unavailable, "InternalError InternalFailure ServiceUnavailable ServiceUnavailableException"),
            (ErrorKind::Throttled, "RequestThrottledException BandwidthLimitExceeded PriorRequestNotComplete"),
            (ErrorKind::Throttled, "Throttling ThrottlingException ThrottledException RequestLimitExceeded"),
            (ErrorKind::Throttled, "TooManyRequestsException RequestThrottled LimitExceededException.Throttle"),
            (ErrorKind::Credentials, "ExpiredToken ExpiredTokenException InvalidClientTokenId AuthFailure"),
            (ErrorKind::Credentials, "UnrecognizedClientException SignatureDoesNotMatch RequestExpired"),
            (ErrorKind::Denied, "AccessDenied AccessDeniedException Forbidden"),
            (ErrorKind::Quota, "LimitExceeded LimitExceededException ServiceQuotaExceededException"),
            (ErrorKind::Capacity, "InsufficientInstanceCapacity InsufficientHostCapacity InsufficientCapacity"),
        ];
        for service in ["application-autoscaling", "ec2", "iam", "kms", "logs", "s3", "sagemaker", "sns", "sts"] {
            let call = format!("{service}:Call");
            for (kind, codes) in codes {
                for code in codes.split(' ') {
                    assert_eq!(kind_of(&call, code, "", 400), kind, "{call}: {code}");
                }
            }
            for code in ["ValidationException", "ValidationError"] {
                assert_eq!(
                    kind_of(&call, code, "1 validation error detected", 400),
                    ErrorKind::Invalid,
                    "{call}: {code}"
                );
            }
        }
    }

    #[test]
    fn a_missing_parameter_is_no_missing_resource_where_the_service_does_not_say_so() {
        for service in ["budgets", "cloudwatch", "iam", "kms", "logs", "s3", "secretsmanager", "sns", "sts"] {
            let kind = kind_of(&format!("{service}:Call"), "ValidationException", "The key does not exist", 400);
            assert_eq!(kind, ErrorKind::Invalid, "{service}");
        }
    }

    #[test]
    fn an_unknown_code_is_judged_by_its_form_and_status() {
        let cases = [
            ("InvalidRouteTableID.NotFound", 400, ErrorKind::NotFound),
            ("ModelNotFoundException", 400, ErrorKind::NotFound),
            ("KeyPairAlreadyExists", 400, ErrorKind::AlreadyExists),
            ("SubnetLimitExceeded", 400, ErrorKind::Quota),
            ("Strange", 429, ErrorKind::Throttled),
            ("Strange", 503, ErrorKind::Unavailable),
            ("Strange", 404, ErrorKind::NotFound),
            ("Strange", 409, ErrorKind::Busy),
            ("Strange", 400, ErrorKind::Invalid),
        ];
        for (code, status, kind) in cases {
            assert_eq!(kind_of("ec2:Call", code, "", status), kind, "{code} {status}");
        }
    }
}
