//! References to outputs of resources of any type.

use serde_json::Value;

use super::declared::IDENTIFIER;
use super::name::type_of_kind;
use super::similar::did_you_mean;
use crate::resource::Reference;
use crate::resource::cloud_control::facts;

/// Returns what is wrong with a reference to a resource of any type whose declared inputs these are; `None` if nothing is, or if the facts
/// of the type are not here.
pub fn unknown_output(reference: &Reference, inputs: &Value) -> Option<String> {
    let facts = facts(&type_of_kind(reference.address.kind())?)?;
    let output = reference.output.as_str();
    let outputs = || facts.read_only.iter().chain(&facts.identifier).map(String::as_str).chain([IDENTIFIER]);
    let is_declared = || inputs.get(output).is_some() && facts.properties.contains_key(output);
    if outputs().any(|one| one == output) || is_declared() {
        return None;
    }
    let near = did_you_mean(output, outputs());
    let known =
        if near.is_empty() { format!("; AWS assigns {}", outputs().collect::<Vec<_>>().join(", ")) } else { near };
    Some(format!(
        "refers to `{output}` of {}, which AWS does not assign and the stack does not declare{known}",
        reference.address
    ))
}
