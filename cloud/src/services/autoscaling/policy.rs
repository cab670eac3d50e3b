//! Scaling policies.

use serde_json::{Value, json};

use super::records::{self, POLICIES};
use super::target_id::TargetId;
use super::{step_scaling, target_tracking};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// How many policies a target may have.
const LIMIT: usize = 50;

/// The member that configures each type of policy.
const CONFIGURATIONS: [(&str, &str); 2] = [
    ("TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration"),
    ("StepScaling", "StepScalingPolicyConfiguration"),
];

/// PutScalingPolicy: creates a policy, or replaces the configuration of an existing one.
pub fn put(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let id = TargetId::of(input)?;
    records::check_registered(&id, context)?;
    let name = text(input, "PolicyName");
    let key = id.key_of(name);
    let before = context.own.get(POLICIES, &key).cloned();
    let kind = kind(input, before.as_ref())?;
    let mut policy = match before {
        Some(before) => before,
        None => fresh(&id, name, kind, context)?,
    };
    let member = CONFIGURATIONS.iter().find(|(known, _)| *known == kind).map_or("", |(_, member)| member);
    if let Some((_, other)) = CONFIGURATIONS.iter().find(|(known, other)| *known != kind && !input[*other].is_null()) {
        return Err(invalid(format!("A policy of type {kind} cannot have a {other}")));
    }
    let configuration = &input[member];
    if configuration.is_null() {
        if policy[member].is_null() {
            return Err(invalid(format!("A policy of type {kind} needs a {member}")));
        }
    } else {
        policy[member] = configuration.clone();
        if kind == "StepScaling" {
            step_scaling::check(configuration)?;
            step_scaling::fill_in(&mut policy[member]);
        } else {
            target_tracking::check(configuration, &id)?;
            check_metric_is_free(configuration, &id, name, context)?;
            policy["Alarms"] = target_tracking::alarms(&policy["Alarms"], configuration, &id, context);
        }
    }
    let answer = json!({ "PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"] });
    context.own.put(POLICIES, key, policy);
    Ok(answer)
}

/// Returns the type of the policy: the given one, or the present one.
fn kind(input: &Value, before: Option<&Value>) -> Result<&'static str, Fault> {
    let given = input["PolicyType"].as_str();
    let existing = before.map(|policy| text(policy, "PolicyType"));
    let kind = match (given, existing) {
        (Some(given), Some(existing)) if given != existing => {
            return Err(invalid(format!("The type of an existing policy ({existing}) cannot be changed to {given}")));
        }
        (given, existing) => given.or(existing),
    };
    let kind = kind.ok_or_else(|| invalid("PolicyType is required to create a scaling policy"))?;
    let known = CONFIGURATIONS.iter().find(|(known, _)| *known == kind);
    known.map(|(known, _)| *known).ok_or_else(|| invalid(format!("{kind} is not supported for SageMaker")))
}

fn fresh(id: &TargetId, name: &str, kind: &str, context: &CallContext<'_>) -> Result<Value, Fault> {
    if context.own.all(POLICIES).filter(|(_, policy)| policy["Target"] == id.key()).count() >= LIMIT {
        let message = format!("A scalable target may have at most {LIMIT} scaling policies");
        return Err(Fault::new("LimitExceededException", message));
    }
    let mut policy = id.members();
    policy["Target"] = json!(id.key());
    policy["PolicyName"] = json!(name);
    policy["PolicyType"] = json!(kind);
    policy["PolicyARN"] = json!(format!(
        "arn:{}:autoscaling:{}:{}:scalingPolicy:{}:resource/{}/{}:policyName/{name}",
        context.partition(),
        context.region,
        context.account,
        uuid::Uuid::new_v4(),
        id.namespace,
        id.resource
    ));
    policy["Alarms"] = json!([]);
    policy["CreatedMs"] = json!(context.now_ms);
    Ok(policy)
}

/// Two policies of a target cannot track the same metric.
fn check_metric_is_free(
    configuration: &Value,
    id: &TargetId,
    name: &str,
    context: &CallContext<'_>,
) -> Result<(), Fault> {
    let metric = target_tracking::metric(configuration);
    let same = |policy: &Value| {
        policy["Target"] == id.key()
            && policy["PolicyName"] != name
            && policy["PolicyType"] == "TargetTrackingScaling"
            && target_tracking::metric(&policy["TargetTrackingScalingPolicyConfiguration"]) == metric
    };
    if context.own.all(POLICIES).any(|(_, policy)| same(policy)) {
        let message = "Only one TargetTrackingScaling policy for a given metric specification is allowed.";
        return Err(invalid(message));
    }
    Ok(())
}

/// DeleteScalingPolicy.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let id = TargetId::of(input)?;
    let name = text(input, "PolicyName");
    match context.own.remove(POLICIES, &id.key_of(name)) {
        Some(_) => Ok(json!({})),
        None => Err(id.missing("scaling policy", Some(("policy name", name)))),
    }
}
