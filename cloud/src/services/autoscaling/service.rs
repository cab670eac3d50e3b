//! Application Auto Scaling as a service of the cloud.

use std::sync::LazyLock;

use winterbaume_core::{MockRequest, MockResponse};

use super::firing;
use super::operations;
use super::{target, uses};
use crate::documents::{CallContext, Tables};
use crate::service::{Fault, Service};
use crate::services::json::{Handler, JsonService, dispatch};
use crate::services::shape::Shapes;
use crate::usage::{Place, Use};

static SHAPES: LazyLock<Result<Shapes, Fault>> = LazyLock::new(|| Shapes::read(include_str!("shapes.json")));

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct AutoScaling;

impl Service for AutoScaling {
    fn name(&self) -> &'static str {
        "application-autoscaling"
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        dispatch::<Self>(request, context)
    }

    fn uses(&self, document: &Tables, place: &Place<'_>) -> Vec<Use> {
        uses::all(document, place)
    }
}

impl JsonService for AutoScaling {
    const TITLE: &'static str = "Auto Scaling";

    fn shapes() -> &'static Result<Shapes, Fault> {
        &SHAPES
    }

    fn handler(operation: &str) -> Option<Handler> {
        operations::handler(operation)
    }

    fn settle(context: &mut CallContext<'_>) -> Result<(), Fault> {
        target::forget_gone(context)?;
        firing::fire_due(context)
    }
}
