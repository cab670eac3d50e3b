//! Asking AWS whether the record of a stack is still true.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::live::{Difference, LiveView};
use super::resource_status::ResourceStatus;
use super::view::StatusView;
use crate::apply::{Event, Failure, Goal, PlanWithInputs, Shutdown};
use crate::cli::context::{CommandContext, replayed};
use crate::cli::deploy::deployment;
use crate::cli::error::CommandError;
use crate::environment::{Connection, Environment};
use crate::state::StateStore;
use ebbtide::plan::{Plan, Reason, Target};
use ebbtide::planner::Components;
use ebbtide::record::StateDocument;
use ebbtide::resource::Address;

/// Compares the record of a stack with AWS, says how far AWS is with what was not seen ready yet, and counts the instances of its
/// endpoints. Changes nothing.
pub(in crate::cli) async fn compare(
    context: &CommandContext,
    (environment, connection): (&Environment, &Connection),
    state: &StateStore,
    on_event: &(dyn Fn(Event) + Sync),
    status: &mut StatusView,
) -> Result<(), CommandError> {
    let mut live = LiveView { at: Timestamp::now(), ..LiveView::default() };
    let deployment = deployment(context, connection, state, on_event, Shutdown::default(), None);
    if status.resources.iter().any(|resource| resource.status == ResourceStatus::Pending)
        && let Some((document, journal)) = state.read().await?
    {
        let document = replayed(state, document, &journal)?;
        (live.waiting, live.unread) = deployment.waiting(&document).await.map_err(Failure::from)?;
    }
    if let Some(run) = status.run.as_ref().filter(|run| run.at_work) {
        live.not_compared = Some(format!("`ebb {}` by {} is at work on it", run.command, run.by));
    } else if status.serial > 0 && !status.resources.is_empty() {
        let scope = environment.scope(&status.stack, &connection.account);
        let nothing = BTreeSet::new();
        let goal = Goal {
            scope: &scope,
            target: status.target,
            declarations: None,
            include_data: &nothing,
            pushed: None,
            components: Components::default(),
        };
        let PlanWithInputs { plan, document, observed, .. } = deployment.plan_running(goal, &nothing).await?;
        live.differences = differences(&plan, &document);
        live.differences.retain(|one| live.waiting.iter().all(|waiting| waiting.address != one.address));
        live.unread = observed.unread.into_iter().collect();
    }
    let gone: BTreeSet<&Address> = live.differences.iter().filter(|one| one.missing).map(|one| &one.address).collect();
    for endpoint in &mut status.endpoints {
        let found = status.resources.iter().find(|resource| resource.address == endpoint.address);
        let Some(id) = found.and_then(|resource| resource.id.as_deref()) else { continue };
        let Some(kind) = context.providers.get(endpoint.address.kind()) else { continue };
        if gone.contains(&endpoint.address) {
            endpoint.variants.iter_mut().for_each(|variant| variant.instances = variant.instances.map(|_| 0.0));
            continue;
        }
        let Ok(mut counted) = kind.provider.instances(&connection.clients.aws, &[id]).await else {
            // Numbers that AWS does not give stay as they are recorded, without the time of a count.
            continue;
        };
        for (name, count) in counted.remove(id).unwrap_or_default() {
            if let Some(variant) = endpoint.variants.iter_mut().find(|variant| variant.name == name) {
                (variant.instances, variant.counted) = (Some(count), Some(live.at));
            }
        }
    }
    status.live = Some(live);
    Ok(())
}

/// Returns the differences that a plan from the record alone would set right.
fn differences(plan: &Plan, document: &StateDocument) -> Vec<Difference> {
    let mut differences: Vec<Difference> = Vec::new();
    for operation in &plan.operations {
        let awake = document.resources.get(&operation.address).is_some_and(|record| !record.is_asleep());
        let (missing, difference) = match &operation.reason {
            Reason::DeletedOutside => (true, "missing".to_owned()),
            // A destroyed stack has nothing to delete but what is kept.
            Reason::NotWanted if plan.target == Target::Destroyed => continue,
            Reason::Changed { outside: true, .. }
            | Reason::Immutable { outside: true, .. }
            | Reason::Failed(_)
            | Reason::BeingDeleted(_)
            | Reason::NotReadyYet => (false, operation.reason.to_string()),
            _ => continue,
        };
        if awake && differences.iter().all(|one| one.address != operation.address) {
            differences.push(Difference { address: operation.address.clone(), missing, difference });
        }
    }
    differences
}
