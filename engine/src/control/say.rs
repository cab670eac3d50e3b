//! What is said about a stack: each notification once, whichever process sends it, because the record keeps the last ones.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::controller::{Connected, Controller};
use super::idle::BEFORE_PAUSE;
use super::look::Look;
use super::notify::{NOTICE_FORMAT, Notice, NoticeEvent, NoticeKind, Waiting};
use super::report::{Outcome, StackReport};
use crate::environment::ConnectError;
use crate::sdk::Aws;
use crate::state::StateStore;
use ebbtide::plan::Target;
use ebbtide::record::{RunOutcome, StateDocument};

/// How long before its end a hold is said to be about to end.
pub(super) const BEFORE_END: SignedDuration = SignedDuration::from_mins(15);

/// Returns whether there may be something to say about a stack that needs no work.
pub(super) fn has_to_say(controller: &Controller, look: &Look, report: &StackReport) -> bool {
    !unsaid(controller, look, report).is_empty() || look.guarded.has_to_record(&look.document)
}

/// Says what there is to say about a stack, and records that it was said. Returns why something was not received. While another
/// command has the stack, nothing can be recorded, so that nothing is said until the next look.
pub(super) async fn say(controller: &Controller, report: &StackReport, connected: &Connected) -> Vec<String> {
    let Some(look) = report.look.as_deref() else { return Vec::new() };
    let notices = unsaid(controller, look, report);
    let mut unsent = Vec::new();
    if notices.is_empty() && !look.guarded.has_to_record(&look.document) {
        return unsent;
    }
    let state = match state(controller, look, connected).await {
        Ok(state) => state,
        Err(error) => return vec![format!("the record cannot be reached, so it is said later: {error}")],
    };
    if matches!(state.backend().lock_info().await, Ok(Some(_))) {
        return unsent;
    }
    let aws = match controller.notifier.needs_aws() {
        true => controller.connection(connected).await.ok().map(|connection| &connection.clients.aws),
        false => None,
    };
    for notice in &notices {
        unsent.extend(tell(controller, notice, aws).await);
    }
    if let Err(error) = record(controller, look, &notices, &state).await {
        unsent.push(format!("the record does not show that it was said, so it may be said again: {error}"));
    }
    unsent
}

/// Sends a notification. Returns why it was not received.
pub(super) async fn tell(controller: &Controller, notice: &Notice, aws: Option<&Arc<Aws>>) -> Vec<String> {
    (controller.on_notice)(NoticeEvent::Said(notice));
    let on_wait = |receiver: &'static str, waited: Duration| {
        let Notice { environment, stack, kind, .. } = notice;
        let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        (controller.on_notice)(NoticeEvent::Waiting(Waiting { environment, stack, kind: *kind, receiver, waited_ms }));
    };
    controller.notifier.send(notice, aws, &on_wait).await
}

async fn state(controller: &Controller, look: &Look, connected: &Connected) -> Result<StateStore, ConnectError> {
    let clients = connected.get().map(|connection| &connection.clients);
    controller.environment.state(&look.stack, clients).await
}

/// Records what was said.
async fn record(controller: &Controller, look: &Look, notices: &[Notice], state: &StateStore) -> Result<(), String> {
    let kinds: Vec<_> = notices.iter().map(|notice| notice.kind.topic()).collect();
    let command = if kinds.is_empty() { "budget".to_owned() } else { format!("said: {}", kinds.join(", ")) };
    let said = state.edit(controller.owner(), &command, |document| {
        if look.guarded.has_to_record(document) {
            document.latches.clone_from(&look.guarded.latches);
        }
        for notice in notices {
            document.said.insert(notice.kind.topic().to_owned(), notice.id.clone());
        }
        // After a success, the next failure is said again.
        if notices.iter().any(|notice| notice.kind == NoticeKind::Transition) {
            document.said.remove(NoticeKind::Failure.topic());
        }
        true
    });
    said.await.map(drop).map_err(|error| error.to_string())
}

/// Returns what was not said yet.
fn unsaid(controller: &Controller, look: &Look, report: &StackReport) -> Vec<Notice> {
    let now = (controller.clock)();
    let all = [
        transition(look, now),
        failure(look, report, now).filter(|_| !was_interrupted(controller, report)),
        hold_ending(&look.document, look, now),
        idle_soon(look, now),
        of_budgets(look, NoticeKind::Budget, &look.guarded.news, now),
        of_budgets(look, NoticeKind::Spike, &look.guarded.spikes, now),
        of_budgets(look, NoticeKind::Bill, look.guarded.unbilled.as_slice(), now),
        of_rollout(look, now),
    ];
    let is_new = |notice: &Notice| look.document.said.get(notice.kind.topic()) != Some(&notice.id);
    all.into_iter().flatten().filter(is_new).collect()
}

