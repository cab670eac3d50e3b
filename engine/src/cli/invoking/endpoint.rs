//! The endpoint that is invoked, by the record.

use std::collections::BTreeSet;

use serde::Deserialize as _;
use serde_json::Value;

use crate::cli::components::only_flags;
use crate::cli::error::{CommandError, CommandErrorKind};
use ebbtide::aws::sagemaker::{Endpoint, EndpointConfig, InferenceComponent};
use ebbtide::plan::Target;
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, Resolved, Resource as _, component_of};

/// An endpoint that can be invoked.
#[derive(Clone, Debug)]
pub(in crate::cli) struct InvokedEndpoint {
    pub(in crate::cli) address: Address,
    /// Its name in AWS.
    pub(in crate::cli) name: String,
    /// Whether it takes requests into a queue.
    pub(in crate::cli) is_asynchronous: bool,
    /// The inference components that it hosts: their addresses, and their names in AWS.
    components: Vec<(Address, String)>,
}

/// Returns the words that name the endpoints of a record: components and addresses.
pub(in crate::cli) fn endpoint_names(document: &StateDocument) -> Vec<String> {
    let all: BTreeSet<&str> = document.resources.keys().map(Address::name).collect();
    let found = of_kind(document, Endpoint::KIND);
    found.flat_map(|(address, _)| [component_of(address, &all).to_owned(), address.to_string()]).collect()
}

/// Returns the endpoint that a word names: its address, its component, or its name in the stack or in AWS; the only one without a word.
pub(in crate::cli) fn endpoint(
    stack: &str,
    document: &StateDocument,
    word: Option<&str>,
) -> Result<InvokedEndpoint, CommandError> {
    let all: BTreeSet<&str> = document.resources.keys().map(Address::name).collect();
    let known: Vec<(&Address, &ResourceRecord)> = of_kind(document, Endpoint::KIND).collect();
    let shown = || known.iter().map(|(address, _)| component_of(address, &all).to_owned()).collect::<Vec<_>>();
    let is_named = |address: &Address, record: &ResourceRecord, word: &str| {
        let names = [address.name(), component_of(address, &all), name_of(record)];
        address.to_string() == word || names.contains(&word)
    };
    let found: Vec<_> = match word {
        Some(word) => known.iter().filter(|(address, record)| is_named(address, record, word)).collect(),
        None => known.iter().collect(),
    };
    let (address, record) = match (found.as_slice(), word) {
        ([one], _) => **one,
        ([], Some(word)) => return Err(CommandError::unknown("endpoint", word, &shown())),
        ([], None) => {
            let message = format!("{stack} has no endpoint");
            return Err(CommandError::new(CommandErrorKind::Refused, message));
        }
        (several, _) => {
            let names: Vec<String> = several.iter().map(|(address, _)| address.to_string()).collect();
            let message = format!("there are several endpoints: {}", names.join(", "));
            let hint = format!("name one of them: `ebb invoke {stack} {} …`", names[0]);
            return Err(CommandError::new(CommandErrorKind::Usage, message).hint(hint));
        }
    };
    if record.is_asleep() {
        let (message, hint) = match document.target {
            Target::Paused => {
                (format!("{address} is asleep: {stack} is paused"), format!("`ebb resume {stack}` brings it back"))
            }
            Target::Running | Target::Destroyed => {
                let only = only_flags(document.asleep.get(component_of(address, &all)));
                (format!("{address} is asleep"), format!("`ebb resume {stack}{only}` brings it back"))
            }
        };
        return Err(CommandError::new(CommandErrorKind::Refused, message).hint(hint));
    }
    let name = name_of(record).to_owned();
    let hosted =
        of_kind(document, InferenceComponent::KIND).filter(|(_, record)| record.inputs["endpoint"] == name.as_str());
    let components = hosted.map(|(address, record)| (address.clone(), name_of(record).to_owned())).collect();
    let is_asynchronous = config(document, record).is_some_and(|config| config.async_inference.is_some());
    Ok(InvokedEndpoint { address: address.clone(), name, is_asynchronous, components })
}

impl InvokedEndpoint {
    /// Returns the name in AWS of the inference component that a request is for: the one that a word names, or the only one. `None` for an
    /// endpoint that hosts none.
    pub(in crate::cli) fn component(&self, word: Option<&str>) -> Result<Option<&str>, CommandError> {
        let is_named = |(address, name): &&(Address, String)| {
            word.is_none_or(|word| address.to_string() == word || address.name() == word || name == word)
        };
        let found: Vec<_> = self.components.iter().filter(is_named).collect();
        let known = || self.components.iter().map(|(address, _)| address.name().to_owned()).collect::<Vec<_>>();
        match (found.as_slice(), word) {
            ([(_, name)], _) => Ok(Some(name)),
            ([], None) => Ok(None),
            ([], Some(_)) if self.components.is_empty() => {
                let message = format!("{} hosts no inference component of this stack", self.address);
                Err(CommandError::new(CommandErrorKind::Usage, message).hint("leave out `--component`"))
            }
            ([], Some(word)) => Err(CommandError::unknown("inference component", word, &known())),
            (_, _) => {
                let message = format!("{} hosts several inference components: {}", self.address, known().join(", "));
                Err(CommandError::new(CommandErrorKind::Usage, message).hint("name one of them with `--component`"))
            }
        }
    }
}

fn of_kind<'a>(
    document: &'a StateDocument,
    kind: &'static str,
) -> impl Iterator<Item = (&'a Address, &'a ResourceRecord)> {
    document.resources.iter().filter(move |(address, _)| address.kind() == kind)
}

fn name_of(record: &ResourceRecord) -> &str {
    record.inputs.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn config(document: &StateDocument, record: &ResourceRecord) -> Option<EndpointConfig<Resolved>> {
    let mut configs = record.depends_on.iter().filter(|address| address.kind() == EndpointConfig::KIND);
    configs.find_map(|address| EndpointConfig::deserialize(&document.resources.get(address)?.inputs).ok())
}
