//! KMS as a service of the cloud.

use std::sync::LazyLock;

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

use super::deletion;
use super::operations;
use super::uses;
use crate::documents::{CallContext, Tables};
use crate::service::{Fault, Service};
use crate::services::json::{Handler, JsonService, dispatch};
use crate::services::shape::Shapes;
use crate::usage::{Place, Use};

static SHAPES: LazyLock<Result<Shapes, Fault>> = LazyLock::new(|| Shapes::read(include_str!("shapes.json")));

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kms;

impl Service for Kms {
    fn name(&self) -> &'static str {
        "kms"
    }

    fn uses(&self, document: &Tables, place: &Place<'_>) -> Vec<Use> {
        uses::all(document, place)
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        dispatch::<Self>(request, context)
    }
}

impl JsonService for Kms {
    const TITLE: &'static str = "KMS";

    fn shapes() -> &'static Result<Shapes, Fault> {
        &SHAPES
    }

    fn handler(operation: &str) -> Option<Handler> {
        operations::handler(operation)
    }

    fn settle(context: &mut CallContext<'_>) -> Result<(), Fault> {
        deletion::forget_over(context)
    }

    fn check_effect(input: &Value) -> Result<(), Fault> {
        if input["DryRun"] == true {
            let message = "The request would have succeeded, but the DryRun option is set.";
            return Err(Fault { status: 412, ..Fault::new("DryRunOperationException", message) });
        }
        Ok(())
    }
}
