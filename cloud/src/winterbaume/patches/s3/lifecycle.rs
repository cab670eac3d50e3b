//! The smallest size of objects that lifecycle rules move, which winterbaume neither keeps nor returns. Both calls on a
//! lifecycle configuration return it in a header (`PutBucketLifecycleConfigurationOutput` and
//! `GetBucketLifecycleConfigurationOutput` of the service model).

use serde_json::json;
use winterbaume_core::MockResponse;

use crate::documents::CallContext;
use crate::route::S3Target;
use crate::service::Fault;
use crate::winterbaume::patches::interface::Asked;

const HEADER: &str = "x-amz-transition-default-minimum-object-size";

/// The values of the header. The first is the default since September 2024.
const SIZES: [&str; 2] = ["all_storage_classes_128K", "varies_by_storage_class"];

/// Bucket → value of the header, unless that is the default.
const TABLE: &str = "ebb:transition_minimum_size";

/// Refuses a value that is none.
pub(super) fn check(asked: &Asked<'_>) -> Result<(), Fault> {
    if asked.operation != "PutBucketLifecycleConfiguration" || SIZES.contains(&given(asked)) {
        return Ok(());
    }
    Err(Fault::new("InvalidArgument", format!("The value of {HEADER} is invalid")))
}

/// Keeps the value, and adds it to the responses.
pub(super) fn amend(asked: &Asked<'_>, target: &S3Target, response: &mut MockResponse, context: &mut CallContext<'_>) {
    match asked.operation.as_str() {
        "PutBucketLifecycleConfiguration" if given(asked) != SIZES[0] => {
            context.own.put(TABLE, target.bucket.as_str(), json!(given(asked)));
        }
        "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" | "DeleteBucket" => {
            context.own.remove(TABLE, &target.bucket);
        }
        "GetBucketLifecycleConfiguration" => {}
        _ => return,
    }
    if asked.operation.ends_with("Configuration") {
        let kept = context.own.get(TABLE, &target.bucket).and_then(|kept| kept.as_str());
        if let Ok(value) = kept.unwrap_or(SIZES[0]).parse() {
            response.headers.insert(HEADER, value);
        }
    }
}

/// Returns the value of a request.
fn given<'a>(asked: &'a Asked<'_>) -> &'a str {
    let header = asked.request.headers.get(HEADER).and_then(|value| value.to_str().ok());
    header.unwrap_or(SIZES[0])
}
