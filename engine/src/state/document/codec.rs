//! Between the bytes of a document and what they mean: read with care, written only if sound.

use serde_json::Value;

use crate::state::StateError;
use crate::state::document::migrate::migrate;
use ebbtide::record::{STATE_FORMAT, StateDocument};

/// What stands in the place of a document that was moved to another backend.
pub(in crate::state) fn moved_away(to: &str) -> Vec<u8> {
    serde_json::json!({ "format": STATE_FORMAT, "moved_to": to }).to_string().into_bytes()
}

/// The bytes of a document, in the order of its fields, on one line.
pub(in crate::state) fn encode(document: &StateDocument, place: &str) -> Result<Vec<u8>, StateError> {
    let unsound = |message| StateError::Inconsistent { place: place.to_owned(), message };
    let contradictions = document.contradictions();
    if !contradictions.is_empty() {
        return Err(unsound(contradictions.join("; ")));
    }
    serde_json::to_vec(document).map_err(|error| unsound(error.to_string()))
}

/// Reads a document of this format, or an older one. Whatever else it is, the error says so.
pub(in crate::state) fn decode(bytes: Vec<u8>, place: &str) -> Result<StateDocument, StateError> {
    let damaged = |message: String| StateError::Damaged { place: place.to_owned(), message };
    let document = match serde_json::from_slice::<StateDocument>(&bytes) {
        Ok(document) if document.format == STATE_FORMAT => document,
        // Only a document that does not read as ours is looked at again, to see what it is.
        other => older(&bytes, place, other.err())?,
    };
    // Of a large stack they are many, and nobody needs them any more.
    drop(bytes);
    let contradictions = document.contradictions();
    if contradictions.is_empty() { Ok(document) } else { Err(damaged(contradictions.join("; "))) }
}

fn older(bytes: &[u8], place: &str, error: Option<serde_json::Error>) -> Result<StateDocument, StateError> {
    let damaged = |message: String| StateError::Damaged { place: place.to_owned(), message };
    let told = |error: Option<serde_json::Error>| error.map_or_else(|| "unknown format".to_owned(), |e| e.to_string());
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return Err(damaged(told(error))) };
    if let Some(to) = value.get("moved_to").and_then(Value::as_str) {
        return Err(StateError::Relocated { place: place.to_owned(), to: to.to_owned() });
    }
    match value.get("format").and_then(Value::as_u64) {
        Some(found) if found > u64::from(STATE_FORMAT) => {
            Err(StateError::NewerFormat { place: place.to_owned(), found })
        }
        Some(found) if (1..u64::from(STATE_FORMAT)).contains(&found) => {
            migrate(&mut value, u32::try_from(found).unwrap_or(STATE_FORMAT));
            serde_json::from_value(value).map_err(|error| damaged(format!("of format {found}: {error}")))
        }
        _ => Err(damaged(told(error))),
    }
}
