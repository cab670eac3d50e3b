//! S3: what is mended, one file per gap.

mod buckets;
mod conditions;
mod keys;
mod policies;
mod tags;

use winterbaume_core::MockResponse;

use super::{Asked, Mends};
use crate::documents::World;
use crate::route::S3Target;
use crate::service::Fault;

/// The mends of S3.
pub(in super::super) struct S3;

impl Mends for S3 {
    fn instead(&self, asked: &Asked<'_>, world: &mut World<'_>) -> Result<Option<MockResponse>, Fault> {
        let target = S3Target::of(&asked.request.uri);
        if let Some(answer) = buckets::elsewhere(asked, &target, world) {
            return Ok(Some(answer));
        }
        if let Some(answer) = buckets::location(asked, &target, world) {
            return Ok(Some(answer));
        }
        keys::check(&target)?;
        conditions::check(asked, &target, world)?;
        policies::check(asked, &target, world)?;
        buckets::before(asked, &target, world)
    }

    fn after(&self, asked: &Asked<'_>, response: MockResponse, world: &mut World<'_>) -> Result<MockResponse, Fault> {
        if response.status < 300 {
            let target = S3Target::of(&asked.request.uri);
            buckets::after(asked, &target, world);
            tags::after(asked, &target, world);
        }
        Ok(response)
    }
}
