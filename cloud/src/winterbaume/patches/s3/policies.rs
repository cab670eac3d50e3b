//! Bucket policies: AWS refuses malformed ones, winterbaume stores anything.

use crate::documents::CallContext;
use crate::route::S3Target;
use crate::service::Fault;
use crate::services::principals;
use crate::winterbaume::patches::interface::Asked;
use crate::winterbaume::policy::{self, Place};

/// Refuses a malformed policy of a bucket that exists.
pub(super) fn check(asked: &Asked<'_>, target: &S3Target, context: &CallContext<'_>) -> Result<(), Fault> {
    if asked.operation != "PutBucketPolicy" || context.own.get("buckets", &target.bucket).is_none() {
        return Ok(());
    }
    let arn = format!("arn:{}:s3:::{}", context.partition(), target.bucket);
    let document = String::from_utf8_lossy(&asked.request.body);
    policy::check(&document, Place::Bucket(&arn)).map_err(|reason| Fault::new("MalformedPolicy", reason))?;
    match principals::unknown(&document, context) {
        // S3's words for a principal that it does not know, or not yet (terraform-provider-aws, `internal/service/s3`).
        Some(_) => Err(Fault::new("MalformedPolicy", "Invalid principal in policy")),
        None => Ok(()),
    }
}
