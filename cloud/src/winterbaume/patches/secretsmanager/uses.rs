//! Secrets, which AWS bills by the month. "You are not charged for secrets that you have marked for deletion" (AWS Secrets
//! Manager pricing). Not metered: calls.

use crate::documents::Tables;
use crate::usage::{Item, Place, Use};

/// Returns the uses of a region.
pub(super) fn all(document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let secrets = document.all("secrets").filter(|(_, secret)| secret["deleted_date"].is_null());
    let used = |secret: &serde_json::Value| {
        let arn = secret["arn"].as_str().unwrap_or_default();
        Use::new(Item::Secret, arn.to_owned(), &secret["tags"], place)
    };
    secrets.map(|(_, secret)| used(secret)).collect()
}
