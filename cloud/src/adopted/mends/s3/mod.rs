//! S3: what is mended, one file per gap.

mod buckets;
mod policies;
mod tags;

use std::path::Path;

use winterbaume_core::MockResponse;

use super::{Asked, Mends};
use crate::adopted::objects::Objects;
use crate::documents::World;
use crate::route::S3Target;
use crate::service::Fault;

/// The mends of S3: most of all, its objects are ours.
pub(in super::super) struct S3 {
    objects: Objects,
}

impl S3 {
    /// S3 with the bodies of its objects in a folder inside `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { objects: Objects::new(folder) }
    }
}

impl Mends for S3 {
    fn instead(&self, asked: &Asked<'_>, world: &mut World<'_>) -> Result<Option<MockResponse>, Fault> {
        let target = S3Target::of(&asked.request.uri);
        if let Some(answer) = buckets::elsewhere(asked, &target, world) {
            return Ok(Some(answer));
        }
        if let Some(answer) = self.objects.answer(&asked.operation, asked.request, &target, world) {
            return Ok(Some(answer));
        }
        if let Some(answer) = buckets::location(asked, &target, world) {
            return Ok(Some(answer));
        }
        policies::check(asked, &target, world)?;
        buckets::before(asked, &target, world)
    }

    fn after(&self, asked: &Asked<'_>, response: MockResponse, world: &mut World<'_>) -> Result<MockResponse, Fault> {
        if response.status < 300 {
            let target = S3Target::of(&asked.request.uri);
            buckets::after(asked, &target, world);
            if asked.operation == "DeleteBucket" {
                self.objects.forget_bucket(&target.bucket, world);
            }
            tags::after(asked, &target, world);
        }
        Ok(response)
    }
}
