//! Recovery: a run that was cut off is settled by looking, never by asking.

use crate::engine::apply::Access;
use crate::engine::providers::Implementation;
use std::collections::{BTreeMap, BTreeSet};

use tokio::task::JoinSet;

use crate::engine::apply::rate_limit::Pace;
use crate::engine::apply::retry::Retry;
use crate::engine::apply::{Event, Failure};
use crate::engine::providers::DynProvider;
use crate::engine::sdk::{Context, Error, Showing};
use crate::plan::{Operation, OperationKind, Plan};
use crate::record::{Entry, Outcome, Progress, Snapshot, replay};
use crate::resource::{Address, Readiness, resolve};

/// Settles the open run of a document: applies its journal, and asks `find` for every creation that was begun and of which
/// the journal does not know the end. Deletions and updates need no look here: the next observation shows what became
/// of them. Answers whether there was an open run.
pub(super) async fn recover(
    snapshot: &mut Snapshot,
    progress: &[Progress],
    access: &Access,
    sink: &(dyn Fn(Event) + Sync),
) -> Result<bool, Failure> {
    let Some(run) = snapshot.run.take() else { return Ok(false) };
    sink(Event::Recovering { command: run.command.clone(), by: run.by.clone(), started: run.started });
    let (mut settled, mut begun) = (BTreeSet::new(), BTreeSet::new());
    for line in progress {
        replay(snapshot, &run.plan, line);
        match line.outcome {
            Outcome::Begun => drop(begun.insert(line.operation)),
            Outcome::Remembered { .. } => {}
            Outcome::Accepted { .. } | Outcome::Ready { .. } | Outcome::Gone => drop(settled.insert(line.operation)),
        }
    }
    let creates = |operation: &&Operation| {
        let creates = matches!(operation.operation, OperationKind::Create | OperationKind::Replace);
        creates && !settled.contains(&operation.id) && (begun.contains(&operation.id) || !run.tells_begun)
    };
    // What was begun had all that it refers to, so that none of these refers to another one.
    let mut looks = JoinSet::new();
    for operation in run.plan.operations.iter().filter(creates) {
        // When it was asked for last is not noted: it may have been tried again until the very end.
        if let Some(look) = Look::new(snapshot, operation, access)? {
            looks.spawn(look.look());
        }
    }
    let mut found = BTreeMap::new();
    while let Some(looked) = looks.join_next().await {
        // A look that panicked takes the command with it: the run stays open.
        let (id, outcome) = looked.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
        found.insert(id, outcome);
    }
    for (id, outcome) in found {
        settle(snapshot, &run.plan, &run.plan.operations[id], outcome, sink);
    }
    Ok(true)
}

/// Records what was found of an operation.
fn settle(
    snapshot: &mut Snapshot,
    plan: &Plan,
    operation: &Operation,
    found: Option<(String, Outcome)>,
    sink: &(dyn Fn(Event) + Sync),
) {
    let address = operation.address.clone();
    let Some((id, outcome)) = found else {
        return sink(Event::Recovered { address, finding: "was not created".to_owned() });
    };
    let remembered = snapshot.resources.get(&address).and_then(|entry| entry.remembered.clone());
    replay(snapshot, plan, &Progress { run: String::new(), operation: operation.id, outcome, took: None });
    if let Some(entry) = snapshot.resources.get_mut(&address) {
        // It may lack what comes after the create call, so the next plan looks at it once more.
        entry.pending = true;
        entry.remembered = remembered;
    }
    sink(Event::Recovered { address, finding: format!("was created: {id}") });
}

/// A look for what a creation may have made.
struct Look {
    operation: usize,
    address: Address,
    kind: Implementation,
    context: Context,
    inputs: serde_json::Value,
    showing: Showing,
}

impl Look {
    /// `None` for what cannot have been begun: it refers to something that never came to be.
    fn new(snapshot: &Snapshot, operation: &Operation, access: &Access) -> Result<Option<Self>, Failure> {
        let address = operation.address.clone();
        let (inputs, unknown) = resolve(&operation.inputs, &|reference| snapshot.output(reference));
        let missing = |other: &Address| snapshot.resources.get(other).is_none_or(Entry::is_asleep);
        if !unknown.is_empty() || operation.dependencies.iter().any(missing) {
            return Ok(None);
        }
        let kind = access.implementation(&address)?;
        let context = access.context(&snapshot.scope, &address, operation.generation);
        Ok(Some(Self { operation: operation.id, address, kind, context, inputs, showing: access.showing }))
    }

    /// The operation, and what is there of it; looked for as long as AWS may take to show it.
    async fn look(self) -> Result<(usize, Option<(String, Outcome)>), Failure> {
        let failed = |operation| {
            let address = self.address.clone();
            move |error| Failure::Resource { address, operation, error }
        };
        let mut pauses = self.showing.pauses();
        loop {
            if let Some(id) = self.find().await.map_err(failed("find"))?
                && let Some(outcome) = self.read(&id).await.map_err(failed("read"))?
            {
                return Ok((self.operation, Some((id, outcome))));
            }
            let Some(pause) = pauses.next() else { return Ok((self.operation, None)) };
            tokio::time::sleep(pause).await;
        }
    }

    async fn find(&self) -> Result<Option<String>, Error> {
        let (pace, mut retry) = (Pace::default(), Retry::looking(self.showing));
        loop {
            match self.kind.provider.find(&self.context, &self.inputs).await {
                Err(error) if retry.look_again(&pace, self.kind.name(), &error).await => {}
                found => return found,
            }
        }
    }

    async fn read(&self, id: &str) -> Result<Option<Outcome>, Error> {
        let (pace, mut retry) = (Pace::default(), Retry::looking(self.showing));
        let observed = loop {
            match self.kind.provider.read(&self.context, id, &self.inputs).await {
                Err(error) if retry.look_again(&pace, self.kind.name(), &error).await => {}
                read => break read?,
            }
        };
        Ok(observed.map(|observed| {
            let id = id.to_owned();
            match observed.readiness {
                Readiness::Ready => Outcome::Ready { id, inputs: observed.inputs, outputs: observed.outputs },
                _ => Outcome::Accepted { id, inputs: observed.inputs },
            }
        }))
    }
}
