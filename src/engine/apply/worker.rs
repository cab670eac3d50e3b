//! One operation on one resource: the calls, what is tried again, and the wait. A worker only calls AWS and reports.

use crate::engine::providers::Implementation;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::engine::apply::Interrupt;
use crate::engine::apply::rate_limit::{Class, Pace};
use crate::engine::apply::retry::{Backoff, Retry, note, slept};
use crate::engine::providers::DynProvider;
use crate::engine::sdk::{Boxed, Context, Error, ErrorKind, Showing};
use crate::engine::state::Lease;
use crate::plan::{Change, OperationKind, diff};
use crate::record::Outcome;
use crate::resource::{LiveState, Readiness};

/// What a worker is given.
pub(super) struct Job {
    pub(super) operation: usize,
    pub(super) what: OperationKind,
    pub(super) kind: Implementation,
    pub(super) context: Context,
    /// The id in AWS, if there is one.
    pub(super) id: Option<String>,
    /// The inputs to bring about, resolved; for a deletion those last applied.
    pub(super) inputs: Value,
    /// What a pause remembered of the resource.
    pub(super) remembered: Option<Value>,
    /// Whether what must be remembered is asked for before the deletion.
    pub(super) sleep: bool,
    /// Whether its inputs refer to other resources.
    pub(super) refers: bool,
    /// Whether what had the name or the place of what is created was deleted a moment ago.
    pub(super) made_room: bool,
    /// How long AWS may take to show what it made.
    pub(super) showing: Showing,
    /// Whether this process may still change anything.
    pub(super) lease: Lease,
    pub(super) interrupt: Interrupt,
    pub(super) reports: mpsc::UnboundedSender<Report>,
}

/// What a worker reports on the way.
pub(super) enum Report {
    /// Something to make durable; if there is an acknowledgement, the worker waits for it.
    Progress(usize, Outcome, Option<oneshot::Sender<()>>),
    /// AWS is at work; its status.
    Waiting(usize, String),
    /// A call is tried again after so many milliseconds.
    Retrying(usize, Error, u64),
}

/// How a worker ended.
pub(super) enum End {
    /// Done; the outcome to record.
    Done(Outcome),
    /// The wait was given up since somebody pressed Ctrl-C; what was accepted is recorded.
    Interrupted,
    /// It failed. `uncertain` tells that it may have had an effect that nobody could look up.
    Failed {
        /// The error.
        error: Box<Error>,
        /// Whether a creation may have happened unseen.
        uncertain: bool,
    },
}

/// How long a wait for readiness may take: no endpoint took longer.
const LONGEST_WAIT: Duration = Duration::from_secs(90 * 60);

pub(super) async fn operate(job: Job, pace: &Pace) -> End {
    if job.interrupt.is_set() {
        return End::Interrupted;
    }
    let done = match job.what {
        OperationKind::Create | OperationKind::Replace => create(&job, pace).await,
        OperationKind::Update => update(&job, pace).await,
        OperationKind::Delete => delete(&job, pace).await,
        OperationKind::Forget => Ok(Some(Outcome::Gone)),
    };
    match done {
        Ok(Some(outcome)) => End::Done(outcome),
        Ok(None) => End::Interrupted,
        Err(Failed { error, uncertain }) => End::Failed { error: Box::new(error), uncertain },
    }
}

struct Failed {
    error: Error,
    uncertain: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, uncertain: false }
    }
}

/// `None`: interrupted while waiting.
type Result<T> = std::result::Result<Option<T>, Failed>;

impl Job {
    fn progress(&self, outcome: Outcome) {
        // The dispatcher listens until every worker has ended.
        let _ = self.reports.send(Report::Progress(self.operation, outcome, None));
    }

    /// Waits for a call's turn; false if somebody presses Ctrl-C meanwhile: a call that waits is not in flight. False too
    /// for a change once somebody else may have the stack.
    async fn turn(&self, pace: &Pace, class: Class) -> bool {
        let came = tokio::select! {
            biased;
            () = pace.turn(self.kind.name(), class) => true,
            () = self.interrupt.wait_first() => false,
        };
        came && (class == Class::Read || self.lease.lost().is_none())
    }

    /// Trying again what this operation asks for.
    fn retry(&self) -> Retry {
        // What exists, or refers to what was made a moment ago, may be unknown to some of AWS's hosts for a while.
        Retry::new(if self.id.is_some() || self.refers { self.showing } else { Showing::within(Duration::ZERO) })
    }

