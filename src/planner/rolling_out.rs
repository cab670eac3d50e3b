//! A roll-out under way: its share is nobody else's to set, and what it stands on stays.

use std::collections::BTreeSet;

use serde_json::Value;

use super::observation::current_inputs;
use super::{PlanError, Request};
use crate::plan::{Effect, Operation, Plan, Purpose, Target};
use crate::record::StateDocument;
use crate::resource::{Address, KindInfo, Registry, Share};
use crate::rollout::Rollout;

/// Returns inputs with the share that the roll-out gave the new side; `None` if they have it already, or if the share is none of
/// their fields.
pub(super) fn with_share(inputs: &Value, address: &Address, request: &Request<'_>, info: &KindInfo) -> Option<Value> {
    let rollout = request.document.rollout.as_ref().filter(|rollout| rollout.of == *address)?;
    let pointer = pointer(info)?;
    let declared = inputs.pointer(&pointer)?;
    // AWS may have another share for a moment, as after a rollback that nobody recorded yet. No plan raises it.
    let current = current_inputs(request.document.resources.get(address), request.observation.get(address));
    let share = current.pointer(&pointer).cloned().unwrap_or_else(|| f64::from(rollout.percent).into());
    if *declared == share {
        return None;
    }
    let mut inputs = inputs.clone();
    *inputs.pointer_mut(&pointer)? = share;
    Some(inputs)
}

/// Records the share of a roll-out as what the resource that splits the traffic has, beside its declaration.
pub fn record_share(document: &mut StateDocument, kinds: &Registry) {
    let Some(rollout) = &document.rollout else { return };
    let (of, percent) = (rollout.of.clone(), f64::from(rollout.percent));
    let Some(pointer) = kinds.get(of.kind()).and_then(|kind| pointer(kind.info())) else { return };
    let Some(record) = document.resources.get_mut(&of) else { return };
    let declaration = record.declaration();
    if let Some(share) = record.inputs.pointer_mut(&pointer) {
        *share = percent.into();
        record.declare(&declaration);
    }
}

/// Refuses a plan that would take away a side of a roll-out, or what it stands on, before the roll-out is over.
pub(super) fn refuse(plan: &Plan, request: &Request<'_>) -> Result<(), PlanError> {
    let Some(rollout) = request.document.rollout.as_ref().filter(|rollout| rollout.is_under_way()) else {
        return Ok(());
    };
    let needed = needed(rollout, request.document);
    for operation in plan.operations.iter().filter(|operation| needed.contains(&operation.address)) {
        if let Some(change) = taken_away(operation, rollout, request)? {
            let (address, rollout) = (operation.address.clone(), rollout.to_string());
            return Err(PlanError::RollingOut { address, change, rollout });
        }
    }
    Ok(())
}

/// Returns how an operation takes a needed resource away, in words.
fn taken_away(
    operation: &Operation,
    rollout: &Rollout,
    request: &Request<'_>,
) -> Result<Option<&'static str>, PlanError> {
    Ok(match &operation.effect {
        Effect::Delete(deletion) => match deletion.purpose {
            Purpose::Sleep => Some("put to sleep"),
            Purpose::Remove => Some("deleted"),
            // The resource itself is replaced, and that is another operation.
            Purpose::Supersede => None,
        },
        Effect::Replace(_) => Some("replaced"),
        Effect::Forget => Some("forgotten"),
        Effect::Update(_) if request.target != Target::Running => Some("put to sleep"),
        Effect::Update(upsert) if operation.address == rollout.of => {
            let kind = request.kind(&operation.address)?;
            let lost = pointer(kind.info()).filter(|pointer| upsert.inputs.pointer(pointer).is_none());
            lost.map(|_| "left without a second side")
        }
        Effect::Update(_) | Effect::Create(_) => None,
    })
}

/// Returns the resources that a roll-out needs: the one that splits the traffic, its alarms, and all that these depend on.
fn needed<'a>(rollout: &'a Rollout, document: &'a StateDocument) -> BTreeSet<&'a Address> {
    let mut needed = BTreeSet::new();
    let mut waiting: Vec<&Address> = std::iter::once(&rollout.of).chain(&rollout.alarms).collect();
    while let Some(address) = waiting.pop() {
        if needed.insert(address) {
            waiting.extend(document.resources.get(address).into_iter().flat_map(|record| &record.depends_on));
        }
    }
    needed
}

/// Returns the resources of a roll-out that are asleep: while they are, a side of it may serve nobody.
pub fn asleep_sides(document: &StateDocument) -> Vec<&Address> {
    let needed = document.rollout.as_ref().map(|rollout| needed(rollout, document)).unwrap_or_default();
    let is_asleep = |address: &&Address| document.resources.get(address).is_some_and(|record| record.is_asleep());
    needed.into_iter().filter(is_asleep).collect()
}

fn pointer(info: &KindInfo) -> Option<String> {
    match info.share.as_ref()? {
        Share::Field(path) => Some(format!("/{path}")),
        Share::AtRunTime => None,
    }
}
