//! Elastic Load Balancing: rules of its handlers. The sentences without a source are those of the API reference.

use serde_json::Value;

use super::failure::Failure;
use super::resource::Resource;
use super::schema::path;
use crate::documents::CallContext;
use crate::service::Fault;

const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const TARGET_GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";

/// Attributes of Application Load Balancers alone, as their keys begin (LoadBalancerAttribute).
const OF_APPLICATION: [&str; 6] =
    ["idle_timeout.", "client_keep_alive.", "connection_logs.", "health_check_logs.", "routing.", "waf."];

/// Attributes of Network Load Balancers alone. That of zones is there for Application Load Balancers, and fixed.
const OF_NETWORK: [&str; 3] = ["load_balancing.cross_zone.", "dns_record.", "secondary_ips."];

fn invalid(message: impl std::fmt::Display) -> Option<Failure> {
    Some(Failure::invalid(format!("{message} (Service: ElasticLoadBalancingV2, Status Code: 400)")))
}

/// CreateLoadBalancer and CreateTargetGroup: "must contain only alphanumeric characters or hyphens, must not begin or end with a hyphen".
fn name(model: &Value, thing: &str) -> Option<Failure> {
    let name = model["Name"].as_str().unwrap_or_default();
    if name.len() > 32 {
        return invalid(format!("{thing} name '{name}' cannot be longer than '32' characters"));
    }
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !fits || name.starts_with('-') || name.ends_with('-') {
        let rule = "must contain only alphanumeric characters or hyphens, and must not begin or end with a hyphen";
        return invalid(format!("The {thing} name '{name}' {rule}"));
    }
    let is_reserved = thing == "load balancer" && name.starts_with("internal-");
    is_reserved.then(|| invalid(format!("The {thing} name '{name}' must not begin with 'internal-'"))).flatten()
}

/// A load balancer: its name, its zones, its attributes, and the groups of a Network Load Balancer.
pub fn balancer(model: &Value, before: Option<&Resource>, context: &CallContext<'_>) -> Option<Failure> {
    name(model, "load balancer")
        .or_else(|| zones(model, context))
        .or_else(|| way_in(model, context))
        .or_else(|| attributes(model))
        .or_else(|| groups(model, before))
}

/// An Application Load Balancer has subnets of two zones at least, and each has one subnet of a zone (CreateLoadBalancer;
/// terraform-provider-aws#6413 has the words of the second).
fn zones(model: &Value, context: &CallContext<'_>) -> Option<Failure> {
    let subnets = [path::values(model, "Subnets/*"), path::values(model, "SubnetMappings/*/SubnetId")].concat();
    let ec2 = context.other("ec2");
    let zone = |id: &&Value| ec2.get("Subnet", id.as_str().unwrap_or_default()).map(|subnet| subnet["zone"].clone());
    let mut zones: Vec<String> = subnets.iter().filter_map(zone).map(|zone| zone.to_string()).collect();
    zones.sort();
    let all = zones.len();
    zones.dedup();
    let needed = if model["Type"] == "application" { 2 } else { 1 };
    if zones.len() < needed {
        return invalid(if needed == 2 {
            "At least two subnets in two different Availability Zones must be specified"
        } else {
            "At least one subnet must be specified"
        });
    }
    if zones.len() == all {
        return None;
    }
    invalid("A load balancer cannot be attached to multiple subnets in the same Availability Zone")
}

/// The subnets of an internet-facing load balancer have an internet gateway (CreateLoadBalancer, InvalidSubnet; terraform-aws-eks#1150 has
/// the words).
fn way_in(model: &Value, context: &CallContext<'_>) -> Option<Failure> {
    if model["Scheme"] != "internet-facing" {
        return None;
    }
    let subnets = [path::values(model, "Subnets/*"), path::values(model, "SubnetMappings/*/SubnetId")].concat();
    let ec2 = context.other("ec2");
    let vpc = subnets.iter().find_map(|id| Some(ec2.get("Subnet", id.as_str()?)?["vpc"].clone()))?;
    if ec2.all("InternetGateway").any(|(_, gateway)| gateway["vpc"] == vpc) {
        return None;
    }
    invalid(format!("VPC {} has no internet gateway", vpc.as_str().unwrap_or_default()))
}

/// The words are those of terraform-provider-aws#34135; a boolean has to be one (cdkd#1624).
fn attributes(model: &Value) -> Option<Failure> {
    let kind = model["Type"].as_str().unwrap_or_default();
    let others: &[&str] = if kind == "application" { &OF_NETWORK } else { &OF_APPLICATION };
    for attribute in model["LoadBalancerAttributes"].as_array().into_iter().flatten() {
        let (key, value) =
            (attribute["Key"].as_str().unwrap_or_default(), attribute["Value"].as_str().unwrap_or_default());
        if others.iter().any(|other| key.starts_with(other)) {
            let place = format!("on load balancers with type '{kind}'");
            return invalid(format!("Load balancer attribute key '{key}' is not supported {place}"));
        }
        if key.ends_with(".enabled") && !["true", "false"].contains(&value) {
            return invalid(format!("The value of '{key}' must be 'true' or 'false', but was '{value}'"));
        }
    }
    None
}

/// "If you don't associate a security group with your load balancer during creation, you can't associate a security group with it later"
/// (Security groups for your Network Load Balancer).
fn groups(model: &Value, before: Option<&Resource>) -> Option<Failure> {
    let before = before.filter(|before| before.model["Type"] == "network")?;
    let has = |model: &Value| !path::values(model, "SecurityGroups/*").is_empty();
    if has(&before.model) == has(model) {
        return None;
    }
    invalid(
        "You cannot add security groups to a Network Load Balancer that was created without, nor remove the last one",
    )
}

