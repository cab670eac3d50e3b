//! The places of the book's items in AWS's price list.
//!
//! Service codes, product families and usage types are those of the price list's offers. Descriptions are never read: their
//! wording varies.

/// A set of products that one question returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cost) struct Family {
    /// The code of the service.
    pub(super) service: &'static str,
    /// The product family; empty where the products have none.
    pub(super) name: &'static str,
    /// Other attributes.
    pub(super) attributes: &'static [(&'static str, &'static str)],
    /// A part of the usage types, where the family has many others.
    pub(super) usage: Option<&'static str>,
}

/// The place of an item.
#[derive(Clone, Debug)]
pub(in crate::cost) struct Place {
    /// The sets that may have it. If several do, they have to agree.
    pub(super) families: Vec<Family>,
    /// The usage types, without the prefix of the region. Of several that are there, the first counts.
    pub(super) usages: Vec<String>,
    pub(super) units: &'static [&'static str],
    /// Whether it is the same in every region.
    pub(super) is_global: bool,
}

const HOURS: &[&str] = &["Hrs", "Hours"];
const GIGABYTES: &[&str] = &["GB"];
const STORED: &[&str] = &["GB-Mo", "GB-month"];
const REQUESTS: &[&str] = &["Requests", "API Requests", "API Calls", "Request"];

const fn family(service: &'static str, name: &'static str) -> Family {
    Family { service, name, attributes: &[], usage: None }
}

const fn part(service: &'static str, name: &'static str, usage: &'static str) -> Family {
    Family { service, name, attributes: &[], usage: Some(usage) }
}

const LINUX: &[(&str, &str)] =
    &[("operatingSystem", "Linux"), ("tenancy", "Shared"), ("preInstalledSw", "NA"), ("capacitystatus", "Used")];
const EC2: Family =
    Family { service: "AmazonEC2", name: "Compute Instance", attributes: LINUX, usage: Some("BoxUsage:") };
const HOSTING: Family = Family {
    service: "AmazonSageMaker",
    name: "ML Instance",
    attributes: &[("component", "Hosting")],
    usage: Some("Host:ml."),
};
const OUTBOUND: Family = Family {
    service: "AWSDataTransfer",
    name: "Data Transfer",
    attributes: &[("transferType", "AWS Outbound"), ("toLocation", "External")],
    usage: None,
};
const IN_REGION: Family = Family {
    service: "AWSDataTransfer",
    name: "Data Transfer",
    attributes: &[("transferType", "IntraRegion")],
    usage: None,
};
const NAT: Family = family("AmazonEC2", "NAT Gateway");
const VPC_ENDPOINT: Family = family("AmazonVPC", "VpcEndpoint");
const S3_STORAGE: Family = part("AmazonS3", "Storage", "TimedStorage-");
const S3_REQUEST: Family = part("AmazonS3", "API Request", "Requests-");
/// Overheads of other classes have the usage type of Standard, and another volume type.
const S3_STANDARD: Family = Family {
    service: "AmazonS3",
    name: "Storage",
    attributes: &[("volumeType", "Standard")],
    usage: Some("TimedStorage-ByteHrs"),
};
/// Deep Archive is in the list of a service of its own, and was in that of S3.
const DEEP_ARCHIVE: Family = part("AmazonS3", "", "TimedStorage-GDA-");
const DEEP_ARCHIVE_SERVICE: Family = part("AmazonS3GlacierDeepArchive", "", "TimedStorage-GDA-");
/// Retrieval is of the family `Fee`, and was of `API Request`.
const S3_RETRIEVAL: Family = part("AmazonS3", "", "Retrieval-");
const ALARM: Family = family("AmazonCloudWatch", "Alarm");
const METRIC: Family = part("AmazonCloudWatch", "Metric", "CW:");
const LOGS: Family = part("AmazonCloudWatch", "Data Payload", "Data");
const SNS: Family = part("AmazonSNS", "API Request", "Requests-Tier1");
const DELIVERY: Family = part("AmazonSNS", "Message Delivery", "DeliveryAttempts-");
const SQS: Family = part("AWSQueueService", "API Request", "Requests-");
const TABLE: Family = family("AmazonDynamoDB", "Amazon DynamoDB PayPerRequest Throughput");
const TABLE_STORAGE: Family = part("AmazonDynamoDB", "Database Storage", "ByteHrs");
const LAMBDA: Family = part("AWSLambda", "Serverless", "Lambda-GB-Second");
const LAMBDA_REQUEST: Family = part("AWSLambda", "Serverless", "Request");
const API: Family = family("AmazonApiGateway", "API Calls");
const ALB: Family = family("AWSELB", "Load Balancer-Application");
const NLB: Family = family("AWSELB", "Load Balancer-Network");
/// Extended support is not looked up: the book has the whole hour, and AWS's list the surcharge alone
/// (`AmazonEKS-Hours:extendedSupport`).
const EKS: Family = part("AmazonEKS", "Compute", "AmazonEKS-Hours:");

