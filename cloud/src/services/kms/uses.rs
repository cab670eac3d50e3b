//! The keys of customers, which AWS bills by the month. "There is no charge for KMS keys that are scheduled for deletion" (AWS KMS
//! pricing). Not metered: requests and the versions of rotated keys.

use serde_json::Value;

use super::records::Key;
use crate::documents::Tables;
use crate::usage::{Item, Place, Use};

/// Returns the uses of a region. Unreadable records use nothing; KMS refuses the calls that need them.
pub fn all(document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let keys = Key::all(document).unwrap_or_default();
    let used = |key: Key| {
        let arn = format!("arn:{}:kms:{}:{}:key/{}", place.partition(), place.region, place.account, key.id);
        Use { from_ms: Some(key.created_ms), ..Use::new(Item::Key, arn, &Value::Object(key.tags), place) }
    };
    keys.into_iter().filter(|key| key.deleted_ms.is_none()).map(used).collect()
}
