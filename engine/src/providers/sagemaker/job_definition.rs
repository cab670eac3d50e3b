//! Deletions of definitions of monitoring jobs.

use std::time::Duration;

use crate::sdk::{Error, ErrorKind};

/// How long AWS may hold a definition after its schedule is gone.
const RELEASED_WITHIN: Duration = Duration::from_mins(2);

/// Marks the refusal of a deletion as passing: "Job definition is locked by schedule so need to wait for the schedule to be deleted"
/// (aws/sagemaker-python-sdk, `model_monitor/model_monitoring.py`).
pub(super) fn used_by_a_schedule(error: Error) -> Error {
    if !error.is_code("ValidationException") {
        return error;
    }
    let hint = "a monitoring schedule still uses the definition: delete that schedule, then run the same command";
    error.as_kind(ErrorKind::Busy).retry_within(RELEASED_WITHIN).hint(hint)
}
