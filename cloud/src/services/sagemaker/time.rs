//! Instants as SageMaker writes them: seconds since the Unix epoch, with a fraction.

use serde_json::Value;

/// Milliseconds since the Unix epoch of an instant in an input, if it is there.
pub fn milliseconds(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "instants beyond the range end at it")]
    value.as_f64().map(|seconds| (seconds * 1000.0).round() as i64)
}
