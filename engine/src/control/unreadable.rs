//! Records that cannot be read: each fault is said once. The record cannot keep that it was said, so a note beside the state does.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::controller::{Connected, Controller};
use super::notify::{NOTICE_FORMAT, Notice, NoticeKind};
use super::report::StackReport;
use super::say::tell;
use crate::environment::Clients;
use crate::state::{Backend, Commit, StateError, Version};

/// The format of the note.
const FORMAT: u32 = 1;

/// The note: the faults that were said, by stack. A fault is kept as a hash, so that the note needs no encryption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    format: u32,
    faults: BTreeMap<String, String>,
}

/// Says that the record of a stack cannot be read, unless that was said. Returns why something was not received.
pub(super) async fn say(controller: &Controller, report: &StackReport, connected: &Connected) -> Vec<String> {
    if !has_listeners(controller) {
        return Vec::new();
    }
    let own = match connected.get() {
        Some(connection) => Some(connection.clients.clone()),
        None => controller.environment.state_clients().await.ok().flatten(),
    };
    let message = report.message.as_deref().unwrap_or("it cannot be read");
    let fault = fingerprint(message);
    let insert = |faults: &mut BTreeMap<String, String>| {
        faults.insert(report.stack.clone(), fault.clone()).as_ref() != Some(&fault)
    };
    let mut known = read(place(controller, own.as_ref()).as_ref()).await.map(|(note, _)| note.faults);
    if known.as_mut().is_ok_and(|faults| !insert(faults)) {
        return Vec::new();
    }
    let notice = notice(controller, report, message, &fault);
    let aws = match controller.notifier.needs_aws() {
        true => controller.connection(connected).await.ok().map(|connection| &connection.clients.aws),
        false => None,
    };
    let mut unsent = tell(controller, &notice, aws).await;
    if let Err(error) = change(controller, own.as_ref(), insert).await {
        unsent.push(format!("no note shows that it was said, so it may be said again: {error}"));
    }
    unsent
}

/// Forgets the faults of records that can be read again, so that their next fault is said.
pub(super) async fn forget(controller: &Controller, reports: &[StackReport], clients: Option<&Clients>) {
    if !has_listeners(controller) {
        return;
    }
    let faulty = reports.iter().filter(|report| report.look.is_none());
    let still: BTreeSet<&String> = faulty.map(|report| &report.stack).collect();
    let changed = change(controller, clients, |faults| {
        let before = faults.len();
        faults.retain(|stack, _| still.contains(stack));
        faults.len() < before
    });
    // It is tried again with the next look.
    let _ = changed.await;
}

fn has_listeners(controller: &Controller) -> bool {
    controller.notifier.has_receivers() || controller.environment.notify().stdout
}

fn place(controller: &Controller, clients: Option<&Clients>) -> Box<dyn Backend> {
    controller.environment.state_place_with(clients).notes(controller.environment.name())
}

/// Changes the note under its lock, if `change` finds something to change. Returns whether it did.
async fn change(
    controller: &Controller,
    clients: Option<&Clients>,
    change: impl Fn(&mut BTreeMap<String, String>) -> bool,
) -> Result<bool, StateError> {
    let backend = place(controller, clients);
    let (mut note, _) = read(backend.as_ref()).await?;
    if !change(&mut note.faults) {
        return Ok(false);
    }
    let mut session = backend.acquire(controller.owner()).await?;
    let changed = async {
        let (mut note, version) = read(backend.as_ref()).await?;
        if !change(&mut note.faults) {
            return Ok(false);
        }
        let bytes = serde_json::to_vec(&note).map_err(|error| StateError::inconsistent(backend.location(), error))?;
        session.commit(Commit { bytes: &bytes, replaces: version.as_ref(), keep_as: None }).await.map(|_| true)
    };
    let changed = changed.await;
    session.release().await;
    changed
}

/// Reads the note. One that cannot be understood counts as empty, and is replaced.
async fn read(backend: &dyn Backend) -> Result<(Note, Option<Version>), StateError> {
    let stored = backend.document().await?;
    let note = stored.as_ref().and_then(|stored| serde_json::from_slice::<Note>(&stored.bytes).ok());
    let note = note.filter(|note| note.format == FORMAT).unwrap_or(Note { format: FORMAT, faults: BTreeMap::new() });
    Ok((note, stored.map(|stored| stored.version)))
}

fn fingerprint(message: &str) -> String {
    digest(&SHA256, message.as_bytes()).as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn notice(controller: &Controller, report: &StackReport, message: &str, fault: &str) -> Notice {
    let environment = controller.environment.name();
    Notice {
        format: NOTICE_FORMAT,
        id: format!("{} {fault}", report.stack),
        kind: NoticeKind::Unreadable,
        environment: environment.to_owned(),
        stack: report.stack.clone(),
        target: None,
        at: (controller.clock)(),
        text: format!(
            "{} in {environment}: nothing looks after it, since its record cannot be read: {message}",
            report.stack
        ),
        reason: "the record cannot be read".to_owned(),
        hint: report.hint.clone(),
    }
}
