//! Resources that a plan would create, and that look like recorded ones under other addresses.

use std::collections::BTreeSet;

use serde_json::Value;

use super::PlanError;
use crate::plan::{Effect, Kept, Plan, Purpose, Reason};
use crate::record::{ResourceRecord, StateDocument};
use crate::resource::{Address, Registry, readdress};

/// A resource that a plan would create although it looks like a recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    /// The recorded address, which the plan deletes or keeps.
    pub old: Address,
    /// The address that the plan creates.
    pub new: Address,
}

/// Returns the resources that a plan creates with the given name, or with the inputs, of one of the same kind that it deletes
/// or keeps. References to other resources count as equal if those are of one kind.
pub fn renamings(plan: &Plan, document: &StateDocument, kinds: &Registry) -> Vec<Renaming> {
    let mut candidates = candidates(plan, document);
    let mut found = Vec::new();
    for by_name in [true, false] {
        for operation in &plan.operations {
            let (Effect::Create(upsert), Reason::New) = (&operation.effect, &operation.reason) else { continue };
            let new = &operation.address;
            if found.iter().any(|renaming: &Renaming| renaming.new == *new) {
                continue;
            }
            let is_alike = |(old, record): &(&Address, &ResourceRecord)| {
                let same_name = shares_name(new, &upsert.inputs, record, kinds);
                old.kind() == new.kind()
                    && if by_name { same_name } else { anywhere(&upsert.inputs) == anywhere(&record.declaration()) }
            };
            if let Some(index) = candidates.iter().position(is_alike) {
                let (old, _) = candidates.remove(index);
                found.push(Renaming { old: old.clone(), new: new.clone() });
            }
        }
    }
    found.sort_by(|one, other| one.old.cmp(&other.old));
    found
}

/// Refuses a plan that creates a resource with the name of one that it keeps, or that stays as it was declared before, for the reason
/// given: AWS would refuse one of them, now or when the other is created again.
pub(super) fn refuse_taken_names<'a>(
    plan: &'a Plan,
    staying: impl Iterator<Item = (&'a Address, &'a str)>,
    document: &StateDocument,
    kinds: &Registry,
) -> Result<(), PlanError> {
    let exists = |kept: &&Kept| document.resources.get(&kept.address).is_some_and(|record| !record.is_asleep());
    let kept = plan.kept.iter().filter(exists).map(|kept| (&kept.address, kept.reason.as_str()));
    for (old, reason) in kept.chain(staying) {
        let Some(record) = document.resources.get(old) else { continue };
        let takes = |new: &Address, inputs: &Value| {
            new.kind() == old.kind() && new != old && shares_name(new, inputs, record, kinds)
        };
        for operation in plan.operations.iter().filter(|operation| operation.creates()) {
            if operation.upsert().is_some_and(|upsert| takes(&operation.address, &upsert.inputs)) {
                let (old, new) = (old.clone(), operation.address.clone());
                return Err(PlanError::NameTaken { old, new, kept: reason.to_owned() });
            }
        }
    }
    Ok(())
}

/// Returns the recorded resources that a plan deletes for good, or keeps.
fn candidates<'a>(plan: &Plan, document: &'a StateDocument) -> Vec<(&'a Address, &'a ResourceRecord)> {
    let removed = plan
        .operations
        .iter()
        .filter(|operation| operation.deletion().is_some_and(|deletion| deletion.purpose == Purpose::Remove));
    let leaving: BTreeSet<&Address> =
        removed.map(|operation| &operation.address).chain(plan.kept.iter().map(|kept| &kept.address)).collect();
    document.resources.iter().filter(|(address, record)| leaving.contains(address) && !record.is_asleep()).collect()
}

/// Returns whether declared inputs give a resource the name that a recorded one has.
fn shares_name(new: &Address, inputs: &Value, record: &ResourceRecord, kinds: &Registry) -> bool {
    let Some(kind) = kinds.get(new.kind()) else { return false };
    let Some(field) = &kind.info().unique_name_field else { return false };
    let name = inputs.get(field).and_then(Value::as_str);
    name.is_some() && name == record.inputs.get(field).and_then(Value::as_str)
}

/// Returns declared inputs whose references name a kind only.
fn anywhere(inputs: &Value) -> Value {
    readdress(inputs, &|address| Address::new(address.kind(), "any").ok())
}
