//! Ownership tags as a change of the tags alone.

use serde_json::Value;

use crate::sdk::Error;
use ebbtide::resource::{Field, Identity};

/// Returns inputs without tags, and with their own tags and the ownership tags of an identity: an update from the first to the
/// second writes all tags and nothing else. `None` for a kind without tags.
pub(super) fn with_tags<R: Field>(inputs: &R, identity: &Identity) -> Result<Option<(R, R)>, Error> {
    let mut from = serde_json::to_value(inputs)?;
    let Some(tags) = from.get_mut("tags").and_then(Value::as_object_mut) else { return Ok(None) };
    let mut own = std::mem::take(tags);
    own.extend(identity.tags().into_iter().map(|(key, value)| (key, Value::String(value))));
    let mut to = from.clone();
    to["tags"] = Value::Object(own);
    Ok(Some((serde_json::from_value(from)?, serde_json::from_value(to)?)))
}
