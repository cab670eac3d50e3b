//! References of SageMaker's inputs to resources of other services, which must exist.

use serde_json::Value;

use super::container;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::s3_objects;

/// The role of an input, as SageMaker can use it now.
enum Standing {
    /// It can be assumed, and its policies apply.
    Usable,
    /// It cannot be assumed: it does not exist, or is too new.
    NotAssumable,
    /// It can be assumed; its policies were changed too recently to apply.
    WithoutPolicies,
}

/// Returns the standing of a role. IAM is eventually consistent: a new role, and a changed policy, take a while to be
/// known to other services.
fn standing(context: &CallContext<'_>, arn: &str) -> Result<Standing, Fault> {
    // arn:aws:iam::ACCOUNT:role/PATH/NAME
    let account = arn.split(':').nth(4).unwrap_or_default();
    if account != context.account {
        return Err(Fault::new("AccessDeniedException", "Cross-account pass role is not allowed."));
    }
    let name = arn.rsplit('/').next().unwrap_or_default();
    let roles = context.other("iam");
    let there = roles.get("Role", name).filter(|role| role["Arn"].as_str().is_none_or(|known| known == arn));
    let Some(role) = there else { return Ok(Standing::NotAssumable) };
    let known = |since: &Value| {
        let since_ms = since.as_i64().unwrap_or_default();
        context.now_ms >= since_ms.saturating_add(context.assumable_after_ms)
    };
    Ok(match (known(&role["CreatedMs"]), known(&role["PolicyMs"])) {
        (true, true) => Standing::Usable,
        (true, false) => Standing::WithoutPolicies,
        (false, _) => Standing::NotAssumable,
    })
}

/// Checks that the role of a configuration, if one is given, is there to be assumed.
pub fn check_role(context: &CallContext<'_>, arn: &Value) -> Result<(), Fault> {
    match arn.as_str() {
        Some(arn) if matches!(standing(context, arn)?, Standing::NotAssumable) => Err(not_assumable(arn)),
        _ => Ok(()),
    }
}

/// Checks that the role of a model can be assumed and has access to its artifacts and images, which CreateModel tries at
/// once. The messages are AWS's: philschmid/llm-sagemaker-sample#2 and bentoml/BentoML#892 on CreateModel, and
/// aws/sagemaker-spark-container#158 on the check of images.
pub fn check_model_role(context: &CallContext<'_>, model: &Value, containers: &[&Value]) -> Result<(), Fault> {
    let Some(arn) = model["ExecutionRoleArn"].as_str() else { return Ok(()) };
    let standing = standing(context, arn)?;
    if matches!(standing, Standing::Usable) {
        return Ok(());
    }
    if let Some(url) = containers.iter().find_map(|container| container::data_urls(container).next()) {
        return Err(invalid(format!(
            "Could not access model data at {url}. Please ensure that the role \"{arn}\" exists and that its trust \
             relationship policy allows the action \"sts:AssumeRole\" for the service principal \
             \"sagemaker.amazonaws.com\". Also ensure that the role has \"s3:GetObject\" permissions and that the \
             object is located in {}.",
            context.region
        )));
    }
    if matches!(standing, Standing::NotAssumable) {
        return Err(not_assumable(arn));
    }
    match containers.iter().find_map(|container| repository(text(container, "Image"))) {
        Some((account, name)) => {
            Err(invalid(format!("Access denied for repository: {name} in registry ID: {account}.")))
        }
        None => Ok(()),
    }
}

fn not_assumable(arn: &str) -> Fault {
    invalid(format!(
        "The execution role ARN \"{arn}\" is invalid. Please ensure that the role exists and that its trust relationship \
         policy allows the action \"sts:AssumeRole\" for the service principal \"sagemaker.amazonaws.com\"."
    ))
}

/// Returns the account and the name of the ECR repository of an image, `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`.
fn repository(image: &str) -> Option<(&str, &str)> {
    let (registry, rest) = image.split_once('/')?;
    let (account, host) = registry.split_once('.')?;
    let name = rest.split(['@', ':']).next()?;
    host.starts_with("dkr.ecr").then_some((account, name))
}

/// Checks that the artifact of a container is there, as `CreateModel` does: "Could not find model data at s3://…"
/// (amazon-sagemaker-examples#4479, sagemaker-python-sdk#608, and for a prefix aws-ia/ecs-blueprints#223). A bucket that this
/// cloud does not have is taken for another account's.
pub fn check_artifact(context: &CallContext<'_>, container: &Value) -> Result<(), Fault> {
    let storage = context.other("s3");
    for url in container::data_urls(container) {
        let Some((bucket, key)) = url.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) else { continue };
        if storage.get("buckets", bucket).is_some() && !s3_objects::has_object(&storage, bucket, key) {
            return Err(invalid(format!("Could not find model data at {url}.")));
        }
    }
    Ok(())
}

/// Checks that subnets and security groups, if any are given, exist.
pub fn check_network(context: &CallContext<'_>, vpc_config: &Value) -> Result<(), Fault> {
    if vpc_config.is_null() {
        return Ok(());
    }
    let ec2 = context.other("ec2");
    for (member, table, noun) in
        [("Subnets", "Subnet", "subnet"), ("SecurityGroupIds", "SecurityGroup", "security group")]
    {
        for id in vpc_config[member].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if ec2.get(table, id).is_none() {
                return Err(invalid(format!("The {noun} '{id}' does not exist.")));
            }
        }
    }
    Ok(())
}
