//! Bucket policies: AWS refuses malformed ones, winterbaume stores anything.

use super::Asked;
use crate::adopted::policy::{self, Place};
use crate::documents::World;
use crate::route::S3Target;
use crate::service::Fault;

/// Refuses a malformed policy of a bucket that exists.
pub(super) fn check(asked: &Asked<'_>, target: &S3Target, world: &World<'_>) -> Result<(), Fault> {
    if asked.operation != "PutBucketPolicy" || world.own.get("buckets", &target.bucket).is_none() {
        return Ok(());
    }
    let document = String::from_utf8_lossy(&asked.request.body);
    policy::check(&document, Place::Bucket(&target.bucket)).map_err(|reason| Fault::new("MalformedPolicy", reason))
}
