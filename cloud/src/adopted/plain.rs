//! The chassis of services whose whole state is in their view.

use winterbaume_core::{MockRequest, MockResponse, StatefulService, default_account_id};

use super::chassis::{Chassis, document, failure, finish, view};
use crate::documents::Tables;
use crate::service::Fault;

/// A service of winterbaume as it is.
pub(super) struct Plain<S>(S);

impl<S> Plain<S> {
    /// Makes the service.
    pub fn new(make: impl FnOnce() -> S) -> Self {
        Self(make())
    }
}

impl<S: StatefulService> Chassis for Plain<S> {
    fn load(&self, region: &str, document: &Tables) -> Result<(), Fault> {
        finish(self.0.restore(default_account_id(), region, view(document)?)).map_err(failure)
    }

    fn handle(&self, request: MockRequest) -> MockResponse {
        finish(self.0.handle(request))
    }

    fn stored(&self, region: &str, previous: &Tables) -> Result<Tables, Fault> {
        document(&finish(self.0.snapshot(default_account_id(), region)), previous)
    }
}
