//! What a set of patches is.

use winterbaume_core::{MockRequest, MockResponse};

use crate::documents::{CallContext, Tables};
use crate::service::Fault;

/// A call on an adopted service.
pub(in crate::winterbaume) struct Asked<'a> {
    /// The operation, e.g. `CreateRole`.
    pub operation: String,
    /// The request as it came.
    pub request: &'a MockRequest,
}

/// What is patched about a service.
pub(in crate::winterbaume) trait Patches: Send + Sync + 'static {
    /// Before winterbaume is asked: a refusal that it would not give, or an answer in its place.
    fn intercept(&self, _asked: &Asked<'_>, _context: &mut CallContext<'_>) -> Result<Option<MockResponse>, Fault> {
        Ok(None)
    }

    /// After winterbaume has answered: the answer, patched, and what its document lacks.
    fn amend(
        &self,
        _asked: &Asked<'_>,
        response: MockResponse,
        _context: &mut CallContext<'_>,
    ) -> Result<MockResponse, Fault> {
        Ok(response)
    }

    /// The document as the services of this crate see it.
    fn seen(&self, document: Tables) -> Tables {
        document
    }
}

/// Nothing is patched.
pub(in crate::winterbaume) struct Nothing;

impl Patches for Nothing {}
