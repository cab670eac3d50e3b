//! From a job to its result.

use tokio::time::Instant;
use tracing::{Span, debug, info, info_span, warn};

use super::create::create;
use super::delete::delete;
use super::job::Job;
use super::result::{Stop, WorkerResult};
use super::update::update;
use crate::apply::rate_limit::RateLimiter;
use crate::logging::milliseconds;
use ebbtide::plan::OperationKind;
use ebbtide::record::JournalEvent;

/// Returns the span in which a job is carried out.
pub(in crate::apply) fn job_span(job: &Job) -> Span {
    let address = &job.context.identity.address;
    info_span!("operation", id = job.operation, %address, action = %job.action)
}

/// Carries one job out.
pub(in crate::apply) async fn run_job(job: Job, limiter: &RateLimiter) -> WorkerResult {
    if job.shutdown.is_draining() {
        return WorkerResult::Interrupted;
    }
    debug!("operation started");
    let start = Instant::now();
    let result: Result<JournalEvent, Stop> = match job.action {
        OperationKind::Create | OperationKind::Replace | OperationKind::Run => create(&job, limiter).await,
        OperationKind::Update | OperationKind::Watch => update(&job, limiter).await,
        OperationKind::Delete | OperationKind::Sleep => delete(&job, limiter).await,
        OperationKind::Forget => Ok(JournalEvent::Deleted),
    };
    let ms = milliseconds(start.elapsed());
    match &result {
        Ok(_) => info!(ms, "operation done"),
        Err(Stop::Interrupted) => info!(ms, "operation interrupted"),
        Err(Stop::Failed(error) | Stop::Uncertain(error)) => {
            let (call, code, request_id) = (error.call.as_deref(), error.code.as_deref(), error.request_id.as_deref());
            warn!(ms, call, code, request_id, error = error.message, "operation failed");
        }
    }
    result.into()
}
