//! The resources that exist at one instant: as declared, as recorded, after a plan, or while paused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Rates;
use crate::plan::{Effect, Operation, Plan, Purpose};
use crate::record::StateDocument;
use crate::resource::{Address, Billing, Charge, OnPause, Persistence, Registry, dependencies};
use crate::stack::Declarations;

/// The bounds between which AWS varies the number of instances by itself, by variant.
type Bounds = BTreeMap<String, (u32, u32)>;

/// The resources that exist at one instant.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    resources: BTreeMap<Address, Existing>,
    /// Earlier generations that still exist.
    deposed: Vec<(Address, u32, Existing)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Existing {
    inputs: Value,
    /// The resources that it refers to.
    refers: BTreeSet<Address>,
    /// Whether it was not seen ready yet.
    pending: bool,
}

impl Existing {
    /// Creates a resource with references in its inputs.
    fn declared(inputs: &Value) -> Self {
        Self { refers: dependencies(inputs), inputs: inputs.clone(), pending: false }
    }
}

impl Standing {
    /// Returns the resources of a declared stack that runs.
    pub fn declared(declarations: &Declarations) -> Self {
        let resources = declarations.resources.iter();
        let resources = resources.map(|(address, one)| (address.clone(), Existing::declared(&one.inputs))).collect();
        Self { resources, deposed: Vec::new() }
    }

    /// Returns the recorded resources that exist: those that are asleep do not.
    pub fn recorded(document: &StateDocument) -> Self {
        let mut standing = Self::default();
        for (address, record) in &document.resources {
            if !record.is_asleep() {
                let mut refers = dependencies(&record.declaration());
                refers.extend(record.depends_on.iter().cloned());
                let existing = Existing { inputs: record.inputs.clone(), refers, pending: record.pending };
                standing.resources.insert(address.clone(), existing);
            }
            let deposed = record.deposed.iter().map(|deposed| {
                let existing =
                    Existing { inputs: deposed.inputs.clone(), refers: deposed.depends_on.clone(), pending: false };
                (address.clone(), deposed.generation, existing)
            });
            standing.deposed.extend(deposed);
        }
        standing
    }

    /// Returns the recorded resources that exist before a plan: without those that it found missing.
    pub fn before(document: &StateDocument, plan: &Plan) -> Self {
        let mut standing = Self::recorded(document);
        let missing = plan.operations.iter().filter(|o| matches!(o.effect, Effect::Create(_) | Effect::Forget));
        missing.for_each(|operation| drop(standing.resources.remove(&operation.address)));
        standing
    }

    /// Returns the resources that exist once a plan is carried out.
    pub fn after(document: &StateDocument, plan: &Plan) -> Self {
        let mut standing = Self::before(document, plan);
        // What an earlier plan left is still there, unless it is deleted or brought back. A job that is run again leaves its result.
        for operation in plan.operations.iter().filter(|operation| matches!(operation.effect, Effect::Replace(_))) {
            let old = standing.resources.remove_entry(&operation.address);
            let generation = document.resources.get(&operation.address).map_or(0, |record| record.generation);
            standing.deposed.extend(old.map(|(address, existing)| (address, generation, existing)));
        }
        let ends = |operation: &Operation| operation.creates() || operation.deletion().is_some();
        standing.deposed.retain(|(address, generation, _)| {
            let mut own = plan.operations.iter().filter(|operation| operation.address == *address);
            !own.any(|operation| operation.generation == *generation && ends(operation))
        });
        for operation in &plan.operations {
            match &operation.effect {
                Effect::Create(upsert) | Effect::Update(upsert) | Effect::Replace(upsert) => {
                    standing.resources.insert(operation.address.clone(), Existing::declared(&upsert.inputs));
                }
                Effect::Delete(deletion) if deletion.purpose == Purpose::Supersede => {}
                Effect::Delete(_) | Effect::Forget => drop(standing.resources.remove(&operation.address)),
            }
        }
        standing
    }

    /// Returns the resources that are the same in another standing, so that their bills are.
    pub(super) fn same_as(&self, other: &Self) -> BTreeSet<Address> {
        let is_deposed =
            |address: &Address| self.deposed.iter().chain(&other.deposed).any(|(other, ..)| other == address);
        let same = self
            .resources
            .iter()
            .filter(|(address, one)| other.resources.get(*address) == Some(*one) && !is_deposed(address));
        same.map(|(address, _)| address.clone()).collect()
    }

