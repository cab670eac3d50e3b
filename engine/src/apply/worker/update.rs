//! Changing a resource in place, and finishing one that is ready.

use serde_json::Value;

use super::calls::{wait_until_ready, with_retries};
use super::job::Job;
use super::result::Stop;
use crate::apply::rate_limit::{CallKind, RateLimiter};
use crate::apply::retry::Retry;
use crate::sdk::{Error, ErrorKind, kind_of_failed_resource};
use ebbtide::plan::{Change, OperationKind, diff};
use ebbtide::record::JournalEvent;
use ebbtide::resource::LiveState;

pub(super) async fn update(job: &Job, limiter: &RateLimiter) -> Result<JournalEvent, Stop> {
    let id = job.recorded_id()?;
    let live = wait_until_ready(job, limiter, &id, job.last_applied()).await?;
    let changing = diff(&live.inputs, &job.inputs, &[]);
    for attempted in &job.attempted {
        let now = wait_until_ready(job, limiter, &id, attempted).await?;
        let is_changed_below = |change: &Change| changing.iter().any(|other| other.field == change.field);
        if !diff(&now.inputs, &job.inputs, &[]).iter().all(is_changed_below) {
            change(job, limiter, &id, &now).await?;
        }
    }
    if live.inputs == job.inputs {
        return finish(job, limiter, &id, live, job.pause_snapshot.as_ref()).await;
    }
    change(job, limiter, &id, &live).await
}

/// Changes a resource from its live state to the desired inputs, and waits until AWS shows them.
pub(super) async fn change(job: &Job, limiter: &RateLimiter, id: &str, from: &LiveState) -> Result<JournalEvent, Stop> {
    let snapshot = snapshot_before(job, limiter, id, from).await?;
    with_retries(job, limiter, CallKind::Write, &mut job.retry(), || {
        job.kind.provider.update(&job.context, id, &from.inputs, &job.inputs)
    })
    .await?;
    let waits = job.kind.provider.waits();
    let mut delays = job.propagation.scaled_to(waits.visible_within).delays();
    let mut equal_in_a_row = 0;
    loop {
        let live = wait_until_ready(job, limiter, id, &job.inputs).await?;
        let differs = diff(&live.inputs, &job.inputs, &[]);
        equal_in_a_row = if differs.is_empty() { equal_in_a_row + 1 } else { 0 };
        if equal_in_a_row >= waits.visible_looks {
            return finish(job, limiter, id, live, snapshot.as_ref()).await;
        }
        match delays.next() {
            Some(delay) => tokio::time::sleep(delay).await,
            None if differs.is_empty() => return finish(job, limiter, id, live, snapshot.as_ref()).await,
            None => {
                let why = || job.kind.provider.undone(&job.context, id);
                let why = with_retries(job, limiter, CallKind::Read, &mut job.retry(), why).await?;
                return Err(change_not_applied(id, &differs, why.as_deref()).into());
            }
        }
    }
}

/// Returns the values to restore after a change, once they are durable. A snapshot that is there already was not restored
/// yet: it is of before a pause, or an update that was cut off.
async fn snapshot_before(job: &Job, limiter: &RateLimiter, id: &str, from: &LiveState) -> Result<Option<Value>, Stop> {
    if job.pause_snapshot.is_some() || job.action != OperationKind::Update {
        return Ok(job.pause_snapshot.clone());
    }
    let snapshot = with_retries(job, limiter, CallKind::Read, &mut job.retry(), || {
        job.kind.provider.before_update(&job.context, id, &from.inputs, &job.inputs)
    })
    .await?;
    if snapshot.is_some() {
        job.progress_durably(JournalEvent::PauseSnapshot { snapshot: snapshot.clone() }).await?;
    }
    Ok(snapshot)
}

/// Returns the error for a change that AWS accepted and does not have, as when a deployment was rolled back. Nothing that
/// waits for this change may go on: resources that are still in use would be deleted.
fn change_not_applied(id: &str, differs: &[Change], why: Option<&str>) -> Error {
    let fields: Vec<&str> = differs.iter().map(|change| change.field.as_str()).collect();
    let reason = why.map(|why| format!(" ({why})")).unwrap_or_default();
    let fields = fields.join(", ");
    let message = format!("AWS accepted the change of {id} and did not keep it{reason}; fields that differ: {fields}");
    let kind = why.map_or(ErrorKind::Invalid, kind_of_failed_resource);
    if kind == ErrorKind::Capacity {
        let hint = "it runs as before; run the same command again later: there may be capacity within minutes or hours. An \
                    update needs instances for the old and the new variants at once";
        return Error::new(kind, message).hint(hint);
    }
    Error::new(kind, message).hint(
        "AWS, or another process, undid it, as AWS does with a deployment that fails: correct the cause, or undo the change in \
         the code, then run the same command; the resources that it was to replace are left in place",
    )
}

/// The most steps in which a snapshot is restored: more than any kind needs.
const MOST_STEPS: usize = 32;

/// Restores the snapshot of a resource that is ready, step by step, and returns the event to record.
pub(super) async fn finish(
    job: &Job,
    limiter: &RateLimiter,
    id: &str,
    live: LiveState,
    snapshot: Option<&Value>,
) -> Result<JournalEvent, Stop> {
    let mut live = live;
    if let Some(snapshot) = snapshot {
        let mut retry = Retry::new(job.propagation);
        for _ in 0..MOST_STEPS {
            let wait = with_retries(job, limiter, CallKind::Write, &mut retry, || {
                job.kind.provider.restore(&job.context, id, &job.inputs, snapshot)
            })
            .await?;
            if !wait {
                break;
            }
            live = wait_until_ready(job, limiter, id, &job.inputs).await?;
        }
    }
    Ok(JournalEvent::Ready { id: id.to_owned(), inputs: job.inputs.clone(), outputs: live.outputs })
}
