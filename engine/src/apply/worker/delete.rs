//! Deleting a resource.

use tokio::time::Instant;

use super::calls::{poll_again, read, with_retries};
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
    let mut retry = Retry::for_deletion(job.propagation, waits.deletable_within);
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
            with_retries(job, limiter, CallKind::Write, &mut retry, || {
                job.kind.provider.delete(&job.context, &id, &job.inputs)
            })
            .await?;
            asked = true;
        }
        let status = match read(job, limiter, &id, &job.inputs, &mut retry).await?.map(|live| live.readiness) {
            None => return Ok(JournalEvent::Deleted),
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
