//! The log groups of a stack.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::error::{CommandError, CommandErrorKind};
use ebbtide::aws::logs::LogGroup;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Registry, Resource as _, component_of};

/// A log group, and the resources that write into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct LogSource {
    pub(in crate::cli) group: String,
    /// The component of the first address.
    pub(in crate::cli) component: String,
    /// The resources that write into it, and last the declared log group itself.
    addresses: Vec<Address>,
}

impl LogSource {
    /// Returns the resource that the events are of.
    pub(in crate::cli) fn address(&self) -> Option<&Address> {
        self.addresses.first()
    }
}

/// Returns the log groups that the recorded resources write into, those of a paused stack included.
pub(in crate::cli) fn sources(kinds: &Registry, document: &StateDocument) -> Vec<LogSource> {
    let mut groups: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    for (address, record) in &document.resources {
        let identity = document.scope.identity(&document.lineage, address, record.generation);
        let found = kinds.get(address.kind()).and_then(|kind| kind.log_groups(&identity, &record.inputs).ok());
        for group in found.into_iter().flatten() {
            groups.entry(group).or_default().push(address.clone());
        }
    }
    let names: BTreeSet<&str> = document.resources.keys().map(Address::name).collect();
    let one = |(group, mut addresses): (String, Vec<Address>)| {
        addresses.sort_by_key(|address| address.kind() == LogGroup::KIND);
        let component = addresses.first().map(|address| component_of(address, &names).to_owned()).unwrap_or_default();
        LogSource { group, component, addresses }
    };
    groups.into_iter().map(one).collect()
}

/// Returns the words that name sources: components and addresses.
pub(in crate::cli) fn log_names(sources: &[LogSource]) -> Vec<String> {
    let components = sources.iter().map(|source| source.component.clone());
    let addresses = sources.iter().flat_map(|source| &source.addresses).map(Address::to_string);
    let names: BTreeSet<String> = components.chain(addresses).collect();
    names.into_iter().collect()
}

/// Returns those of a component, or of the resource of an address.
pub(in crate::cli) fn chosen(
    sources: Vec<LogSource>,
    document: &StateDocument,
    word: &str,
) -> Result<Vec<LogSource>, CommandError> {
    let named = |source: &LogSource| {
        let is_address = |address: &Address| address.to_string() == word;
        source.component == word || source.addresses.iter().any(is_address)
    };
    let (found, others): (Vec<LogSource>, Vec<LogSource>) = sources.into_iter().partition(named);
    if !found.is_empty() {
        return Ok(found);
    }
    let mut known: Vec<String> = others.iter().map(|source| source.component.clone()).collect();
    known.sort();
    known.dedup();
    let names: BTreeSet<&str> = document.resources.keys().map(Address::name).collect();
    let exists = |address: &Address| address.to_string() == word || component_of(address, &names) == word;
    if document.resources.keys().any(exists) {
        let message = format!("{word} has no log group");
        let error = CommandError::new(CommandErrorKind::Refused, message);
        return Err(match known.is_empty() {
            true => error,
            false => error.hint(format!("those with log groups: {}", known.join(", "))),
        });
    }
    known.extend(others.iter().flat_map(|source| &source.addresses).map(Address::to_string));
    Err(CommandError::unknown("component or resource with logs", word, &known))
}
