//! The services of AWS that VPC endpoints reach.

use serde_json::{Value, json};

use super::service_name::interface_name;
use super::{filter, listing, prefix_list, zone};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// The services with interface endpoints, as their names end behind `com.amazonaws.REGION.`.
const INTERFACE: &[&str] = &[
    "access-analyzer",
    "acm-pca",
    "airflow.api",
    "application-autoscaling",
    "appmesh",
    "aps",
    "aps-workspaces",
    "athena",
    "autoscaling",
    "autoscaling-plans",
    "backup",
    "batch",
    "bedrock",
    "bedrock-agent",
    "bedrock-agent-runtime",
    "bedrock-runtime",
    "cloudformation",
    "cloudtrail",
    "codeartifact.api",
    "codeartifact.repositories",
    "codebuild",
    "codecommit",
    "codedeploy",
    "codepipeline",
    "cognito-idp",
    "comprehend",
    "config",
    "datasync",
    "dms",
    "dynamodb",
    "ebs",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "ecs-agent",
    "ecs-telemetry",
    "eks",
    "eks-auth",
    "elasticache",
    "elasticfilesystem",
    "elasticloadbalancing",
    "elasticmapreduce",
    "email-smtp",
    "events",
    "execute-api",
    "fis",
    "fsx",
    "glue",
    "guardduty-data",
    "imagebuilder",
    "inspector2",
    "kendra",
    "kinesis-firehose",
    "kinesis-streams",
    "kms",
    "lakeformation",
    "lambda",
    "logs",
    "monitoring",
    "network-firewall",
    "organizations",
    "pricing.api",
    "q",
    "rds",
    "rds-data",
    "redshift",
    "redshift-data",
    "rekognition",
    "s3",
    "sagemaker.api",
    "sagemaker.featurestore-runtime",
    "sagemaker.metrics",
    "sagemaker.runtime",
    "scheduler",
    "secretsmanager",
    "securityhub",
    "servicecatalog",
    "servicediscovery",
    "sns",
    "sqs",
    "ssm",
    "ssm-contacts",
    "ssm-incidents",
    "ssmmessages",
    "states",
    "sts",
    "sync-states",
    "synthetics",
    "tagging",
    "textract",
    "transcribe",
    "transcribestreaming",
    "transfer",
    "translate",
    "xray",
];

/// The services of SageMaker that are named in a way of their own: `aws.sagemaker.REGION.notebook`.
const SAGEMAKER: &[&str] = &["notebook", "studio", "experiments", "partner-app"];

/// The services whose interface endpoints are not in all zones of a region: the region, the service, and the letters of
/// its zones. Source: terraform-aws-modules/terraform-aws-vpc issue 462.
const FEWER_ZONES: &[(&str, &str, &str)] = &[("us-east-1", "email-smtp", "bcd")];

/// A service as an endpoint sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The name behind the region: `s3`, `sagemaker.runtime`.
    pub short: &'static str,
    /// Whether it has gateway endpoints.
    pub gateway: bool,
    /// Whether it has interface endpoints.
    pub interface: bool,
}

/// Returns the service of a full name in a region.
pub fn find(region: &str, name: &str) -> Result<Service, Fault> {
    let gateway = prefix_list::SERVICES.iter().find(|short| gateway_name(region, short) == name);
    let interface = INTERFACE.iter().find(|short| interface_name(region, short) == name);
    let sagemaker = SAGEMAKER.iter().find(|short| sagemaker_name(region, short) == name);
    let Some(short) = gateway.or(interface).or(sagemaker) else {
        let message = format!("The Vpc Endpoint Service '{name}' does not exist");
        return Err(Fault::new("InvalidServiceName", message));
    };
    Ok(Service { short, gateway: gateway.is_some(), interface: interface.or(sagemaker).is_some() })
}

fn gateway_name(region: &str, short: &str) -> String {
    format!("com.amazonaws.{region}.{short}")
}

fn sagemaker_name(region: &str, short: &str) -> String {
    format!("aws.sagemaker.{region}.{short}")
}

impl Service {
    /// Returns the names of the zones that its endpoints can be in.
    pub fn zones(&self, region: &str) -> Vec<String> {
        let fewer = FEWER_ZONES.iter().find(|(other, short, _)| *other == region && *short == self.short);
        let is_in = |name: &String| fewer.is_none_or(|(_, _, letters)| name.ends_with(|c| letters.contains(c)));
        zone::zones(region).into_iter().map(|zone| zone.name).filter(is_in).collect()
    }

    /// Returns the name that clients use, and that private DNS resolves: `runtime.sagemaker.us-east-1.amazonaws.com`.
    pub fn private_dns_name(&self, region: &str) -> String {
        let parts: Vec<&str> = self.short.split('.').rev().collect();
        let wildcard = if matches!(self.short, "ecr.dkr" | "s3" | "execute-api") { "*." } else { "" };
        format!("{wildcard}{}.{region}.amazonaws.com", parts.join("."))
    }
}

/// DescribeVpcEndpointServices.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    const FILTERS: filter::Filters =
        &[("service-name", "serviceName"), ("service-type", "serviceType/serviceType"), ("owner", "owner")];
    let (region, asked) = (context.region, parameters.strings("ServiceName"));
    for name in &asked {
        find(region, name)?;
    }
    let item = |name: String, kind: &str| {
        let service = find(region, &name).ok();
        let dns = service.map(|service| service.private_dns_name(region));
        let zones = service.map(|service| service.zones(region));
        json!({
            "serviceName": name, "serviceType": [{ "serviceType": kind }], "availabilityZoneSet": zones,
            "owner": "amazon", "acceptanceRequired": false, "managesVpcEndpoints": false,
            "vpcEndpointPolicySupported": true, "serviceRegion": region,
            "privateDnsName": dns.filter(|_| kind == "Interface"),
        })
    };
    let gateways = prefix_list::SERVICES.iter().map(|short| item(gateway_name(region, short), "Gateway"));
    let interfaces = INTERFACE.iter().map(|short| item(interface_name(region, short), "Interface"));
    let sagemaker = SAGEMAKER.iter().map(|short| item(sagemaker_name(region, short), "Interface"));
    filter::check(parameters, FILTERS)?;
    let mut items = Vec::new();
    for item in gateways.chain(interfaces).chain(sagemaker) {
        let wanted = asked.is_empty() || asked.iter().any(|name| item["serviceName"] == name.as_str());
        if wanted && filter::passes(parameters, FILTERS, &item)? {
            items.push(item);
        }
    }
    let key = |item: &Value| format!("{} {}", item["serviceName"], item["serviceType"]);
    let mut answer = listing::page(parameters, "serviceDetailSet", items, key)?;
    let mut names: Vec<Value> =
        answer["serviceDetailSet"].as_array().into_iter().flatten().map(|item| item["serviceName"].clone()).collect();
    names.dedup();
    answer["serviceNameSet"] = json!(names);
    Ok(answer)
}
