//! The patches of S3, in the order in which a call meets them.

use std::path::Path;

use winterbaume_core::MockResponse;

use super::{buckets, lifecycle, policies, tags};
use crate::documents::{CallContext, Tables};
use crate::route::S3Target;
use crate::service::Fault;
use crate::services::s3_objects::{self, Objects};
use crate::usage::{Place, Use};
use crate::winterbaume::patches::{Asked, Patches};

/// The patches of S3: most of all, its objects are ours.
pub(in crate::winterbaume) struct S3 {
    objects: Objects,
}

impl S3 {
    /// S3 with the bodies of its objects in a folder inside `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { objects: Objects::new(folder) }
    }
}

impl Patches for S3 {
    fn intercept(&self, asked: &Asked<'_>, context: &mut CallContext<'_>) -> Result<Option<MockResponse>, Fault> {
        let target = S3Target::of(&asked.request.uri);
        if let Some(answer) = buckets::elsewhere(asked, &target, context) {
            return Ok(Some(answer));
        }
        if let Some(answer) = self.objects.respond(&asked.operation, asked.request, &target, context) {
            return Ok(Some(answer));
        }
        if let Some(answer) = buckets::location(asked, &target, context) {
            return Ok(Some(answer));
        }
        policies::check(asked, &target, context)?;
        lifecycle::check(asked)?;
        buckets::intercept(asked, &target, context)
    }

    fn uses(&self, document: &Tables, place: &Place<'_>) -> Vec<Use> {
        s3_objects::uses(document, place)
    }

    fn amend(
        &self,
        asked: &Asked<'_>,
        mut response: MockResponse,
        context: &mut CallContext<'_>,
    ) -> Result<MockResponse, Fault> {
        let target = S3Target::of(&asked.request.uri);
        buckets::amend(asked, &target, context);
        if asked.operation == "DeleteBucket" {
            self.objects.forget_bucket(&target.bucket, context);
        }
        tags::amend(asked, &target, context);
        lifecycle::amend(asked, &target, &mut response, context);
        Ok(response)
    }
}
