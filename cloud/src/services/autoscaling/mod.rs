//! Application Auto Scaling, for what SageMaker lets it scale.
//!
//! Scalable targets, scaling policies and scheduled actions are checked, recorded and echoed; nothing is scaled by
//! them, for the cloud has no load. A target goes with the endpoint or inference component that it was registered for.

mod activity;
mod list;
mod policy;
mod policy_list;
mod resource;
mod schedule;
mod scheduled_action;
mod scheduled_action_list;
mod step_scaling;
mod tags;
mod target;
mod target_id;
mod target_list;
mod target_tracking;

use std::sync::LazyLock;

use serde_json::{Value, json as value};
use winterbaume_core::{MockRequest, MockResponse};

pub(in crate::services) use resource::registered_variants;

use super::shape::Shapes;
use crate::documents::World;
use crate::service::{Fault, Service};
use crate::wire::json;

static SHAPES: LazyLock<Result<Shapes, Fault>> = LazyLock::new(|| Shapes::read(include_str!("shapes.json")));

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct AutoScaling;

impl Service for AutoScaling {
    fn name(&self) -> &'static str {
        "application-autoscaling"
    }

    fn call(&self, request: &MockRequest, world: &mut World<'_>) -> MockResponse {
        let before = world.own.clone();
        let result = run(request, world);
        if result.is_err() {
            *world.own = before;
        }
        json::answer(result)
    }
}

fn run(request: &MockRequest, world: &mut World<'_>) -> Result<Value, Fault> {
    let operation = json::operation(request);
    let shapes = SHAPES.as_ref().map_err(Clone::clone)?;
    if !shapes.knows(&operation) {
        let message = format!("The operation {operation} is not one that the embedded cloud has for Auto Scaling");
        return Err(Fault::new("UnknownOperationException", message));
    }
    let input = json::body(request)?;
    shapes.check(&operation, &input)?;
    target::forget_gone(world)?;
    answer(&operation, &input, world)
}

fn answer(operation: &str, input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    match operation {
        "RegisterScalableTarget" => target::register(input, world),
        "DescribeScalableTargets" => target_list::describe(input, world),
        "DeregisterScalableTarget" => target::deregister(input, world),
        "PutScalingPolicy" => policy::put(input, world),
        "DescribeScalingPolicies" => policy_list::describe(input, world),
        "DeleteScalingPolicy" => policy::delete(input, world),
        "PutScheduledAction" => scheduled_action::put(input, world),
        "DescribeScheduledActions" => scheduled_action_list::describe(input, world),
        "DeleteScheduledAction" => scheduled_action::delete(input, world),
        "DescribeScalingActivities" => activity::describe(input),
        "TagResource" => tags::tag(input, world),
        "UntagResource" => tags::untag(input, world),
        "ListTagsForResource" => tags::list(input, world),
        _ => Err(Fault::new("UnknownOperationException", format!("The operation {operation} is unknown"))),
    }
}

/// AWS's answer to what its input may not ask for.
fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("ValidationException", message)
}

/// The text of a member, empty if it is not there.
fn text<'a>(input: &'a Value, member: &str) -> &'a str {
    input[member].as_str().unwrap_or_default()
}

/// The instant of milliseconds since the Unix epoch as AWS writes it: in seconds.
fn seconds(ms: &Value) -> Value {
    ms.as_f64().map_or(Value::Null, |ms| value!(ms / 1000.0))
}
