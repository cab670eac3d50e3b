//! References to other resources, which must exist: those of Cloud Control by the tables of behaviour, those of other services by
//! the formats in schemas (`AWS::IAM::Role.Arn`, `AWS::EC2::Subnet.Id`, …).

use serde_json::Value;

use super::behaviour::Behaviour;
use super::failure::Failure;
use super::resource::Resource;
use super::schema::{Facts, path};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::kms;

/// References whose schema has no format: the type, the path, the format.
const WITHOUT_FORMAT: &[(&str, &str, &str)] = &[
    ("AWS::Lambda::Function", "Role", "AWS::IAM::Role.Arn"),
    ("AWS::Lambda::Function", "VpcConfig/SubnetIds/*", "AWS::EC2::Subnet.Id"),
    ("AWS::EKS::Nodegroup", "NodeRole", "AWS::IAM::Role.Arn"),
    ("AWS::EKS::Cluster", "ResourcesVpcConfig/SubnetIds/*", "AWS::EC2::Subnet.Id"),
    ("AWS::RDS::DBSubnetGroup", "SubnetIds/*", "AWS::EC2::Subnet.Id"),
    ("AWS::ElastiCache::ServerlessCache", "SubnetIds/*", "AWS::EC2::Subnet.Id"),
    ("AWS::OpenSearchService::Domain", "VPCOptions/SubnetIds/*", "AWS::EC2::Subnet.Id"),
    ("AWS::CloudTrail::Trail", "SnsTopicName", "AWS::SNS::Topic.Name"),
];

/// Returns the failure for the first reference of a desired state to something that does not exist.
pub fn missing(
    facts: &Facts,
    known: &Behaviour,
    desired: &Value,
    context: &CallContext<'_>,
) -> Result<Option<Failure>, Fault> {
    for reference in known.references {
        for value in path::values(desired, reference.path) {
            if Resource::named(context.own, reference.to, reference.by, value, context.now_ms)?.is_none() {
                let message = reference.message.replace("<value>", value.as_str().unwrap_or_default());
                let message = message.replace("<account>", context.account).replace("<region>", context.region);
                let message = message.replace("<partition>", context.partition());
                return Ok(Some(Failure::new(reference.code, message)));
            }
        }
    }
    let mut formatted = Vec::new();
    collect(&facts.schema, &facts.schema, desired, &mut formatted);
    for (_, at, format) in WITHOUT_FORMAT.iter().filter(|(name, ..)| *name == facts.type_name) {
        let values = path::values(desired, at).into_iter().filter_map(Value::as_str);
        formatted.extend(values.map(|value| ((*format).to_owned(), value.to_owned())));
    }
    for (format, value) in formatted {
        if let Some(failure) = absent(&facts.type_name, &format, &value, context)? {
            return Ok(Some(failure));
        }
    }
    Ok(None)
}

/// Collects the texts of a value whose schema has a format.
fn collect(root: &Value, schema: &Value, value: &Value, found: &mut Vec<(String, String)>) {
    let pointer = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    if let Some(target) = pointer.and_then(|pointer| root.pointer(pointer)) {
        collect(root, target, value, found);
    }
    match value {
        Value::String(text) => {
            let choices = schema["anyOf"].as_array().into_iter().flatten();
            let format = std::iter::once(schema).chain(choices).find_map(|schema| schema["format"].as_str());
            found.extend(format.map(|format| (format.to_owned(), text.clone())));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(root, &schema["items"], item, found)),
        Value::Object(members) => {
            for (name, member) in members {
                collect(root, &schema["properties"][name], member, found);
            }
        }
        _ => {}
    }
}