/// The items with one name each: their family, usage type and units.
const PLACES: &[(&str, Family, &str, &[&str])] = &[
    ("sagemaker.endpoint.data_in", part("AmazonSageMaker", "ML Instance", "Hst:Data-"), "Hst:Data-Bytes-In", GIGABYTES),
    (
        "sagemaker.endpoint.data_out",
        part("AmazonSageMaker", "ML Instance", "Hst:Data-"),
        "Hst:Data-Bytes-Out",
        GIGABYTES,
    ),
    (
        "sagemaker.endpoint.storage",
        part("AmazonSageMaker", "Storage", "Host:VolumeUsage"),
        "Host:VolumeUsage.gp2",
        STORED,
    ),
    (
        "sagemaker.serverless.gb_second",
        family("AmazonSageMaker", "ML Serverless"),
        "ServerlessInf:Mem-1GB",
        &["seconds", "Second"],
    ),
    ("ebs.gp3.storage", part("AmazonEC2", "Storage", "EBS:VolumeUsage.gp3"), "EBS:VolumeUsage.gp3", STORED),
    (
        "ebs.gp3.iops",
        part("AmazonEC2", "System Operation", "EBS:VolumeP-IOPS.gp3"),
        "EBS:VolumeP-IOPS.gp3",
        &["IOPS-Mo"],
    ),
    ("vpc.nat.hour", NAT, "NatGateway-Hours", HOURS),
    ("vpc.nat.data", NAT, "NatGateway-Bytes", GIGABYTES),
    ("vpc.endpoint.interface.hour", VPC_ENDPOINT, "VpcEndpoint-Hours", HOURS),
    ("vpc.endpoint.interface.data", VPC_ENDPOINT, "VpcEndpoint-Bytes", GIGABYTES),
    ("vpc.public_ipv4.hour", part("AmazonVPC", "", "PublicIPv4:"), "PublicIPv4:InUseAddress", HOURS),
    ("elb.alb.hour", ALB, "LoadBalancerUsage", HOURS),
    ("elb.alb.lcu", ALB, "LCUUsage", &["LCU-Hrs"]),
    ("elb.nlb.hour", NLB, "LoadBalancerUsage", HOURS),
    ("elb.nlb.lcu", NLB, "LCUUsage", &["LCU-Hrs", "NLCU-Hrs"]),
    ("eks.cluster.standard.hour", EKS, "AmazonEKS-Hours:perCluster", HOURS),
    ("datatransfer.out.internet", OUTBOUND, "DataTransfer-Out-Bytes", GIGABYTES),
    ("datatransfer.inter_zone", IN_REGION, "DataTransfer-Regional-Bytes", GIGABYTES),
    ("s3.standard.storage", S3_STANDARD, "TimedStorage-ByteHrs", STORED),
    ("s3.standard_ia.storage", S3_STORAGE, "TimedStorage-SIA-ByteHrs", STORED),
    ("s3.glacier_ir.storage", S3_STORAGE, "TimedStorage-GIR-ByteHrs", STORED),
    ("s3.glacier_flexible.storage", S3_STORAGE, "TimedStorage-GlacierByteHrs", STORED),
    ("s3.deep_archive.storage", DEEP_ARCHIVE, "TimedStorage-GDA-ByteHrs", STORED),
    ("s3.standard.put", S3_REQUEST, "Requests-Tier1", REQUESTS),
    ("s3.standard.get", S3_REQUEST, "Requests-Tier2", REQUESTS),
    ("s3.standard_ia.put", S3_REQUEST, "Requests-SIA-Tier1", REQUESTS),
    ("s3.standard_ia.get", S3_REQUEST, "Requests-SIA-Tier2", REQUESTS),
    ("s3.glacier_ir.put", S3_REQUEST, "Requests-GIR-Tier1", REQUESTS),
    ("s3.glacier_ir.get", S3_REQUEST, "Requests-GIR-Tier2", REQUESTS),
    ("s3.standard_ia.retrieval", S3_RETRIEVAL, "Retrieval-SIA", GIGABYTES),
    ("s3.glacier_ir.retrieval", S3_RETRIEVAL, "Retrieval-GIR", GIGABYTES),
    ("ecr.storage", family("AmazonECR", "EC2 Container Registry"), "TimedStorage-ByteHrs", STORED),
    ("secretsmanager.secret", family("AWSSecretsManager", "Secret"), "AWSSecretsManager-Secrets", &["Secrets"]),
    ("secretsmanager.request", family("AWSSecretsManager", "API Request"), "AWSSecretsManagerAPIRequest", REQUESTS),
    ("kms.key", family("awskms", "Encryption Key"), "KMS-Keys", &["Keys"]),
    ("kms.request", family("awskms", "API Request"), "KMS-Requests", REQUESTS),
    ("cloudwatch.alarm.standard", ALARM, "CW:AlarmMonitorUsage", &["Alarms"]),
    ("cloudwatch.alarm.high_resolution", ALARM, "CW:HighResAlarmMonitorUsage", &["Alarms"]),
    ("cloudwatch.alarm.composite", ALARM, "CW:CompositeAlarmMonitorUsage", &["Alarms"]),
    ("cloudwatch.metric", METRIC, "CW:MetricMonitorUsage", &["Metrics"]),
    ("cloudwatch.getmetricdata", METRIC, "CW:GMD-Metrics", &["Metrics"]),
    ("cloudwatch.logs.ingest", LOGS, "DataProcessing-Bytes", GIGABYTES),
    ("cloudwatch.logs.ingest_ia", LOGS, "DataProcessingIA-Bytes", GIGABYTES),
    ("cloudwatch.logs.insights", LOGS, "DataScanned-Bytes", GIGABYTES),
    ("cloudwatch.logs.storage", family("AmazonCloudWatch", "Storage Snapshot"), "TimedStorage-ByteHrs", STORED),
    ("sns.request", SNS, "Requests-Tier1", REQUESTS),
    ("sns.http", DELIVERY, "DeliveryAttempts-HTTP", &["Notifications"]),
    ("sns.email", DELIVERY, "DeliveryAttempts-SMTP", &["Notifications"]),
    ("sns.lambda", DELIVERY, "DeliveryAttempts-LAMBDA", &["Notifications"]),
    ("sns.sqs", DELIVERY, "DeliveryAttempts-SQS", &["Notifications"]),
    ("sqs.standard", SQS, "Requests-Tier1", REQUESTS),
    ("sqs.fifo", SQS, "Requests-FIFO-Tier1", REQUESTS),
    ("dynamodb.read", TABLE, "ReadRequestUnits", &["ReadRequestUnits"]),
    ("dynamodb.write", TABLE, "WriteRequestUnits", &["WriteRequestUnits"]),
    ("dynamodb.storage", TABLE_STORAGE, "TimedStorage-ByteHrs", STORED),
    ("dynamodb.pitr", TABLE_STORAGE, "TimedPITRStorage-ByteHrs", STORED),
    ("lambda.request", LAMBDA_REQUEST, "Request", REQUESTS),
    ("lambda.gb_second", LAMBDA, "Lambda-GB-Second", &["Lambda-GB-Second", "Second"]),
    ("lambda.gb_second.arm", LAMBDA, "Lambda-GB-Second-ARM", &["Lambda-GB-Second", "Second"]),
    ("apigateway.http.request", API, "ApiGatewayHttpRequest", REQUESTS),
    ("apigateway.rest.request", API, "ApiGatewayRequest", REQUESTS),
    ("sfn.standard.transition", family("AmazonStates", "AWS Step Functions"), "StateTransition", &["StateTransitions"]),
];

