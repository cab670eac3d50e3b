//! Cloud Control as a service of the cloud.

use std::sync::LazyLock;

use winterbaume_core::{MockRequest, MockResponse};

use super::settle::settle;
use super::{operations, tokens, uses};
use crate::documents::{CallContext, Tables};
use crate::service::{Fault, Service};
use crate::services::json::{Handler, JsonService, dispatch};
use crate::services::shape::Shapes;
use crate::usage::{Place, Use};

static SHAPES: LazyLock<Result<Shapes, Fault>> = LazyLock::new(|| Shapes::read(include_str!("shapes.json")));

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct CloudControl;

impl Service for CloudControl {
    fn name(&self) -> &'static str {
        "cloudcontrolapi"
    }

    /// An unreadable document stays as it is; Cloud Control refuses the calls that need it.
    fn seen(&self, document: Tables, now_ms: i64) -> Tables {
        let mut seen = document.clone();
        if settle(&mut seen, now_ms).is_ok() { seen } else { document }
    }

    fn uses(&self, document: &Tables, place: &Place<'_>) -> Vec<Use> {
        uses::all(document, place)
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        dispatch::<Self>(request, context)
    }
}

impl JsonService for CloudControl {
    const TITLE: &'static str = "Cloud Control";

    fn shapes() -> &'static Result<Shapes, Fault> {
        &SHAPES
    }

    fn handler(operation: &str) -> Option<Handler> {
        operations::handler(operation)
    }

    fn settle(context: &mut CallContext<'_>) -> Result<(), Fault> {
        settle(context.own, context.now_ms)?;
        tokens::forget_old(context);
        Ok(())
    }
}