/// Returns the failure if the resource of a format does not exist.
fn absent(type_name: &str, format: &str, value: &str, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let invalid = |message: String| Some(Failure::invalid(message));
    let ec2 = |table: &str, noun: &str| {
        let exists = context.other("ec2").get(table, value).is_some();
        if exists { None } else { invalid(format!("The {noun} '{value}' does not exist (Status Code: 400)")) }
    };
    Ok(match format {
        "AWS::IAM::Role.Arn" => (!assumable(value, context)).then(|| not_assumable(type_name, value)),
        "AWS::EC2::Subnet.Id" => ec2("Subnet", "subnet ID"),
        "AWS::EC2::SecurityGroup.Id" => ec2("SecurityGroup", "security group"),
        "AWS::EC2::VPC.Id" => ec2("Vpc", "VPC ID"),
        "AWS::S3::Bucket.Name" if context.other("s3").get("buckets", value).is_none() => {
            invalid(no_bucket(type_name, value))
        }
        "AWS::SNS::Topic.Arn" if context.other("sns").get("topics", value).is_none() => {
            invalid(format!("The topic {value} does not exist"))
        }
        "AWS::SNS::Topic.Name" => {
            let arn = format!("arn:{}:sns:{}:{}:{value}", context.partition(), context.region, context.account);
            let arn = if value.starts_with("arn:") { value.to_owned() } else { arn };
            match context.other("sns").get("topics", &arn) {
                Some(_) => None,
                None => invalid(format!(
                    "SNS Topic does not exist or the topic policy is incorrect! (Service: CloudTrail, Status Code: 400): {arn}"
                )),
            }
        }
        "AWS::KMS::Key.Arn" | "AWS::KMS::Key.Id" | "AWS::KMS::Alias.AliasName" => no_key(value, context),
        _ => None,
    })
}

/// Returns the failure for a key of KMS that cannot be used. AWS's own keys, `alias/aws/…`, always can.
fn no_key(name: &str, context: &CallContext<'_>) -> Option<Failure> {
    if name.contains("alias/aws/") {
        return None;
    }
    let key = kms::find_seen(context, &context.other("kms"), name).and_then(|key| key.check_usable(context));
    key.err().map(|fault| Failure::invalid(format!("{} (Service: Kms, Status Code: 400)", fault.message)))
}

/// Returns whether a role can be assumed: it exists, and has existed for long enough. Roles of other accounts are not known.
fn assumable(arn: &str, context: &CallContext<'_>) -> bool {
    if arn.split(':').nth(4) != Some(context.account) {
        return !arn.starts_with("arn:") || arn.split(':').count() > 5;
    }
    let name = arn.rsplit('/').next().unwrap_or_default();
    let roles = context.other("iam");
    let role = roles.get("Role", name).filter(|role| role["Arn"].as_str().is_none_or(|known| known == arn));
    role.is_some_and(|role| {
        let created_ms = role["CreatedMs"].as_i64().unwrap_or_default();
        context.now_ms >= created_ms.saturating_add(context.assumable_after_ms)
    })
}

/// Returns the failure for a role that cannot be assumed, which handlers take for final. The messages are those that cdkd's table of
/// retries has, and terraform-provider-awscc#221.
fn not_assumable(type_name: &str, arn: &str) -> Failure {
    let service = type_name.split("::").nth(1).unwrap_or_default();
    match service {
        "Lambda" => Failure::invalid(
            "The role defined for the function cannot be assumed by Lambda. (Service: Lambda, Status Code: 400)",
        ),
        "StepFunctions" => Failure::new(
            "AccessDenied",
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role. (Service: Sfn, Status Code: 400)",
        ),
        "CloudTrail" => Failure::invalid(
            "Access denied. Verify in IAM that the role has adequate trust relationships. (Service: CloudTrail, Status Code: 400)",
        ),
        _ => Failure::invalid(format!("The role {arn} cannot be assumed (Service: {service}, Status Code: 400)")),
    }
}

fn no_bucket(type_name: &str, bucket: &str) -> String {
    match type_name {
        // Lambda's words (aws-waf-sample#25).
        "AWS::Lambda::Function" => "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist (Service: Lambda, Status Code: 400)".to_owned(),
        "AWS::CloudTrail::Trail" => {
            format!("S3 bucket {bucket} does not exist! (Service: CloudTrail, Status Code: 400)")
        }
        _ => format!("The bucket {bucket} does not exist"),
    }
}
