//! `If-Match` on a key that does not exist: AWS answers 404 `NoSuchKey`, winterbaume 412.

use super::Asked;
use crate::documents::World;
use crate::route::S3Target;
use crate::service::Fault;
use percent_encoding::percent_decode_str;

/// Refuses a write that expects an object where there is none.
pub(super) fn check(asked: &Asked<'_>, target: &S3Target, world: &World<'_>) -> Result<(), Fault> {
    if asked.operation != "PutObject" || !asked.request.headers.contains_key("if-match") {
        return Ok(());
    }
    let Some(bucket) = world.own.get("buckets", &target.bucket) else { return Ok(()) };
    let key = percent_decode_str(&target.key).decode_utf8_lossy();
    if bucket["objects"].get(key.as_ref()).is_none() {
        return Err(Fault {
            status: 404,
            code: "NoSuchKey".into(),
            message: "The specified key does not exist.".into(),
        });
    }
    Ok(())
}
