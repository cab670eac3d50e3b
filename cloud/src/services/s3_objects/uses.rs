//! The storage of objects, with all their versions. Not metered: requests, retrievals and unfinished uploads.

use super::object;
use crate::documents::Tables;
use crate::usage::{Item, Place, Use};

const GIGABYTE: f64 = (1_u64 << 30) as f64;
/// The region of buckets that name none.
const FIRST_REGION: &str = "us-east-1";

/// Returns the uses of all buckets, each in its region.
pub fn all(document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let mut uses = Vec::new();
    for (name, bucket) in document.all("buckets") {
        let bytes = object::bytes(document, name);
        if bytes == 0 {
            continue;
        }
        let region = bucket["region"].as_str().filter(|region| !region.is_empty()).unwrap_or(FIRST_REGION);
        let used =
            Use::new(Item::StandardStorage, format!("arn:{}:s3:::{name}", place.partition()), &bucket["tags"], place);
        #[expect(clippy::cast_precision_loss, reason = "bytes that fit into a test")]
        let count = bytes as f64 / GIGABYTE;
        uses.push(Use { region: region.to_owned(), count, ..used });
    }
    uses
}
