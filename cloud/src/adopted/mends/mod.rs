//! The mends: where a service of winterbaume answers otherwise than AWS, one small file each.

mod iam;
mod logs;
mod s3;
mod secretsmanager;

use winterbaume_core::{MockRequest, MockResponse};

use crate::documents::{Tables, World};
use crate::service::Fault;

pub(super) use iam::Iam;
pub(super) use logs::Logs;
pub(super) use s3::S3;
pub(super) use secretsmanager::SecretsManager;

/// A call on an adopted service.
pub(super) struct Asked<'a> {
    /// The operation, e.g. `CreateRole`.
    pub operation: String,
    /// The request as it came.
    pub request: &'a MockRequest,
}

/// What is mended about a service.
pub(super) trait Mends: Send + Sync + 'static {
    /// Before winterbaume is asked: a refusal that it would not give, or an answer in its place.
    fn instead(&self, _asked: &Asked<'_>, _world: &mut World<'_>) -> Result<Option<MockResponse>, Fault> {
        Ok(None)
    }

    /// After winterbaume has answered: the answer, mended, and what its document lacks.
    fn after(&self, _asked: &Asked<'_>, response: MockResponse, _world: &mut World<'_>) -> Result<MockResponse, Fault> {
        Ok(response)
    }

    /// The document as the services of this crate see it.
    fn seen(&self, document: Tables) -> Tables {
        document
    }
}

/// Nothing is mended.
pub(super) struct Nothing;

impl Mends for Nothing {}
