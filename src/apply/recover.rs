//! Recovery: a run that was cut off is settled by looking, never by asking.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::observe::context;
use super::pace::Pace;
use super::patience::Retry;
use super::{Event, Failure};
use crate::aws::{Aws, Context};
use crate::plan::{Operation, OperationKind, Plan, PlanError};
use crate::resource::{Error, Kind, Observed, Readiness, kind};
use crate::stack::resolve;
use crate::state::{Entry, Outcome, Progress, Snapshot, replay};

/// Settles the open run of a document: applies its journal, and asks `find` for every creation of which the journal
/// does not know the end. Deletions and updates need no look here: the next observation shows what became of them.
/// Answers whether there was an open run.
pub(super) async fn recover(
    snapshot: &mut Snapshot,
    progress: &[Progress],
    aws: &Arc<Aws>,
    sink: &(dyn Fn(Event) + Sync),
) -> Result<bool, Failure> {
    let Some(run) = snapshot.run.take() else { return Ok(false) };
    sink(Event::Recovering { command: run.command.clone(), by: run.by.clone(), started: run.started });
    let mut settled = BTreeSet::new();
    for line in progress {
        replay(snapshot, &run.plan, line);
        if !matches!(line.outcome, Outcome::Remembered { .. }) {
            settled.insert(line.operation);
        }
    }
    // One after the other in the plan's order: what an operation refers to was settled before it.
    for operation in run.plan.operations.iter().filter(|operation| !settled.contains(&operation.id)) {
        if matches!(operation.operation, OperationKind::Create | OperationKind::Replace) {
            look_for(snapshot, &run.plan, operation, aws, sink).await?;
        }
    }
    Ok(true)
}

async fn look_for(
    snapshot: &mut Snapshot,
    plan: &Plan,
    operation: &Operation,
    aws: &Arc<Aws>,
    sink: &(dyn Fn(Event) + Sync),
) -> Result<(), Failure> {
    let address = &operation.address;
    let (inputs, unknown) = resolve(&operation.inputs, &|reference| snapshot.output(reference));
    // What refers to something that never came to be was not begun itself: completions are made durable before
    // anything that depends on them begins.
    let depends_on_missing =
        operation.dependencies.iter().any(|other| snapshot.resources.get(other).is_none_or(Entry::is_asleep));
    if !unknown.is_empty() || depends_on_missing {
        return Ok(());
    }
    let kind = kind(address.kind()).ok_or_else(|| PlanError::UnknownKind(address.clone()))?;
    let context = context(aws, &snapshot.scope, address, operation.generation);
    let failed = |operation| move |error| Failure::Resource { address: address.clone(), operation, error };
    let pace = Pace::default();
    let mut retry = Retry::looking();
    let found = loop {
        match kind.find(&context, &inputs).await {
            Err(error) if retry.look_again(&pace, kind, &error).await => {}
            found => break found.map_err(failed("find"))?,
        }
    };
    let finding = match found {
        None => "was not created".to_owned(),
        Some(id) => match read(kind, &context, &id, &inputs, &pace).await.map_err(failed("read"))? {
            None => "was not created".to_owned(),
            Some(observed) => {
                let finding = format!("was created: {id}");
                let outcome = if observed.readiness == Readiness::Ready {
                    Outcome::Ready { id, inputs: observed.inputs, outputs: observed.outputs }
                } else {
                    Outcome::Accepted { id, inputs: observed.inputs }
                };
                let remembered = snapshot.resources.get(address).and_then(|entry| entry.remembered.clone());
                replay(snapshot, plan, &Progress { run: String::new(), operation: operation.id, outcome, took: None });
                if let Some(entry) = snapshot.resources.get_mut(address) {
                    // It may lack what comes after the create call, so the next plan looks at it once more.
                    entry.pending = true;
                    entry.remembered = remembered;
                }
                finding
            }
        },
    };
    sink(Event::Recovered { address: address.clone(), finding });
    Ok(())
}

/// Reads, and tries again what passes with time.
async fn read(
    kind: &dyn Kind,
    context: &Context,
    id: &str,
    inputs: &Value,
    pace: &Pace,
) -> Result<Option<Observed>, Error> {
    let mut retry = Retry::looking();
    loop {
        match kind.read(context, id, inputs).await {
            Err(error) if retry.look_again(pace, kind, &error).await => {}
            read => return read,
        }
    }
}
