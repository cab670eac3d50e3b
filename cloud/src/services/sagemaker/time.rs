//! Instants as SageMaker writes them: seconds since the Unix epoch, with a fraction.

use serde_json::{Value, json};

/// The instant of milliseconds since the Unix epoch.
pub fn seconds(ms: i64) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit a double exactly")]
    let seconds = ms as f64 / 1000.0;
    json!(seconds)
}

/// Milliseconds since the Unix epoch of an instant in an input, if it is there.
pub fn milliseconds(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "instants beyond the range end at it")]
    value.as_f64().map(|seconds| (seconds * 1000.0).round() as i64)
}
