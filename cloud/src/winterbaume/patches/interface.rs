//! The interface of a set of patches.

use winterbaume_core::{MockRequest, MockResponse};

use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::usage::{Place, Use};

/// A call on a service of winterbaume.
pub(in crate::winterbaume) struct Asked<'a> {
    /// The operation, e.g. `CreateRole`.
    pub operation: String,
    /// The request as it came.
    pub request: &'a MockRequest,
}

/// The patches of a service.
pub(in crate::winterbaume) trait Patches: Send + Sync + 'static {
    /// Runs before winterbaume handles the call: refuses it, or returns a response in winterbaume's place.
    fn intercept(&self, _asked: &Asked<'_>, _context: &mut CallContext<'_>) -> Result<Option<MockResponse>, Fault> {
        Ok(None)
    }

    /// Amends winterbaume's response to a call that succeeded, and adds the parts that its document lacks.
    fn amend(
        &self,
        _asked: &Asked<'_>,
        response: MockResponse,
        _context: &mut CallContext<'_>,
    ) -> Result<MockResponse, Fault> {
        Ok(response)
    }

    /// Returns the items of AWS's bill that the document uses.
    fn uses(&self, _document: &Tables, _place: &Place<'_>) -> Vec<Use> {
        Vec::new()
    }

    /// Returns the document as the services of this crate see it.
    fn seen(&self, document: Tables) -> Tables {
        document
    }
}

/// Nothing is patched.
pub(in crate::winterbaume) struct Nothing;

impl Patches for Nothing {}
