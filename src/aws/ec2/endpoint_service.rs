//! The names of the services that endpoints lead to.

/// Regions in which the interface endpoints of some services do not begin with `com.amazonaws`: the region, the beginning, and
/// the services.
type Exception = (&'static str, &'static str, &'static str);

// Source: `getDefaultEndpointPrefix` of aws-cdk (packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts), which lists what
// DescribeVpcEndpointServices returns in these regions.
const EXCEPTIONS: &[Exception] = &[
    (
        "cn-north-1",
        "cn.com.amazonaws",
        "application-autoscaling appmesh-envoy-management athena autoscaling awsconnector backup batch \
         cassandra cloudcontrolapi cloudformation codedeploy-commands-secure databrew dms ebs ec2 ecr.api \
         ecr.dkr eks elasticache elasticbeanstalk elasticfilesystem elasticfilesystem-fips emr-containers \
         execute-api fsx imagebuilder iot.data iotsitewise.api iotsitewise.data kinesis-streams lambda \
         license-manager monitoring rds redshift redshift-data s3 sagemaker.api \
         sagemaker.featurestore-runtime sagemaker.runtime securityhub servicecatalog sms sqs states sts \
         sync-states synthetics transcribe transcribestreaming transfer xray",
    ),
    (
        "cn-northwest-1",
        "cn.com.amazonaws",
        "account application-autoscaling appmesh-envoy-management athena autoscaling awsconnector backup \
         batch cassandra cloudcontrolapi cloudformation codedeploy-commands-secure databrew dms ebs ec2 \
         ecr.api ecr.dkr eks elasticache elasticbeanstalk elasticfilesystem elasticfilesystem-fips \
         emr-containers execute-api fsx imagebuilder iot.data kinesis-streams lambda license-manager \
         monitoring polly rds redshift redshift-data s3 sagemaker.api sagemaker.featurestore-runtime \
         sagemaker.runtime securityhub servicecatalog sms sqs states sts sync-states synthetics transcribe \
         transcribestreaming transfer workspaces xray",
    ),
    ("eu-isoe-west-1", "uk.adc-e.cloud", "ebs ecr.api ecr.dkr execute-api"),
    ("eusc-de-east-1", "eu.amazonaws", "ecr.api ecr.dkr execute-api securityhub"),
    (
        "us-iso-east-1",
        "gov.ic.c2s",
        "application-autoscaling athena autoscaling comprehend diode-messaging diode-messaging-proxy ebs ec2 \
         ecr.api ecr.dkr elasticfilesystem elasticfilesystem-fips execute-api sagemaker.api sagemaker.runtime \
         sns sqs textract textract-fips transcribe workspaces",
    ),
    (
        "us-iso-west-1",
        "gov.ic.c2s",
        "autoscaling ebs ec2 ecr.api ecr.dkr elasticfilesystem elasticfilesystem-fips execute-api monitoring \
         sns sqs workspaces",
    ),
    (
        "us-isob-east-1",
        "gov.sgov.sc2s",
        "application-autoscaling autoscaling diode-messaging diode-messaging-proxy ebs ec2 ecr.api ecr.dkr \
         elasticfilesystem elasticfilesystem-fips execute-api sagemaker.api sagemaker.runtime sns sqs \
         workspaces",
    ),
    ("us-isob-west-1", "gov.sgov.sc2s", "ecr.api ecr.dkr elasticfilesystem-fips execute-api"),
    ("us-isof-east-1", "gov.ic.hci.csp", "ebs ecr.api ecr.dkr execute-api"),
    ("us-isof-south-1", "gov.ic.hci.csp", "ebs ecr.api ecr.dkr execute-api"),
];

/// The beginnings of full names.
const PREFIXES: [&str; 8] = [
    "com.amazonaws.",
    "cn.com.amazonaws.",
    "aws.",
    "eu.amazonaws.",
    "gov.ic.c2s.",
    "gov.sgov.sc2s.",
    "gov.ic.hci.csp.",
    "uk.adc-e.cloud.",
];

/// Returns the full name of a service in a region: `com.amazonaws.eu-west-1.sagemaker.runtime` for `sagemaker.runtime`. A full
/// name stays as it is. In some partitions the interface endpoints of some services have names of their own.
#[doc(hidden)]
pub fn endpoint_service_name(service: &str, region: &str, is_interface: bool) -> String {
    if is_full(service) {
        return service.to_owned();
    }
    let exception = EXCEPTIONS
        .iter()
        .filter(|_| is_interface)
        .find(|(other, _, services)| *other == region && services.split(' ').any(|exception| exception == service));
    let prefix = exception.map_or("com.amazonaws", |(_, prefix, _)| prefix);
    // The endpoint of Transcribe in China is the only one with an ending.
    let suffix = if service == "transcribe" && region.starts_with("cn-") && is_interface { ".cn" } else { "" };
    format!("{prefix}.{region}.{service}{suffix}")
}

/// Returns whether a name has the region in it already.
fn is_full(service: &str) -> bool {
    PREFIXES.iter().any(|prefix| service.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_partition_and_the_service() {
        let full = "com.amazonaws.vpce.eu-west-1.vpce-svc-1";
        for (service, region, is_interface, name) in [
            ("sagemaker.runtime", "eu-west-1", true, "com.amazonaws.eu-west-1.sagemaker.runtime"),
            ("s3", "eu-west-1", false, "com.amazonaws.eu-west-1.s3"),
            (full, "eu-west-1", true, full),
            ("aws.sagemaker.eu-west-1.notebook", "eu-west-1", true, "aws.sagemaker.eu-west-1.notebook"),
            ("sagemaker.runtime", "us-gov-west-1", true, "com.amazonaws.us-gov-west-1.sagemaker.runtime"),
            ("sagemaker.runtime", "cn-north-1", true, "cn.com.amazonaws.cn-north-1.sagemaker.runtime"),
            ("logs", "cn-north-1", true, "com.amazonaws.cn-north-1.logs"),
            ("s3", "cn-north-1", true, "cn.com.amazonaws.cn-north-1.s3"),
            ("s3", "cn-north-1", false, "com.amazonaws.cn-north-1.s3"),
            ("transcribe", "cn-northwest-1", true, "cn.com.amazonaws.cn-northwest-1.transcribe.cn"),
            ("ecr.api", "eusc-de-east-1", true, "eu.amazonaws.eusc-de-east-1.ecr.api"),
            ("sagemaker.api", "us-iso-east-1", true, "gov.ic.c2s.us-iso-east-1.sagemaker.api"),
        ] {
            assert_eq!(endpoint_service_name(service, region, is_interface), name);
            assert_eq!(endpoint_service_name(name, region, is_interface), name, "a full name stays");
        }
    }
}
