//! Errors of S3, with advice.

use crate::sdk::{Error, ErrorKind};
use crate::state::error::StateError;

/// Converts an error of a call, given the intended action. Adds advice.
pub(super) fn aws_error(act: &'static str, location: &str, error: Error) -> StateError {
    let error = match hint_for(location, &error) {
        Some(hint) => error.hint(hint),
        None => error,
    };
    StateError::Aws { act, location: location.to_owned(), source: Box::new(error) }
}

fn hint_for(location: &str, error: &Error) -> Option<String> {
    match error.code.as_deref() {
        Some("NoSuchBucket") => {
            let bucket = location.strip_prefix("s3://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
            Some(format!("`ebb state init s3://{bucket}` makes it"))
        }
        Some("KMS.DisabledException" | "KMS.NotFoundException") => {
            Some("see that [state] names a KMS key that is enabled".to_owned())
        }
        // S3 reports a missing object as "access denied" if the credentials may not list the bucket.
        _ if error.kind == ErrorKind::Denied && error.call.as_deref() == Some("s3:GetObject") => Some(
            "allow `s3:GetObject` and `s3:ListBucket` to the credentials in use, then run the same command: without the \
             second, S3 does not report that an object is missing"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Returns whether the condition of a write does not hold. 412: the object is another one. 409: another conditional write
/// is in progress, and this one may still win. 404: `If-Match`, and there is no object.
pub(super) fn condition_failed(error: &Error) -> bool {
    ["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"].iter().any(|code| error.is_code(code))
}
