//! The conversion between a document and its bytes. Documents that contradict themselves are neither read nor written.

use serde_json::Value;

use super::migrate::migrate;
use crate::state::error::StateError;
use ebbtide::record::{STATE_FORMAT, StateDocument};

/// Returns the note that replaces a document that was moved to another location.
pub(in crate::state) fn moved_away(to: &str) -> Vec<u8> {
    serde_json::json!({ "format": STATE_FORMAT, "moved_to": to }).to_string().into_bytes()
}

/// Returns the bytes of a document: one line, in the order of its fields.
pub(in crate::state) fn encode(document: &StateDocument, location: &str) -> Result<Vec<u8>, StateError> {
    let contradictions = document.contradictions();
    if !contradictions.is_empty() {
        return Err(StateError::inconsistent(location, contradictions.join("; ")));
    }
    serde_json::to_vec(document).map_err(|error| StateError::inconsistent(location, error))
}

/// Checks that a document that was read does not contradict itself.
pub(in crate::state) fn check(document: &StateDocument, location: &str) -> Result<(), StateError> {
    let contradictions = document.contradictions();
    if contradictions.is_empty() {
        return Ok(());
    }
    Err(StateError::Contradictory { location: location.to_owned(), contradictions: contradictions.join("; ") })
}

/// Reads a document of the present format or an older one, whether or not it contradicts itself. The error names anything
/// else.
pub(in crate::state) fn decode(bytes: Vec<u8>, location: &str) -> Result<StateDocument, StateError> {
    let document = match serde_json::from_slice::<StateDocument>(&bytes) {
        Ok(document) if document.format == STATE_FORMAT => document,
        // Only bytes that are no document of the present format are parsed a second time, to name the difference.
        other => decode_older(&bytes, location, other.err())?,
    };
    // The bytes of a large stack take much memory, and are not needed any more.
    drop(bytes);
    Ok(document)
}

fn decode_older(bytes: &[u8], location: &str, error: Option<serde_json::Error>) -> Result<StateDocument, StateError> {
    let damaged = |error: Option<serde_json::Error>| match error {
        Some(error) => StateError::damaged(location, error),
        None => StateError::damaged(location, "unknown format"),
    };
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return Err(damaged(error)) };
    if let Some(to) = value.get("moved_to").and_then(Value::as_str) {
        return Err(StateError::Relocated { location: location.to_owned(), to: to.to_owned() });
    }
    match value.get("format").and_then(Value::as_u64) {
        Some(found) if found > u64::from(STATE_FORMAT) => {
            Err(StateError::NewerFormat { location: location.to_owned(), found })
        }
        Some(found) if (1..u64::from(STATE_FORMAT)).contains(&found) => {
            migrate(&mut value, u32::try_from(found).unwrap_or(STATE_FORMAT));
            serde_json::from_value(value)
                .map_err(|error| StateError::damaged(location, OlderFormat { found, source: error }))
        }
        _ => Err(damaged(error)),
    }
}

/// A document of an older format that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("of format {found}: {source}")]
struct OlderFormat {
    found: u64,
    source: serde_json::Error,
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    /// A document as version 0.1.0 wrote it.
    const FORMAT_1: &str = include_str!("fixtures/format-1.json");

    /// Returns an operation of an old plan in the present form: its effect has the changes, inputs and dependencies.
    fn with_effect(operation: &Value) -> Value {
        let mut fields = operation.as_object().unwrap().clone();
        let taken = ["changes", "inputs", "dependencies"].map(|name| (name.to_owned(), fields.remove(name)));
        let effect: Map<_, _> = taken.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let (kind, reason) = (fields.remove("operation").unwrap(), fields.remove("reason").unwrap());
        fields.remove("kind");
        fields.insert("effect".into(), json!({ kind.as_str().unwrap(): effect }));
        fields.insert("reason".into(), json!({ "other": reason }));
        Value::Object(fields)
    }

    #[test]
    fn format_1_is_read_with_all_that_it_records() {
        let mut old: Value = serde_json::from_str(FORMAT_1).unwrap();
        let document = decode(FORMAT_1.as_bytes().to_vec(), "demo.json").unwrap();
        assert_eq!((old["format"].as_u64(), document.format), (Some(1), STATE_FORMAT));
        let mut now = serde_json::to_value(&document).unwrap();
        now["format"] = 1.into();
        assert_eq!(now.as_object_mut().unwrap().remove("incomplete"), Some(true.into()));
        now["run"]["plan"]["format"] = 1.into();
        assert_eq!(now["run"].as_object_mut().unwrap().remove("without_lineage"), Some(true.into()));
        for record in now["resources"].as_object_mut().unwrap().values_mut() {
            let (exists, fields) = (!record["id"].is_null(), record.as_object_mut().unwrap());
            assert_eq!(fields.remove("retag").is_some(), exists, "what exists has no tag with the lineage yet");
            for deposed in fields.get_mut("deposed").and_then(Value::as_array_mut).into_iter().flatten() {
                assert_eq!(deposed.as_object_mut().unwrap().remove("retag"), Some(true.into()));
            }
        }
        for operation in old["run"]["plan"]["operations"].as_array_mut().unwrap() {
            *operation = with_effect(operation);
        }
        assert_eq!(now, old, "nothing is lost and nothing is made up");
    }

    #[test]
    fn format_2_of_a_paused_stack_lacks_what_the_pause_reduced() {
        let read = |target: &str| {
            let mut old: Value = serde_json::from_str(FORMAT_1).unwrap();
            old["format"] = 2.into();
            old["target"] = target.into();
            decode(old.to_string().into_bytes(), "demo.json").unwrap()
        };
        assert!(read("paused").incomplete);
        assert!(!read("running").incomplete);
    }
}