/// Other usage types of items: names that AWS's list has in some regions only. SQS has them in us-east-1, Secrets Manager in
/// eu-west-1.
const OTHER_USAGES: &[(&str, &str)] = &[
    ("secretsmanager.request", "AWSSecretsManager-APIRequests"),
    ("sqs.standard", "Requests-RBP"),
    ("sqs.fifo", "Requests-FIFO-RBP"),
];

/// Other sets of products that may have an item.
const OTHER_FAMILIES: &[(&str, Family)] = &[("s3.deep_archive.storage", DEEP_ARCHIVE_SERVICE)];

/// The item that is the same in every region.
const DASHBOARD: &str = "cloudwatch.dashboard";

/// Returns the place of an item; `None` if AWS's list is not known to have it.
pub(in crate::cost) fn place(item: &str) -> Option<Place> {
    let regional =
        |family, usage: String, units| Place { families: vec![family], usages: vec![usage], units, is_global: false };
    if let Some(instance) = item.strip_prefix("sagemaker.hosting.") {
        return Some(regional(HOSTING, format!("Host:{instance}"), HOURS));
    }
    for (kind, usage, part_of) in [
        ("sagemaker.async.", "AsyncInf", "AsyncInf:ml."),
        ("sagemaker.training.", "Train", "Train:ml."),
        ("sagemaker.processing.ml.", "Processing:ml", "Processing:ml."),
    ] {
        if let Some(instance) = item.strip_prefix(kind) {
            let separator = if kind.ends_with("ml.") { "." } else { ":" };
            let family = part("AmazonSageMaker", "ML Instance", part_of);
            return Some(regional(family, format!("{usage}{separator}{instance}"), HOURS));
        }
    }
    if let Some(instance) = item.strip_prefix("ec2.") {
        return Some(regional(EC2, format!("BoxUsage:{instance}"), HOURS));
    }
    for (kind, attributes) in [
        ("rds.postgresql.", &[("databaseEngine", "PostgreSQL"), ("deploymentOption", "Single-AZ")]),
        ("rds.mysql.", &[("databaseEngine", "MySQL"), ("deploymentOption", "Single-AZ")]),
    ] {
        if let Some(instance) = item.strip_prefix(kind) {
            let usage = Some("InstanceUsage:db.");
            let family = Family { service: "AmazonRDS", name: "Database Instance", attributes, usage };
            return Some(regional(family, format!("InstanceUsage:{instance}"), HOURS));
        }
    }
    if item == DASHBOARD {
        let family = part("AmazonCloudWatch", "Dashboard", "DashboardsUsageHour-Basic");
        let usage = "DashboardsUsageHour-Basic".to_owned();
        return Some(Place { is_global: true, ..regional(family, usage, &["Dashboards"]) });
    }
    let (_, family, usage, units) = PLACES.iter().find(|(name, ..)| *name == item)?;
    let mut place = regional(*family, (*usage).to_owned(), units);
    place.usages.extend(OTHER_USAGES.iter().filter(|(name, _)| *name == item).map(|(_, usage)| (*usage).to_owned()));
    place.families.extend(OTHER_FAMILIES.iter().filter(|(name, _)| *name == item).map(|(_, family)| *family));
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_have_a_usage_type_for_each_use() {
        for (item, usage) in [
            ("sagemaker.hosting.ml.g5.xlarge", "Host:ml.g5.xlarge"),
            ("sagemaker.async.ml.g5.xlarge", "AsyncInf:ml.g5.xlarge"),
            ("sagemaker.training.ml.g5.xlarge", "Train:ml.g5.xlarge"),
            ("sagemaker.processing.ml.m5.xlarge", "Processing:ml.m5.xlarge"),
            ("ec2.g5.xlarge", "BoxUsage:g5.xlarge"),
            ("rds.mysql.db.t4g.micro", "InstanceUsage:db.t4g.micro"),
        ] {
            assert_eq!(place(item).unwrap().usages, [usage]);
        }
        assert!(place("sagemaker.processing.storage").is_none());
        assert!(place("bedrock.nova_pro.input").is_none());
        assert!(place("eks.cluster.extended.hour").is_none());
    }

    #[test]
    fn an_item_may_have_several_names_and_services() {
        for (item, _) in OTHER_USAGES {
            assert_eq!(place(item).unwrap().usages.len(), 2, "{item}");
        }
        for (item, _) in OTHER_FAMILIES {
            assert_eq!(place(item).unwrap().families.len(), 2, "{item}");
        }
    }
}
