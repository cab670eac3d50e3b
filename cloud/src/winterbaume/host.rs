//! Hosting of winterbaume's services: load a document, handle a request, return the document.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use winterbaume_core::{MockRequest, MockResponse, StatefulService, default_account_id};

use crate::documents::Tables;
use crate::error_response::failure;
use crate::service::Fault;

/// Fields of a view that are no tables (lists, options) are kept in this table.
const REST: &str = "ebb:rest";
/// Tables with this prefix belong to the patches; winterbaume neither sees nor removes them.
const OWN: &str = "ebb:";

/// A service of winterbaume whose state can be replaced and read.
pub(super) trait HostedService: Send + Sync + 'static {
    /// Replaces the state of a region by the document's.
    fn load(&self, region: &str, document: &Tables) -> Result<(), Fault>;
    /// Handles a request.
    fn handle(&self, request: MockRequest) -> MockResponse;
    /// Returns the state of a region as a document; `previous` is the document before the call.
    fn stored(&self, region: &str, previous: &Tables) -> Result<Tables, Fault>;
}

/// Runs a future of winterbaume to its end. The calling thread is one of tokio's blocking threads.
pub(super) fn finish<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Handle::current().block_on(future)
}

/// Returns a view of winterbaume as a document, together with the tables of the patches in `previous`.
pub(super) fn document(view: &impl Serialize, previous: &Tables) -> Result<Tables, Fault> {
    let Value::Object(fields) = serde_json::to_value(view).map_err(failure)? else {
        return Err(failure("a view is not an object"));
    };
    let (tables, rest): (Map<_, _>, Map<_, _>) = fields.into_iter().partition(|(_, value)| value.is_object());
    let mut whole = match serde_json::to_value(previous).map_err(failure)? {
        Value::Object(previous) => previous.into_iter().filter(|(name, _)| name.starts_with(OWN)).collect(),
        _ => Map::new(),
    };
    whole.extend(
        tables.into_iter().filter(|(_, records)| records.as_object().is_some_and(|records| !records.is_empty())),
    );
    let rest: Map<_, _> = rest
        .into_iter()
        .filter(|(_, value)| !value.is_null() && value.as_array().is_none_or(|members| !members.is_empty()))
        .collect();
    whole.remove(REST);
    if !rest.is_empty() {
        whole.insert(REST.to_owned(), Value::Object(rest));
    }
    serde_json::from_value(Value::Object(whole)).map_err(failure)
}

/// Returns the view of winterbaume that a document holds.
pub(super) fn view<V: DeserializeOwned>(document: &Tables) -> Result<V, Fault> {
    let mut whole = serde_json::to_value(document).map_err(failure)?;
    if let Value::Object(fields) = &mut whole {
        let rest = fields.remove(REST);
        fields.retain(|name, _| !name.starts_with(OWN));
        if let Some(Value::Object(rest)) = rest {
            fields.extend(rest);
        }
    }
    serde_json::from_value(whole).map_err(|error| failure(format!("a document has an unknown form: {error}")))
}

/// A service of winterbaume as it is.
pub(super) struct Plain<S>(S);

impl<S> Plain<S> {
    /// Makes the service.
    pub fn new(make: impl FnOnce() -> S) -> Self {
        Self(make())
    }
}

impl<S: StatefulService> HostedService for Plain<S> {
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
