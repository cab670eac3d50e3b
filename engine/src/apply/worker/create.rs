//! Creating a resource, or finding the one that an earlier attempt created.

use super::calls::{read_to_the_end, wait_until_ready};
use super::job::Job;
use super::result::Stop;
use super::update::{change, finish};
use crate::apply::rate_limit::{CallKind, RateLimiter};
use crate::apply::retry::{Retry, sleep_unless_draining};
use crate::sdk::{Error, ErrorKind};
use ebbtide::record::JournalEvent;

/// The id of a resource, and whether it was found instead of created.
struct Created {
    id: String,
    found: bool,
}

pub(super) async fn create(job: &Job, limiter: &RateLimiter) -> Result<JournalEvent, Stop> {
    let mut retry = job.retry();
    let reusable = reuse_if_present(job, limiter, &mut retry).await?;
    let reused = reusable.is_some();
    let created = match reusable {
        Some(id) => Created { id, found: true },
        None => create_or_find(job, limiter, &mut retry).await?,
    };
    let Created { id, found } = created;
    // A generation that is reused is not changed yet, so it has the inputs that were recorded of it.
    let last = if reused { job.last_applied() } else { &job.inputs };
    job.progress(JournalEvent::Accepted { id: id.clone(), inputs: last.clone() });
    let live = wait_until_ready(job, limiter, &id, last).await?;
    // A resource that was found may lack what comes after the create call.
    if found && live.inputs != job.inputs {
        return change(job, limiter, &id, &live).await;
    }
    finish(job, limiter, &id, live, job.pause_snapshot.as_ref()).await
}

/// Returns the id of a deposed generation that is reused, unless it was deleted meanwhile.
async fn reuse_if_present(job: &Job, limiter: &RateLimiter, retry: &mut Retry) -> Result<Option<String>, Error> {
    let Some(id) = &job.id else { return Ok(None) };
    let read = || job.kind.provider.read(&job.context, id, job.last_applied());
    Ok(read_to_the_end(job, limiter, retry, read).await?.map(|_| id.clone()))
}

/// Sends the create call until AWS accepts it, and looks for the resource after each failure.
async fn create_or_find(job: &Job, limiter: &RateLimiter, retry: &mut Retry) -> Result<Created, Stop> {
    let mut attempted = false;
    let mut conflict_retries = job.retry_after_conflict.then(|| job.propagation.delays());
    loop {
        let turn = job.acquire(limiter, CallKind::Write).await?;
        if !attempted {
            // A later command that finds this run cut off looks for such resources and for no others. So this is durable
            // before the first call, and not recorded of operations whose turn has not come.
            job.progress_durably(JournalEvent::Started).await?;
        }
        let result = job.kind.provider.create(&job.context, &job.inputs).await;
        turn.report(&result);
        let error = match result {
            Ok(id) => return Ok(Created { id, found: false }),
            Err(error) => error,
        };
        // Whatever the error: the resource may have been created all the same, which is settled before the next attempt.
        let found = find_after_failed_create(job, limiter, retry, &error, attempted).await;
        attempted = true;
        match found {
            // It carries this very identity. If a call after the creation was refused, the change below meets it again.
            Ok(Some(id)) => return Ok(Created { id, found: true }),
            Ok(None) if error.kind == ErrorKind::AlreadyExists => {
                match conflict_retries.as_mut().and_then(Iterator::next) {
                    Some(delay) if sleep_unless_draining(delay, &job.shutdown).await => continue,
                    Some(_) => return Err(Stop::Interrupted),
                    None => return Err(name_conflict(error).into()),
                }
            }
            Ok(None) => {}
            Err(_) => return Err(Stop::Uncertain(error)),
        }
        if !job.wait_to_retry(retry, &error).await {
            return Err(job.stop_or_fail(error));
        }
    }
}

/// Looks for a resource that a failed create call may have created. Looks for as long as AWS may take to show it if the
/// error does not tell whether AWS acted and another call would create another resource, or if an earlier attempt may have
/// created it.
async fn find_after_failed_create(
    job: &Job,
    limiter: &RateLimiter,
    retry: &mut Retry,
    error: &Error,
    attempted: bool,
) -> Result<Option<String>, Error> {
    let unknown = match error.kind {
        ErrorKind::Unavailable => !job.kind.kind.info().idempotent_create,
        ErrorKind::AlreadyExists => attempted && !job.retry_after_conflict,
        _ => false,
    };
    let mut delays = unknown.then(|| job.propagation.delays());
    loop {
        let find = || job.kind.provider.find(&job.context, &job.inputs);
        match read_to_the_end(job, limiter, retry, find).await? {
            None if let Some(delay) = delays.as_mut().and_then(Iterator::next) => tokio::time::sleep(delay).await,
            found => return Ok(found),
        }
    }
}

/// Adds to the error that a resource outside of this stack has the name.
fn name_conflict(error: Error) -> Error {
    let hint = "a resource of this name exists and does not carry this stack's ownership tags, so it is left alone: give \
                yours another name, or delete the other one";
    let mut error = error;
    error.hint = error.hint.or_else(|| Some(hint.to_owned()));
    error
}
