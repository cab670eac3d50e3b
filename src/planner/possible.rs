//! The dependencies that resources may have besides those recorded: an update that was cut off may have been made, and a
//! reference may have been set from outside.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::{Observation, Observed};
use crate::record::StateDocument;
use crate::resource::Address;

/// The dependencies that resources may have besides those recorded, by dependent.
pub(super) type PossibleDependencies = BTreeMap<Address, BTreeSet<Address>>;

/// Returns the resources whose outputs are in the observed inputs of another one, or in those of an unfinished update, and not
/// in the recorded inputs.
pub(super) fn possible_dependencies(document: &StateDocument, observation: &Observation) -> PossibleDependencies {
    let mut unrecorded: Vec<(&Address, BTreeSet<&str>)> = Vec::new();
    for (address, record) in document.resources.iter().filter(|(_, record)| !record.is_asleep()) {
        let observed = match observation.get(address) {
            Some(Observed::Present(live)) if live.inputs != record.inputs => Some(&live.inputs),
            _ => None,
        };
        let (mut found, mut recorded) = (BTreeSet::new(), BTreeSet::new());
        record.attempted.iter().chain(observed).for_each(|inputs| strings(inputs, &mut found));
        if !found.is_empty() {
            strings(&record.inputs, &mut recorded);
            unrecorded.push((address, &found - &recorded));
        }
    }
    if unrecorded.is_empty() {
        return BTreeMap::new();
    }
    let owners = owners(document);
    let dependencies = unrecorded.into_iter().map(|(address, strings)| {
        let others = strings.into_iter().filter_map(|text| *owners.get(text)?);
        (address.clone(), others.filter(|other| *other != address).cloned().collect())
    });
    dependencies.collect()
}

/// Returns the recorded resources by their ids and outputs; `None` where several have the same output.
fn owners(document: &StateDocument) -> HashMap<&str, Option<&Address>> {
    let mut owners: HashMap<&str, Option<&Address>> = HashMap::new();
    for (address, record) in &document.resources {
        let mut outputs = BTreeSet::new();
        record.deposed.iter().map(|old| &old.outputs).chain([&record.outputs]).for_each(|o| strings(o, &mut outputs));
        for output in outputs {
            owners.entry(output).and_modify(|owner| *owner = None).or_insert(Some(address));
        }
    }
    for (address, record) in &document.resources {
        let ids = record.deposed.iter().map(|old| &old.id).chain(&record.id);
        owners.extend(ids.map(|id| (id.as_str(), Some(address))));
    }
    owners
}

/// Collects the strings in a value.
fn strings<'a>(value: &'a Value, into: &mut BTreeSet<&'a str>) {
    match value {
        Value::String(text) => drop(into.insert(text)),
        Value::Array(members) => members.iter().for_each(|member| strings(member, into)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