    /// Waits before a call that failed is made again; false if there is no use in that, or somebody pressed Ctrl-C.
    async fn again(&self, retry: &mut Retry, error: &Error) -> bool {
        let Some(wait) = retry.after(error).filter(|_| !self.interrupt.is_set()) else { return false };
        let after = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let _ = self.reports.send(Report::Retrying(self.operation, error.clone(), after));
        slept(wait, &self.interrupt).await
    }

    /// What it comes to that a call is not made again: an interruption if it would have been, else a failure.
    fn gave_up<T>(&self, error: Error) -> Result<T> {
        if self.interrupt.is_set() && error.kind.passes() { Ok(None) } else { Err(error.into()) }
    }

    /// Reports and waits until that is durable; an error if it cannot be made so.
    async fn progress_durably(&self, outcome: Outcome) -> std::result::Result<(), Error> {
        let (done, wait) = oneshot::channel();
        let _ = self.reports.send(Report::Progress(self.operation, outcome, Some(done)));
        let message = "not begun: what must be remembered of it could not be written to state";
        wait.await.map_err(|_| Error::new(ErrorKind::Unavailable, message))
    }
}

async fn create(job: &Job, pace: &Pace) -> Result<Outcome> {
    let (kind, context) = (&job.kind, &job.context);
    let mut retry = job.retry();
    let taken_up = match &job.id {
        Some(id) => still_there(job, pace, &mut retry, id).await?,
        None => None,
    };
    let mut adopted = taken_up.is_some();
    let mut attempted = false;
    let mut until_room = job.made_room.then(|| job.showing.pauses());
    let id = loop {
        if let Some(id) = taken_up {
            break id;
        }
        if !job.turn(pace, Class::Write).await {
            return Ok(None);
        }
        let error = match kind.provider.create(context, &job.inputs).await {
            Ok(id) => break id,
            Err(error) => error,
        };
        note(pace, kind.name(), Class::Write, &error);
        // Whatever went wrong: it may have been created all the same. Nobody tries again before that is known.
        let looked = look_for(job, pace, &mut retry, &error, attempted).await;
        attempted = true;
        match looked {
            Ok(Some(id)) => {
                // It carries this very identity. If a call after the creation was refused, the change below meets it again.
                adopted = true;
                break id;
            }
            Ok(None) if error.kind == ErrorKind::AlreadyExists => match until_room.as_mut().and_then(Iterator::next) {
                Some(wait) if slept(wait, &job.interrupt).await => continue,
                Some(_) => return Ok(None),
                None => return Err(taken(error).into()),
            },
            Ok(None) => {}
            Err(_) => return Err(Failed { error, uncertain: true }),
        }
        if !job.again(&mut retry, &error).await {
            return job.gave_up(error);
        }
    };
    pace.went_through(kind.name(), Class::Write);
    job.progress(Outcome::Accepted { id: id.clone(), inputs: job.inputs.clone() });
    let Some(observed) = ready(job, pace, &id).await? else { return Ok(None) };
    // Found instead of created: what comes after the create call may be missing.
    if adopted && observed.inputs != job.inputs {
        return change(job, pace, &id, &observed).await;
    }
    finish(job, pace, &id, observed).await
}

/// Asks AWS, again and again as long as the failure is one that passes.
async fn ask<'a, T>(
    job: &Job,
    pace: &Pace,
    retry: &mut Retry,
    question: impl Fn() -> Boxed<'a, std::result::Result<T, Error>> + Sync,
) -> std::result::Result<T, Error> {
    loop {
        pace.turn(job.kind.name(), Class::Read).await;
        let error = match question().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        note(pace, job.kind.name(), Class::Read, &error);
        if !job.again(retry, &error).await {
            return Err(error);
        }
    }
}

/// The id of an old generation that is taken up again, unless somebody deleted it meanwhile.
async fn still_there(
    job: &Job,
    pace: &Pace,
    retry: &mut Retry,
    id: &str,
) -> std::result::Result<Option<String>, Error> {
    let found = ask(job, pace, retry, || job.kind.provider.read(&job.context, id, &job.inputs)).await?;
    Ok(found.map(|_| id.to_owned()))
}

