//! Calls with retries, and waiting for a resource.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::job::Job;
use super::result::Stop;
use crate::apply::rate_limit::{CallKind, RateLimiter};
use crate::apply::retry::{Retry, sleep_unless_draining};
use crate::sdk::{Backoff, BoxFuture, Error, ErrorKind, kind_of_failed_resource};
use ebbtide::resource::{LiveState, Readiness};

/// Makes a call, and retries it as long as its failure passes with time. Stops if the run is ending.
pub(super) async fn with_retries<'a, T>(
    job: &Job,
    limiter: &RateLimiter,
    call: CallKind,
    retry: &mut Retry,
    attempt: impl Fn() -> BoxFuture<'a, Result<T, Error>> + Sync,
) -> Result<T, Stop> {
    loop {
        let turn = job.acquire(limiter, call).await?;
        let result = attempt().await;
        turn.report(&result);
        match result {
            Ok(result) => {
                retry.reset();
                return Ok(result);
            }
            Err(error) => {
                if !job.wait_to_retry(retry, &error).await {
                    return Err(job.stop_or_fail(error));
                }
            }
        }
    }
}

/// Makes a read that must be answered even if the run is ending, since a creation may have happened.
pub(super) async fn read_to_the_end<'a, T>(
    job: &Job,
    limiter: &RateLimiter,
    retry: &mut Retry,
    attempt: impl Fn() -> BoxFuture<'a, Result<T, Error>> + Sync,
) -> Result<T, Error> {
    loop {
        let turn = job.acquire_to_the_end(limiter, CallKind::Read).await;
        let result = attempt().await;
        turn.report(&result);
        let error = match result {
            Ok(result) => return Ok(result),
            Err(error) => error,
        };
        if !job.wait_to_retry(retry, &error).await {
            return Err(error);
        }
    }
}

/// Reads the resource. `last` are the inputs as last applied.
pub(super) async fn read(
    job: &Job,
    limiter: &RateLimiter,
    id: &str,
    last: &Value,
    retry: &mut Retry,
) -> Result<Option<LiveState>, Stop> {
    with_retries(job, limiter, CallKind::Read, retry, || job.kind.provider.read(&job.context, id, last)).await
}

/// Waits between two looks at a resource. Stops if the run is ending.
pub(super) async fn poll_again(job: &Job, delays: &mut impl Iterator<Item = Duration>) -> Result<(), Stop> {
    let delay = delays.next().unwrap_or(Backoff::POLL.longest);
    if sleep_unless_draining(delay, &job.shutdown).await { Ok(()) } else { Err(Stop::Interrupted) }
}

/// Waits until the resource can be used. `last` are the inputs as last applied.
pub(super) async fn wait_until_ready(
    job: &Job,
    limiter: &RateLimiter,
    id: &str,
    last: &Value,
) -> Result<LiveState, Stop> {
    let mut delays = Backoff::POLL.delays();
    let mut retry = Retry::new(job.propagation);
    let longest = job.kind.provider.waits().ready_within;
    let start = Instant::now();
    loop {
        // The time when AWS was asked counts, not the time when its answer was read.
        let asked = start.elapsed();
        let status = match read(job, limiter, id, last, &mut retry).await? {
            Some(live) => match live.readiness.clone() {
                Readiness::Ready => return Ok(live),
                Readiness::Pending(status) => status,
                Readiness::Failed(why) if job.kind.kind.info().is_job => return Err(run_failed(job, id, &why).into()),
                Readiness::Failed(why) => return Err(failed(id, &why).into()),
                // A read that lags behind may show what had the name before.
                Readiness::Deleting(status) if asked < job.propagation.max() => status,
                Readiness::Deleting(status) => {
                    let message = format!("{id} is being deleted outside of this run ({status})");
                    return Err(Error::new(ErrorKind::Busy, message).into());
                }
            },
            None if asked < job.propagation.max() => "not visible yet".to_owned(),
            None => {
                let hint = "it was deleted outside of this run; run the same command again";
                return Err(Error::new(ErrorKind::NotFound, format!("{id} does not exist")).hint(hint).into());
            }
        };
        if start.elapsed() > longest {
            let message = format!("{id} is not ready after {} minutes ({status})", longest.as_secs() / 60);
            let hint = "run the same command again: it goes on waiting";
            return Err(Error::new(ErrorKind::Busy, message).hint(hint).into());
        }
        job.waiting(status);
        poll_again(job, &mut delays).await?;
    }
}

/// Returns the error for a job that ended without a result. No command runs it again unasked.
fn run_failed(job: &Job, id: &str, why: &str) -> Error {
    let address = &job.context.identity.address;
    let hint = format!("correct the cause, then run it again, which is paid again: `ebb apply --run {address}`");
    Error::new(ErrorKind::Invalid, format!("{id} failed: {why}")).hint(hint)
}

/// Returns the error for a resource that AWS accepted and then reports as failed.
fn failed(id: &str, why: &str) -> Error {
    let kind = kind_of_failed_resource(why);
    let hint = match kind {
        ErrorKind::Capacity => {
            "run the same command again later, which replaces it: there may be capacity within minutes or hours. Otherwise declare \
             other instances or fewer"
        }
        _ => "correct the cause first; the next apply replaces it",
    };
    Error::new(kind, format!("{id} failed: {why}")).hint(hint)
}