/// A target group: its place, the health checks, and the function that it calls.
pub fn targets(model: &Value, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    if let Some(failure) = name(model, "target group") {
        return Ok(Some(failure));
    }
    if model["TargetType"] == "lambda" {
        return function(model, context);
    }
    for (property, words) in [("Protocol", "A protocol"), ("Port", "A port"), ("VpcId", "A VPC ID")] {
        if model[property].is_null() {
            return Ok(invalid(format!("{words} must be specified")));
        }
    }
    let seconds = |property: &str| model[property].as_u64();
    let (timeout, interval) = (seconds("HealthCheckTimeoutSeconds"), seconds("HealthCheckIntervalSeconds"));
    if let (Some(timeout), Some(interval)) = (timeout, interval)
        && timeout >= interval
    {
        return Ok(invalid("Health check interval must be greater than the timeout."));
    }
    Ok(None)
}

/// RegisterTargets: "elasticloadbalancing principal does not have permission to invoke" a function without a permission
/// (terraform-provider-aws#8145).
fn function(model: &Value, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    for target in path::values(model, "Targets/*/Id") {
        let permissions =
            Resource::with(context.own, "AWS::Lambda::Permission", "FunctionName", target, context.now_ms)?;
        if permissions.iter().any(|one| one.model["Principal"] == "elasticloadbalancing.amazonaws.com") {
            continue;
        }
        let function = target.as_str().unwrap_or_default();
        let group = model["TargetGroupArn"].as_str().unwrap_or_default();
        let message = format!(
            "elasticloadbalancing principal does not have permission to invoke {function} from target group {group} (Service: ElasticLoadBalancingV2, Status Code: 403)"
        );
        return Ok(Some(Failure::new("AccessDenied", message)));
    }
    Ok(None)
}

/// Returns the target groups that a listener forwards to.
fn forwards(model: &Value) -> Vec<&Value> {
    let weighted = path::values(model, "DefaultActions/*/ForwardConfig/TargetGroups/*/TargetGroupArn");
    [path::values(model, "DefaultActions/*/TargetGroupArn"), weighted].concat()
}

/// A listener: one for each port (DuplicateListener), with protocol, certificate and target groups of its load balancer.
pub fn listener(model: &Value, before: Option<&Resource>, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let balancer = &model["LoadBalancerArn"];
    let is_other = |one: &Resource| before.is_none_or(|before| before.identifier != one.identifier);
    let mut others = Resource::all_of(context.own, LISTENER, i64::MAX)?;
    others.retain(is_other);
    let taken =
        others.iter().any(|one| one.model["LoadBalancerArn"] == *balancer && one.model["Port"] == model["Port"]);
    if taken && !model["Port"].is_null() {
        let message =
            "A listener with the specified port already exists (Service: ElasticLoadBalancingV2, Status Code: 400)";
        return Ok(Some(Failure::new("AlreadyExists", message)));
    }
    let protocol = model["Protocol"].as_str().unwrap_or_default();
    let is_application = balancer.as_str().is_some_and(|arn| arn.contains(":loadbalancer/app/"));
    let fits = ["HTTP", "HTTPS"].contains(&protocol) == is_application;
    if !fits && !protocol.is_empty() {
        let known = if is_application { "HTTP, HTTPS" } else { "TCP, TLS, UDP, TCP_UDP" };
        return Ok(invalid(format!("Listener protocol '{protocol}' must be one of '{known}'")));
    }
    let certificates = path::values(model, "Certificates/*/CertificateArn").len();
    if ["HTTPS", "TLS"].contains(&protocol) && certificates == 0 {
        return Ok(invalid(format!("A certificate must be specified for {protocol} listeners")));
    }
    if ["HTTP", "TCP", "UDP", "TCP_UDP"].contains(&protocol) && certificates > 0 {
        return Ok(invalid(format!("Certificates cannot be specified for {protocol} listeners")));
    }
    shared(model, &others, context)
}

/// A target group belongs to one load balancer ("Load balancers per target group: 1"; terraform-provider-aws#22005 has the words), and
/// speaks a protocol of its type.
fn shared(model: &Value, others: &[Resource], context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let balancer = &model["LoadBalancerArn"];
    let is_application = balancer.as_str().is_some_and(|arn| arn.contains(":loadbalancer/app/"));
    for group in forwards(model) {
        let elsewhere =
            |one: &&Resource| one.model["LoadBalancerArn"] != *balancer && forwards(&one.model).contains(&group);
        let arn = group.as_str().unwrap_or_default();
        if others.iter().any(|one| elsewhere(&one)) {
            let message =
                format!("The following target groups cannot be associated with more than one load balancer: {arn}");
            return Ok(Some(Failure::new(
                "ServiceLimitExceeded",
                format!("{message} (Service: ElasticLoadBalancingV2, Status Code: 400)"),
            )));
        }
        let found = Resource::named(context.own, TARGET_GROUP, &["TargetGroupArn"], group, i64::MAX)?;
        let protocol = found.map(|found| found.model["Protocol"].clone()).unwrap_or_default();
        if protocol.as_str().is_some_and(|protocol| protocol.starts_with("HTTP") != is_application) {
            let kind = if is_application { "application" } else { "network" };
            return Ok(invalid(format!(
                "Target group '{arn}' with protocol {protocol} is not supported by load balancers of type '{kind}'"
            )));
        }
    }
    Ok(None)
}
