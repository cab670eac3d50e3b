//! The clock of CloudWatch.

use serde_json::{Value, json};

use crate::documents::CallContext;

/// Returns the instant of the call in seconds since the epoch, as CloudWatch's timestamps are.
pub(super) fn now(context: &CallContext<'_>) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit a double exactly")]
    let seconds = context.now_ms as f64 / 1000.0;
    json!(seconds)
}
