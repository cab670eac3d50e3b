//! The names of services with interface endpoints: in some partitions some services have names of their own.

/// A region, the beginning of names there, and the services whose names begin like that.
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

/// Returns the name of the interface endpoints of a service in a region.
pub fn interface_name(region: &str, short: &str) -> String {
    let exception = EXCEPTIONS
        .iter()
        .find(|(other, _, services)| *other == region && services.split(' ').any(|service| service == short));
    let suffix = if short == "transcribe" && region.starts_with("cn-") { ".cn" } else { "" };
    format!("{}.{region}.{short}{suffix}", exception.map_or("com.amazonaws", |(_, prefix, _)| prefix))
}