/// Looks for what a creation may have made. As long as AWS may take to show it, if the error does not tell whether it acted
/// and another call would make another one, or if it is there already and may be what an earlier attempt made.
async fn look_for(
    job: &Job,
    pace: &Pace,
    retry: &mut Retry,
    why: &Error,
    attempted: bool,
) -> std::result::Result<Option<String>, Error> {
    let unknown = match why.kind {
        ErrorKind::Unavailable => !job.kind.kind.info().idempotent_create,
        ErrorKind::AlreadyExists => attempted && !job.made_room,
        _ => false,
    };
    let mut pauses = unknown.then(|| job.showing.pauses());
    loop {
        match ask(job, pace, retry, || job.kind.provider.find(&job.context, &job.inputs)).await? {
            None if let Some(wait) = pauses.as_mut().and_then(Iterator::next) => tokio::time::sleep(wait).await,
            found => return Ok(found),
        }
    }
}

/// Somebody else's thing has the name.
fn taken(error: Error) -> Error {
    let hint = "a resource of this name exists and does not carry this stack's ownership tags, so it is left alone: give \
                yours another name, or delete the other one";
    let mut error = error;
    error.hint = error.hint.or_else(|| Some(hint.to_owned()));
    error
}

async fn update(job: &Job, pace: &Pace) -> Result<Outcome> {
    let id = recorded_id(job)?;
    let Some(observed) = ready(job, pace, &id).await? else { return Ok(None) };
    if observed.inputs == job.inputs {
        return finish(job, pace, &id, observed).await;
    }
    change(job, pace, &id, &observed).await
}

async fn change(job: &Job, pace: &Pace, id: &str, from: &LiveState) -> Result<Outcome> {
    let mut retry = job.retry();
    loop {
        if !job.turn(pace, Class::Write).await {
            return Ok(None);
        }
        match job.kind.provider.update(&job.context, id, &from.inputs, &job.inputs).await {
            Ok(()) => break,
            Err(error) => {
                note(pace, job.kind.name(), Class::Write, &error);
                if !job.again(&mut retry, &error).await {
                    return job.gave_up(error);
                }
            }
        }
    }
    pace.went_through(job.kind.name(), Class::Write);
    let mut pauses = job.showing.pauses();
    loop {
        let Some(observed) = ready(job, pace, id).await? else { return Ok(None) };
        let differs = diff(&observed.inputs, &job.inputs, &[]);
        if differs.is_empty() {
            return finish(job, pace, id, observed).await;
        }
        match pauses.next() {
            Some(wait) => tokio::time::sleep(wait).await,
            None => return Err(taken_back(id, &differs).into()),
        }
    }
}

/// AWS accepted a change and does not have it, as when a deployment was rolled back. Nothing that waits for this
/// change may go on: what the resource still uses would be deleted.
fn taken_back(id: &str, differs: &[Change]) -> Error {
    let fields: Vec<&str> = differs.iter().map(|change| change.field.as_str()).collect();
    let message = format!("AWS accepted the change of {id} and did not keep it; what differs: {}", fields.join(", "));
    Error::invalid(message).hint(
        "a deployment that fails, or whose alarms go off, is rolled back: mend its cause, or undo the change, then run the \
         same command; what it ran on before is left in place",
    )
}

/// Brings back what a pause remembered, and tells what to record.
async fn finish(job: &Job, pace: &Pace, id: &str, observed: LiveState) -> Result<Outcome> {
    let mut observed = observed;
    if let Some(remembered) = &job.remembered {
        let mut retry = Retry::new(job.showing);
        let wait = loop {
            if !job.turn(pace, Class::Write).await {
                return Ok(None);
            }
            match job.kind.provider.restore(&job.context, id, &job.inputs, remembered).await {
                Ok(wait) => break wait,
                Err(error) => {
                    note(pace, job.kind.name(), Class::Write, &error);
                    if !job.again(&mut retry, &error).await {
                        return job.gave_up(error);
                    }
                }
            }
        };
        if wait {
            match ready(job, pace, id).await? {
                Some(again) => observed = again,
                None => return Ok(None),
            }
        }
    }
    Ok(Some(Outcome::Ready { id: id.to_owned(), inputs: job.inputs.clone(), outputs: observed.outputs }))
}

