//! Keys beyond ASCII: winterbaume reads their UTF-8 byte by byte, so that listings and bulk deletions would miss them.
//! They are refused instead of being half right.

use percent_encoding::percent_decode_str;

use crate::route::S3Target;
use crate::service::Fault;

/// Refuses a key that winterbaume would garble.
pub(super) fn check(target: &S3Target) -> Result<(), Fault> {
    if percent_decode_str(&target.key).all(|byte| byte.is_ascii()) {
        return Ok(());
    }
    Err(Fault::new("EmbeddedCloudNotImplemented", "the embedded s3 service keeps only keys of ASCII characters"))
}
