//! Deleting a resource.

use tokio::time::Instant;

use super::calls::{poll_again, read};
use super::job::Job;
use super::result::Stop;
use crate::apply::rate_limit::{CallKind, RateLimiter};
use crate::apply::retry::Retry;
use crate::sdk::{Backoff, Error, ErrorKind};
use ebbtide::record::JournalEvent;
use ebbtide::resource::Readiness;

pub(super) async fn delete(job: &Job, limiter: &RateLimiter) -> Result<JournalEvent, Stop> {
    let id = job.recorded_id()?;
    let waits = job.kind.provider.waits();
    let longest = waits.ready_within;
    let mut retry = Retry::new(job.propagation);
    let mut refusals = Retry::for_deletion(job.propagation, waits.deletable_within);
    // A snapshot from an earlier pause that no resume has restored yet is kept; the live values are stale by comparison.
    if job.comes_back && job.pause_snapshot.is_none() {
        let snapshot = read(job, limiter, &id, &job.inputs, &mut retry).await?.and_then(|live| live.pause_snapshot);
        // Once the resource is deleted, its state is lost.
        job.progress_durably(JournalEvent::PauseSnapshot { snapshot }).await?;
    }
    let mut delays = Backoff::POLL.delays();
    let mut asked = false;
    let start = Instant::now();
    loop {
        if !asked {
            asked = request(job, limiter, &id, &mut refusals).await?;
        }
        let live = read(job, limiter, &id, &job.inputs, &mut retry).await?;
        let has_data = live.as_ref().is_some_and(|live| live.data.is_some());
        let status = match live.map(|live| live.readiness) {
            None => return Ok(JournalEvent::Deleted),
            // The report of a job stays in AWS: it is over once it has ended and what can be deleted of it is gone.
            Some(Readiness::Ready | Readiness::Failed(_)) if asked && job.kind.kind.info().is_job => {
                if !has_data {
                    return Ok(JournalEvent::Deleted);
                }
                // It was completed before it could be stopped: whether its result goes is asked once more.
                asked = false;
                "it has a result".to_owned()
            }
            Some(Readiness::Deleting(status) | Readiness::Pending(status)) => status,
            Some(Readiness::Failed(why)) => {
                // Some failures only show once the deletion is over; asking again is harmless.
                asked = false;
                why
            }
            Some(Readiness::Ready) => "still there".to_owned(),
        };
        if start.elapsed() > longest {
            let message = format!("{id} still exists after {} minutes ({status})", longest.as_secs() / 60);
            return Err(Error::new(ErrorKind::Busy, message).into());
        }
        job.waiting(status);
        poll_again(job, &mut delays).await?;
    }
}

/// Asks AWS to delete the resource. Returns whether AWS accepted: not while it is at work on the resource, as on an endpoint
/// that is being created or updated. That takes as long as it takes to become ready.
async fn request(job: &Job, limiter: &RateLimiter, id: &str, refusals: &mut Retry) -> Result<bool, Stop> {
    loop {
        let turn = job.acquire(limiter, CallKind::Write).await?;
        let result = job.kind.provider.delete(&job.context, id, &job.inputs).await;
        turn.report(&result);
        let Err(error) = result else { return Ok(true) };
        if error.kind == ErrorKind::Busy {
            let mut retry = Retry::new(job.propagation);
            let live = read(job, limiter, id, &job.inputs, &mut retry).await?;
            if live.is_some_and(|live| matches!(live.readiness, Readiness::Pending(_))) {
                refusals.reset();
                return Ok(false);
            }
        }
        if !job.wait_to_retry(refusals, &error).await {
            return Err(job.stop_or_fail(error));
        }
    }
}