    /// Returns the resources that stay while the stack is paused, with their inputs then.
    #[must_use]
    pub fn paused(&self, kinds: &Registry) -> Self {
        let mut standing = self.clone();
        standing.resources.retain(|address, existing| {
            let kind = kinds.get(address.kind());
            // A kind that cannot be asked is paused as the planner does it.
            let persistence = kind.as_ref().map_or(Persistence::Durable, |kind| kind.info().persistence);
            let default = match persistence {
                Persistence::Durable => OnPause::Keep,
                Persistence::Ephemeral => OnPause::Delete,
            };
            match kind.and_then(|kind| kind.paused(&existing.inputs).ok()).unwrap_or(default) {
                OnPause::Keep => true,
                OnPause::Delete => false,
                OnPause::Reduce(inputs) => {
                    existing.inputs = inputs;
                    true
                }
            }
        });
        standing
    }

    /// Returns the variants whose instances scaling varies, by the name of the resource that lets them vary.
    pub(super) fn scaled(&self, kinds: &Registry) -> BTreeMap<String, Vec<(Address, String)>> {
        let mut scaled: BTreeMap<String, Vec<(Address, String)>> = BTreeMap::new();
        for (address, existing) in &self.resources {
            if let Ok(Billing::Scaling { variant, .. }) = bill(kinds, address, existing) {
                let variants = existing.refers.iter().map(|endpoint| (endpoint.clone(), variant.clone()));
                scaled.entry(address.name().to_owned()).or_default().extend(variants);
            }
        }
        scaled
    }

    /// Returns the charges of the resources.
    pub fn rates(&self, kinds: &Registry) -> Rates {
        let current = self.resources.iter().map(|(address, existing)| (address, existing, false));
        let all = current.chain(self.deposed.iter().map(|(address, _, existing)| (address, existing, true)));
        let bills: Vec<_> = all
            .map(|(address, existing, is_old)| {
                let existing = (existing, is_old);
                (address, existing, bill(kinds, address, existing.0))
            })
            .collect();
        let mut rates = Rates::default();
        let mut conferred: BTreeMap<&Address, (&str, &[Charge], &Bounds)> = BTreeMap::new();
        for (address, _, billing) in &bills {
            if let Ok(Billing::Conferred { to, charges, bounds }) = billing {
                // The current generation comes first; an earlier one is used by none any more, or will soon be.
                conferred.entry(address).or_insert((to, charges, bounds));
            }
        }
        for (address, (existing, is_old), billing) in &bills {
            let own = rates.resources.entry((*address).clone()).or_default();
            match billing {
                Err(reason) => drop(rates.unknown.insert((*address).clone(), reason.clone())),
                Ok(Billing::Unknown) => {
                    let reason = "its kind does not say what AWS bills".to_owned();
                    rates.unknown.insert((*address).clone(), reason);
                }
                Ok(Billing::Free { because }) => drop(rates.free.insert((*address).clone(), because.clone())),
                Ok(Billing::Charges(charges)) => {
                    // A job that has not ended has no result yet that could bill.
                    let is_running =
                        existing.pending && kinds.get(address.kind()).is_some_and(|kind| kind.info().is_job);
                    // An earlier run was paid for.
                    let counts = |charge: &&Charge| if charge.is_once() { !is_old } else { !is_running };
                    own.extend(charges.iter().filter(counts).cloned());
                }
                Ok(Billing::Conferred { to, .. }) => {
                    let because = format!("each {to} that uses it is billed instead");
                    rates.free.insert((*address).clone(), because);
                }
                Ok(Billing::WithConferred { from, charges }) => {
                    own.extend(charges.iter().cloned());
                    let of = |other: &Address| {
                        let (to, charges, bounds) = conferred.get(other)?;
                        (*to == address.kind() && other.kind() == from.as_str()).then_some((*charges, *bounds))
                    };
                    match existing.refers.iter().find_map(of) {
                        Some((charges, bounds)) => {
                            own.extend(charges.iter().cloned());
                            for (variant, bounds) in bounds {
                                let varies = rates.scaling.entry((*address).clone()).or_default();
                                varies.entry(variant.clone()).or_insert(*bounds);
                            }
                        }
                        None => {
                            let reason =
                                format!("this stack has no {from} that it refers to, which determines its bill");
                            rates.unknown.insert((*address).clone(), reason);
                        }
                    }
                }
                Ok(Billing::Scaling { variant, min, max }) => {
                    rates.free.insert((*address).clone(), "AWS bills no scaling, only the instances".to_owned());
                    for scaled in &existing.refers {
                        rates.scaling.entry(scaled.clone()).or_default().insert(variant.clone(), (*min, *max));
                    }
                }
            }
        }
        rates
    }
}

/// Returns the bill of a resource, or why it is not known.
fn bill(kinds: &Registry, address: &Address, existing: &Existing) -> Result<Billing, String> {
    let kind = kinds.get(address.kind()).ok_or_else(|| format!("the kind {} is not known", address.kind()))?;
    kind.billing(&existing.inputs).map_err(|error| error.to_string())
}
