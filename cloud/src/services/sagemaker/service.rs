//! SageMaker as a service of the cloud.

use std::sync::LazyLock;

use winterbaume_core::{MockRequest, MockResponse};

use super::component_record::Component;
use super::endpoint_record::Endpoint;
use super::feature_record::FeatureGroup;
use super::monitoring_record::Schedule;
use super::network;
use super::operations;
use super::runtime::Invocation;
use super::store;
use super::uses;
use crate::documents::{CallContext, Tables};
use crate::service::{Fault, Service};
use crate::services::json::{Handler, JsonService, dispatch};
use crate::services::shape::Shapes;
use crate::usage::{Place, Use};
use crate::wire::json;

static SHAPES: LazyLock<Result<Shapes, Fault>> = LazyLock::new(|| Shapes::read(include_str!("shapes.json")));

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct SageMaker;

impl Service for SageMaker {
    fn name(&self) -> &'static str {
        "sagemaker"
    }

    /// Transitions end even if SageMaker is not called, so that a deleted endpoint holds no subnet.
    fn seen(&self, mut document: Tables, now_ms: i64) -> Tables {
        store::settle_seen::<Component>(&mut document, now_ms);
        store::settle_seen::<Endpoint>(&mut document, now_ms);
        store::settle_seen::<FeatureGroup>(&mut document, now_ms);
        store::settle_seen::<Schedule>(&mut document, now_ms);
        document
    }

    fn uses(&self, document: &Tables, place: &Place<'_>) -> Vec<Use> {
        uses::all(document, place)
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        let Some(invocation) = Invocation::of(request) else { return dispatch::<Self>(request, context) };
        match Self::settle(context) {
            Ok(()) => invocation.respond(request, context),
            Err(fault) => json::response(Err(fault)),
        }
    }
}

impl JsonService for SageMaker {
    const TITLE: &'static str = "SageMaker";

    fn shapes() -> &'static Result<Shapes, Fault> {
        &SHAPES
    }

    fn handler(operation: &str) -> Option<Handler> {
        operations::handler(operation)
    }

    fn settle(context: &mut CallContext<'_>) -> Result<(), Fault> {
        store::settle::<Component>(context)?;
        store::settle::<Endpoint>(context)?;
        store::settle::<FeatureGroup>(context)?;
        store::settle::<Schedule>(context)?;
        network::forget_gone(context);
        Ok(())
    }
}