fn notice(look: &Look, kind: NoticeKind, id: String, at: Timestamp, text: String) -> Notice {
    let scope = &look.document.scope;
    Notice {
        format: NOTICE_FORMAT,
        id,
        kind,
        environment: scope.environment.clone(),
        stack: look.stack.clone(),
        target: Some(look.decision.target),
        at,
        text: format!("{} in {}: {text}", look.stack, scope.environment),
        reason: look.decision.reason.clone(),
        hint: None,
    }
}

/// Returns the notification of the last run, if the loop ran it and it is done.
fn transition(look: &Look, now: Timestamp) -> Option<Notice> {
    let ended = look.document.ended.as_ref()?;
    if ended.command != "tick" || ended.outcome != RunOutcome::Done {
        return None;
    }
    let took = ended.ended.duration_since(ended.started).as_secs().max(0);
    let text = format!("{} since {:.0}, after {took} s: {}", ended.target, ended.ended, ended.why);
    let notice = notice(look, NoticeKind::Transition, ended.id.clone(), now, text);
    Some(Notice { target: Some(ended.target), ..notice })
}

/// Returns the notification of a failure. Its id stays the same while the stack cannot be brought to the same target.
fn failure(look: &Look, report: &StackReport, now: Timestamp) -> Option<Notice> {
    if report.outcome != Outcome::Failed {
        return None;
    }
    let message = report.message.as_deref().unwrap_or("it failed");
    let target = look.decision.target;
    let id = format!("{} {target} {}", look.stack, look.document.since);
    let text = format!("could not be brought to {target} ({}): {message}", look.decision.reason);
    let notice = notice(look, NoticeKind::Failure, id, now, text);
    Some(Notice { hint: report.hint.clone(), ..notice })
}

/// Returns whether a run ended early because this process was asked to end. The next one goes on with it.
fn was_interrupted(controller: &Controller, report: &StackReport) -> bool {
    let run = report.run.as_ref().filter(|run| run.failed == 0 && run.skipped > 0 && run.unread.is_empty());
    run.is_some() && controller.shutdown.is_draining()
}

/// Returns the notification of a hold that is about to end.
fn hold_ending(document: &StateDocument, look: &Look, now: Timestamp) -> Option<Notice> {
    let hold = document.hold.as_ref().filter(|hold| hold.is_active(now))?;
    let left = hold.until.duration_since(now);
    if left > BEFORE_END || hold.until.duration_since(hold.since) <= BEFORE_END {
        return None;
    }
    let text = format!(
        "the hold ({}) ends at {:.0}; `ebb hold {} --target {} --for 1h --reason TEXT` makes another",
        hold.target, hold.until, look.stack, hold.target
    );
    Some(notice(look, NoticeKind::HoldEnding, format!("{} {}", look.stack, hold.until), now, text))
}

/// Returns the notification of a pause for idleness that comes soon.
fn idle_soon(look: &Look, now: Timestamp) -> Option<Notice> {
    let (since, limit) = (look.idle.since?, look.idle_limit?);
    let at = since.checked_add(limit).ok()?;
    if look.decision.target != Target::Running || at.duration_since(now) > BEFORE_PAUSE || limit <= BEFORE_PAUSE {
        return None;
    }
    let text = format!(
        "nothing called it since {since:.0}; it is paused at {at:.0} unless something does, or \
         `ebb hold {} --target running --for 2h --reason TEXT` keeps it",
        look.stack
    );
    Some(notice(look, NoticeKind::Idle, format!("{} {since}", look.stack), now, text))
}

/// Returns the notification of the last deed of a roll-out.
fn of_rollout(look: &Look, now: Timestamp) -> Option<Notice> {
    let rollout = look.document.rollout.as_ref()?;
    let last = rollout.log.last()?;
    let id = format!("{} {} {}", look.stack, last.at, last.what);
    Some(notice(look, NoticeKind::Rollout, id, now, format!("roll-out of {}: {}", rollout.of, last.what)))
}

/// Returns the notification of rules of budgets, of spikes, or of a bill that cannot be read: all together, so that each is said once.
fn of_budgets(look: &Look, kind: NoticeKind, events: &[(String, String)], now: Timestamp) -> Option<Notice> {
    let (ids, texts): (Vec<_>, Vec<_>) = events.iter().cloned().unzip();
    let id = format!("{} {}", look.stack, ids.join(", "));
    (!ids.is_empty()).then(|| notice(look, kind, id, now, texts.join("; ")))
}
