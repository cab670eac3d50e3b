//! Amazon SageMaker: models, endpoint configurations, endpoints and inference components.
//!
//! One file for each thing and each concern. What a create sends is kept and echoed; endpoints and inference
//! components are in a transition for a while, and before any call is answered those that are over are settled.

mod component;
mod component_change;
mod component_spec;
mod config;
mod container;
mod deployment;
mod endpoint;
mod endpoint_capacity;
mod endpoint_list;
mod endpoint_update;
mod endpoint_view;
mod fleet;
mod kind;
mod listing;
mod model;
mod operations;
mod production_variant;
mod references;
mod serverless;
mod tags;
mod time;
mod transition;

use std::sync::LazyLock;

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

pub(in crate::services) use component::Component;
pub(in crate::services) use endpoint::Endpoint;

use super::shape::Shapes;
use crate::clock;
use crate::documents::{Tables, World};
use crate::service::{Fault, Service};
use crate::wire::json;

static SHAPES: LazyLock<Result<Shapes, Fault>> = LazyLock::new(|| Shapes::read(include_str!("shapes.json")));

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct SageMaker;

impl Service for SageMaker {
    fn name(&self) -> &'static str {
        "sagemaker"
    }

    /// Transitions end also when nobody asks SageMaker: a gone endpoint holds no subnet. A document that is looked at
    /// from outside comes without a clock, so this is the one place that looks at the system's.
    fn seen(&self, mut document: Tables) -> Tables {
        let now_ms = clock::now_ms();
        component::settle_seen(&mut document, now_ms);
        endpoint::settle_seen(&mut document, now_ms);
        document
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
    let handler = operations::handler(&operation).ok_or_else(|| {
        let message = format!("The operation {operation} is not one that the embedded cloud has for SageMaker");
        Fault::new("UnknownOperationException", message)
    })?;
    let input = json::body(request)?;
    SHAPES.as_ref().map_err(Clone::clone)?.check(&operation, &input)?;
    component::settle(world)?;
    endpoint::settle(world)?;
    handler(&input, world)
}

/// AWS's answer to what its input may not ask for.
fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("ValidationException", message)
}

/// The text of a member, empty if it is not there.
fn text<'a>(input: &'a Value, member: &str) -> &'a str {
    input[member].as_str().unwrap_or_default()
}

/// A record of ours that cannot be read or written: the document was changed by somebody else.
fn damaged(error: &serde_json::Error) -> Fault {
    Fault::new("InternalFailure", format!("a record of SageMaker is damaged: {error}"))
}
