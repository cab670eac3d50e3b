//! Recovery: a run that was cut off is settled by looking, never by asking.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::task::JoinSet;
use tracing::{Instrument as _, debug_span};

use super::observe::AT_ONCE;
use super::rate_limit::{CallKind, RateLimiter};
use super::retry::Retry;
use super::{Access, Event, Failure};
use crate::providers::Implementation;
use crate::sdk::{Context, Error, PropagationDelay};
use ebbtide::plan::Operation;
use ebbtide::record::{JournalEntry, JournalEvent, Replay, ResourceRecord, Run, StateDocument};
use ebbtide::resource::{Address, Readiness, resolve};

/// Settles a run that was left open: applies its journal, and asks `find` for every creation that was started and whose end
/// the journal does not know. Deletions and updates need no look: the next observation shows them, and the inputs of unfinished
/// updates are noted for that which no read shows. Returns the entries that the journal lacked.
pub(super) async fn recover(
    document: &mut StateDocument,
    run: &Run,
    journal: &[JournalEntry],
    access: &Access,
    limiter: &Arc<RateLimiter>,
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Vec<JournalEntry>, Failure> {
    on_event(Event::Recovering { command: run.command.clone(), by: run.by.clone(), started: run.started });
    let mut replay = Replay::new(&run.plan);
    let (mut settled, mut started) = (BTreeSet::new(), BTreeSet::new());
    for entry in journal {
        replay.apply(document, entry)?;
        match entry.event {
            JournalEvent::Started => drop(started.insert(entry.operation)),
            JournalEvent::PauseSnapshot { .. } => {}
            JournalEvent::Accepted { .. } | JournalEvent::Ready { .. } | JournalEvent::Deleted => {
                settled.insert(entry.operation);
            }
        }
    }
    let is_open = |operation: &&Operation| {
        let id = &operation.id;
        operation.creates() && !settled.contains(id) && (started.contains(id) || !run.tells_begun)
    };
    // A repaired record has results that its journal has no more.
    let is_recorded = |operation: &Operation| {
        let record = document.resources.get(&operation.address);
        record.is_some_and(|record| record.generation == operation.generation && !record.is_asleep())
    };
    let open = run.plan.operations.iter().filter(is_open);
    let mut open: Vec<&Operation> = open.filter(|operation| !is_recorded(operation)).collect();
    let mut lacking = Vec::new();
    // A creation that was started had everything that it refers to. If the journal lost that, an earlier round finds it.
    while !open.is_empty() {
        let (mut looks, mut later) = (VecDeque::new(), Vec::new());
        for operation in open {
            // The time of the last attempt is not recorded: it may have been made at the very end.
            match Look::new(document, run, operation, access, limiter)? {
                Some(look) => looks.push_back(look),
                None => later.push(operation),
            }
        }
        let found = look_up(looks).await?;
        // The rest refers to resources that were not created.
        open = if found.is_empty() { Vec::new() } else { later };
        for (id, found) in found {
            lacking.extend(settle(document, &mut replay, &run.plan.operations[id], found, on_event)?);
        }
    }
    if run.without_lineage {
        retag_created(document, run);
    }
    // AWS may have accepted them. The journal does not know which of them were begun.
    let unfinished = |operation: &&Operation| !settled.contains(&operation.id);
    run.plan
        .operations
        .iter()
        .filter(unfinished)
        .for_each(|operation| document.note_attempt(run.plan.target, operation));
    Ok(lacking)
}

/// Notes that what a run of an earlier version created has no tag with the lineage.
fn retag_created(document: &mut StateDocument, run: &Run) {
    for operation in run.plan.operations.iter().filter(|operation| operation.creates()) {
        if let Some(record) = document.resources.get_mut(&operation.address).filter(|record| record.id.is_some()) {
            record.retag = true;
        }
    }
}

type Found = Option<(String, JournalEvent)>;

/// Looks for what creations may have made, as many at once as an observation reads. Returns the findings by operation.
async fn look_up(mut waiting: VecDeque<Look>) -> Result<BTreeMap<usize, Found>, Failure> {
    let mut looks = JoinSet::new();
    let mut found = BTreeMap::new();
    loop {
        while looks.len() < AT_ONCE
            && let Some(look) = waiting.pop_front()
        {
            let span = debug_span!("recover", address = %look.address);
            looks.spawn(look.look().instrument(span));
        }
        let Some(looked) = looks.join_next().await else { return Ok(found) };
        // A look that panicked takes the command with it: the run stays open.
        let (id, event) = looked.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
        found.insert(id, event);
    }
}

/// Records what was found of an operation. Returns it as an entry of the journal.
fn settle(
    document: &mut StateDocument,
    replay: &mut Replay<'_>,
    operation: &Operation,
    found: Option<(String, JournalEvent)>,
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Option<JournalEntry>, Failure> {
    let address = operation.address.clone();
    let Some((id, event)) = found else {
        on_event(Event::Recovered { address, finding: "was not created".to_owned() });
        return Ok(None);
    };
    let remembered = document.resources.get(&address).and_then(|record| record.remembered.clone());
    let entry = JournalEntry { run: String::new(), operation: operation.id, event, took: None, at: None };
    replay.apply(document, &entry)?;
    if let Some(record) = document.resources.get_mut(&address) {
        // It may lack what comes after the create call, so the next plan looks at it once more.
        record.pending = true;
        record.remembered = remembered;
    }
    on_event(Event::Recovered { address, finding: format!("was created: {id}") });
    Ok(Some(entry))
}

/// A look for a resource that a creation may have made.
struct Look {
    operation: usize,
    address: Address,
    kind: Implementation,
    context: Context,
    inputs: serde_json::Value,
    propagation: PropagationDelay,
    limiter: Arc<RateLimiter>,
}

impl Look {
    /// Prepares a look; `None` for a creation that cannot have been started, since it refers to a resource that never came
    /// to be.
    fn new(
        document: &StateDocument,
        run: &Run,
        operation: &Operation,
        access: &Access,
        limiter: &Arc<RateLimiter>,
    ) -> Result<Option<Self>, Failure> {
        let Some(upsert) = operation.upsert() else { return Ok(None) };
        let address = operation.address.clone();
        let (inputs, unknown) = resolve(&upsert.inputs, &|reference| document.output(reference));
        let missing = |other: &Address| document.resources.get(other).is_none_or(ResourceRecord::is_asleep);
        if !unknown.is_empty() || upsert.dependencies.iter().any(missing) {
            return Ok(None);
        }
        let kind = access.implementation(&address)?;
        if upsert.version != kind.kind.info().version {
            let hint = format!(
                "use the version of `ebb`, or the program, that started the run; or `ebb state forget {address}` drops it from \
                 the record and leaves it in AWS"
            );
            let message = format!("its creation was started with version {} of its kind", upsert.version);
            return Err(Failure::Resource { address, operation: "find", error: Error::invalid(message).hint(hint) });
        }
        let mut context = access.context(document, &address, operation.generation);
        if run.without_lineage {
            context.identity.lineage = None;
        }
        let propagation = access.propagation;
        Ok(Some(Self {
            operation: operation.id,
            address,
            kind,
            context,
            inputs,
            propagation,
            limiter: Arc::clone(limiter),
        }))
    }

    /// Returns the operation and the resource found for it. Looks for as long as AWS may take to show it.
    async fn look(self) -> Result<(usize, Option<(String, JournalEvent)>), Failure> {
        let failed = |operation| {
            let address = self.address.clone();
            move |error| Failure::Resource { address, operation, error }
        };
        let mut delays = self.propagation.delays();
        loop {
            if let Some(id) = self.find().await.map_err(failed("find"))?
                && let Some(event) = self.read(&id).await.map_err(failed("read"))?
            {
                return Ok((self.operation, Some((id, event))));
            }
            let Some(delay) = delays.next() else { return Ok((self.operation, None)) };
            tokio::time::sleep(delay).await;
        }
    }

    async fn find(&self) -> Result<Option<String>, Error> {
        let find = || self.kind.provider.find(&self.context, &self.inputs);
        Retry::for_reads(self.propagation).attempt(&self.limiter, (self.kind.name(), CallKind::Read), find).await
    }

    async fn read(&self, id: &str) -> Result<Option<JournalEvent>, Error> {
        let read = || self.kind.provider.read(&self.context, id, &self.inputs);
        let mut retry = Retry::for_reads(self.propagation);
        let live = retry.attempt(&self.limiter, (self.kind.name(), CallKind::Read), read).await?;
        Ok(live.map(|live| {
            let id = id.to_owned();
            match live.readiness {
                Readiness::Ready => JournalEvent::Ready { id, inputs: live.inputs, outputs: live.outputs },
                _ => JournalEvent::Accepted { id, inputs: live.inputs },
            }
        }))
    }
}
