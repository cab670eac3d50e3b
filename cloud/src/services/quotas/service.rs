//! Service Quotas as a service of the cloud.

use std::sync::LazyLock;

use winterbaume_core::{MockRequest, MockResponse};

use super::operations;
use crate::documents::CallContext;
use crate::service::{Fault, Service};
use crate::services::json::{Handler, JsonService, dispatch};
use crate::services::shape::Shapes;

static SHAPES: LazyLock<Result<Shapes, Fault>> = LazyLock::new(|| Shapes::read(include_str!("shapes.json")));

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quotas;

impl Service for Quotas {
    fn name(&self) -> &'static str {
        "servicequotas"
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        dispatch::<Self>(request, context)
    }
}

impl JsonService for Quotas {
    const TITLE: &'static str = "Service Quotas";

    fn shapes() -> &'static Result<Shapes, Fault> {
        &SHAPES
    }

    fn handler(operation: &str) -> Option<Handler> {
        operations::handler(operation)
    }
}
