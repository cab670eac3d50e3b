//! Scalable targets: registered, deregistered, and gone with their resource.

use serde_json::{Value, json};

use super::records::{POLICIES, SCHEDULED_ACTIONS, check_registered};
use super::target_id::{COPY_COUNT, TargetId};
use super::{capacity, resource, tags};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::scalable_targets::TARGETS;

const SUSPENSIONS: [&str; 3] = ["DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"];

/// RegisterScalableTarget: creates a target, or changes the given members of an existing one.
pub fn register(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let id = TargetId::of(input)?;
    let created = resource::check(&id, context)?;
    let before = context.own.get(TARGETS, &id.key()).cloned();
    let is_new = before.is_none();
    let mut target = before.unwrap_or_else(|| fresh(&id, created, context));
    for member in ["MinCapacity", "MaxCapacity"] {
        if !input[member].is_null() {
            target[member] = input[member].clone();
        } else if is_new {
            return Err(invalid("You must specify both MinCapacity and MaxCapacity to register a new scalable target"));
        }
    }
    check_capacities(&target["MinCapacity"], &target["MaxCapacity"])?;
    for member in SUSPENSIONS {
        if !input["SuspendedState"][member].is_null() {
            target["SuspendedState"][member] = input["SuspendedState"][member].clone();
        }
    }
    let arn = text(&target, "ScalableTargetARN").to_owned();
    // The tags of an existing target are changed by TagResource only.
    if is_new {
        tags::record(context, &arn, &input["Tags"])?;
    }
    capacity::bring_into_bounds(&target, context)?;
    context.own.put(TARGETS, id.key(), target);
    Ok(json!({ "ScalableTargetARN": arn }))
}

fn fresh(id: &TargetId, resource_created_ms: i64, context: &CallContext<'_>) -> Value {
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let linked = if id.dimension == COPY_COUNT { "InferenceComponent" } else { "Endpoint" };
    let mut target = id.members();
    target["ScalableTargetARN"] = json!(format!(
        "arn:{}:application-autoscaling:{}:{}:scalable-target/0{}{unique}",
        context.partition(),
        context.region,
        context.account,
        &unique[..3]
    ));
    target["RoleARN"] = json!(format!(
        "arn:{}:iam::{}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/\
         AWSServiceRoleForApplicationAutoScaling_SageMaker{linked}",
        context.partition(),
        context.account
    ));
    target["SuspendedState"] = SUSPENSIONS.iter().map(|member| ((*member).to_owned(), json!(false))).collect();
    target["CreatedMs"] = json!(context.now_ms);
    target["ResourceCreatedMs"] = json!(resource_created_ms);
    target
}

/// Checks a minimum and a maximum, where they are given.
pub fn check_capacities(min: &Value, max: &Value) -> Result<(), Fault> {
    let (min, max) = (min.as_i64(), max.as_i64());
    if min.into_iter().chain(max).any(|capacity| capacity < 0) {
        return Err(invalid("Minimum and maximum capacity must be 0 or more"));
    }
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        return Err(invalid(format!("Maximum capacity ({max}) cannot be less than minimum capacity ({min})")));
    }
    Ok(())
}

/// DeregisterScalableTarget.
pub fn deregister(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let id = TargetId::of(input)?;
    check_registered(&id, context)?;
    forget(&id.key(), context);
    Ok(json!({}))
}

/// Forgets a target with its policies, scheduled actions and tags.
fn forget(key: &str, context: &mut CallContext<'_>) {
    if let Some(target) = context.own.remove(TARGETS, key) {
        tags::forget(context, text(&target, "ScalableTargetARN"));
    }
    for table in [POLICIES, SCHEDULED_ACTIONS] {
        context.own.retain(table, |_, record| record["Target"] != key);
    }
}

/// Forgets the targets whose resource is gone or being deleted: AWS deregisters them silently.
pub fn forget_gone(context: &mut CallContext<'_>) -> Result<(), Fault> {
    if context.own.all(TARGETS).next().is_none() {
        return Ok(());
    }
    let tables = context.other("sagemaker");
    let mut gone = Vec::new();
    for (key, target) in context.own.all(TARGETS) {
        if !resource::stands(target, &tables, context)? {
            gone.push(key.to_owned());
        }
    }
    for key in gone {
        forget(&key, context);
    }
    Ok(())
}