async fn delete(job: &Job, pace: &Pace) -> Result<Outcome> {
    let id = recorded_id(job)?;
    let mut retry = Retry::new(job.showing);
    let mut wait = Backoff::new();
    let mut asked = false;
    // What an earlier pause remembered and no resume has restored since is truer than what it is like now.
    if job.sleep && job.remembered.is_none() {
        let Some(observed) = read(job, pace, &id, &mut retry).await? else { return Ok(None) };
        let remembered = observed.and_then(|observed| observed.pause_snapshot);
        // Once it is deleted, nobody can tell any more what it was like.
        job.progress_durably(Outcome::Remembered { remembered }).await?;
    }
    let begun = Instant::now();
    loop {
        if !asked {
            if !job.turn(pace, Class::Write).await {
                return Ok(None);
            }
            match job.kind.provider.delete(&job.context, &id, &job.inputs).await {
                Ok(()) => {
                    pace.went_through(job.kind.name(), Class::Write);
                    retry.went_through();
                    asked = true;
                }
                Err(error) => {
                    note(pace, job.kind.name(), Class::Write, &error);
                    if !job.again(&mut retry, &error).await {
                        return job.gave_up(error);
                    }
                    continue;
                }
            }
        }
        let Some(observed) = read(job, pace, &id, &mut retry).await? else { return Ok(None) };
        let status = match observed.map(|observed| observed.readiness) {
            None => return Ok(Some(Outcome::Gone)),
            Some(Readiness::Deleting(status) | Readiness::Pending(status)) => status,
            Some(Readiness::Failed(why)) => {
                // Some failures only show once the deletion is over; asking again is harmless.
                asked = false;
                why
            }
            Some(Readiness::Ready) => "still there".to_owned(),
        };
        if begun.elapsed() > LONGEST_WAIT {
            let message = format!("{id} is still there after {} minutes ({status})", LONGEST_WAIT.as_secs() / 60);
            return Err(Error::new(ErrorKind::Busy, message).into());
        }
        let _ = job.reports.send(Report::Waiting(job.operation, status));
        if !wait.pause(&job.interrupt).await {
            return Ok(None);
        }
    }
}

/// Reads, and tries again what passes with time; the outer `None`: interrupted.
async fn read(job: &Job, pace: &Pace, id: &str, retry: &mut Retry) -> Result<Option<LiveState>> {
    loop {
        if !job.turn(pace, Class::Read).await {
            return Ok(None);
        }
        match job.kind.provider.read(&job.context, id, &job.inputs).await {
            Ok(observed) => {
                pace.went_through(job.kind.name(), Class::Read);
                retry.went_through();
                return Ok(Some(observed));
            }
            Err(error) => {
                note(pace, job.kind.name(), Class::Read, &error);
                if !job.again(retry, &error).await {
                    return job.gave_up(error);
                }
            }
        }
    }
}

/// Waits until a resource can be used; `None` if interrupted.
async fn ready(job: &Job, pace: &Pace, id: &str) -> Result<LiveState> {
    let mut wait = Backoff::new();
    let mut retry = Retry::new(job.showing);
    let begun = Instant::now();
    loop {
        // What counts is when AWS was asked, not when its answer was read.
        let asked = begun.elapsed();
        let Some(observed) = read(job, pace, id, &mut retry).await? else { return Ok(None) };
        let status = match observed {
            Some(observed) => match observed.readiness.clone() {
                Readiness::Ready => return Ok(Some(observed)),
                Readiness::Pending(status) => status,
                Readiness::Failed(why) => {
                    let hint = "its cause must be mended first; the next apply replaces it";
                    return Err(Error::invalid(format!("{id} failed: {why}")).hint(hint).into());
                }
                Readiness::Deleting(status) => {
                    return Err(Error::new(
                        ErrorKind::Busy,
                        format!("{id} is being deleted by somebody else ({status})"),
                    )
                    .into());
                }
            },
            None if asked < job.showing.longest() => "not visible yet".to_owned(),
            None => {
                let hint = "somebody deleted it; run the same command again";
                return Err(Error::new(ErrorKind::NotFound, format!("{id} does not exist")).hint(hint).into());
            }
        };
        if begun.elapsed() > LONGEST_WAIT {
            let message = format!("{id} is not ready after {} minutes ({status})", LONGEST_WAIT.as_secs() / 60);
            return Err(Error::new(ErrorKind::Busy, message)
                .hint("run the same command again: it goes on waiting")
                .into());
        }
        let _ = job.reports.send(Report::Waiting(job.operation, status));
        if !wait.pause(&job.interrupt).await {
            return Ok(None);
        }
    }
}

fn recorded_id(job: &Job) -> std::result::Result<String, Failed> {
    job.id.clone().ok_or_else(|| Error::invalid("its id is not recorded; run the same command again").into())
}
