//! From a job to its result.

use super::create::create;
use super::delete::delete;
use super::job::Job;
use super::result::{Stop, WorkerResult};
use super::update::update;
use crate::apply::rate_limit::RateLimiter;
use ebbtide::plan::OperationKind;
use ebbtide::record::JournalEvent;

/// Carries one job out.
pub(in crate::apply) async fn run_job(job: Job, limiter: &RateLimiter) -> WorkerResult {
    if job.shutdown.is_draining() {
        return WorkerResult::Interrupted;
    }
    let result: Result<JournalEvent, Stop> = match job.action {
        OperationKind::Create | OperationKind::Replace => create(&job, limiter).await,
        OperationKind::Update => update(&job, limiter).await,
        OperationKind::Delete => delete(&job, limiter).await,
        OperationKind::Forget => Ok(JournalEvent::Deleted),
    };
    result.into()
}
