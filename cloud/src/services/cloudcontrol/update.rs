//! UpdateResource.

use serde_json::Value;

use super::failure::Failure;
use super::request::Operation;
use super::resource::Resource;
use super::schema::{Facts, breaches, find, path};
use super::start::{Start, check_alone, output};
use super::template::Scope;
use super::{identifier, known, model, patch, references, rules, tokens};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// UpdateResource.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let facts = find(text(input, "TypeName"))?;
    facts.check_handler("update")?;
    if let Some(event) = tokens::replayed("UpdateResource", input, context)? {
        return Ok(event);
    }
    let asked = text(input, "Identifier");
    let found = identifier::find(context.own, facts, asked, context.now_ms)?;
    let resource = found.ok_or_else(|| identifier::not_found(facts, asked))?;
    check_alone(facts, &resource.identifier, context)?;
    let known = known::of(&facts.type_name);
    let live = model::shown(facts, known, &resource.model);
    let mut desired = patch::applied(facts, &live, text(input, "PatchDocument"))?;
    for kept in known.kept {
        if let Some(value) = resource.model.get(kept) {
            path::set_missing(&mut desired, kept, value);
        }
    }
    for merged in known.merged {
        let pointer = format!("/{merged}");
        let before = resource.model.pointer(&pointer).cloned().unwrap_or_default();
        for (key, entry) in before.as_object().into_iter().flatten() {
            path::set_missing(&mut desired, &format!("{merged}/{key}"), entry);
        }
        if let Some(entries) = before.as_array() {
            path::set_missing(&mut desired, merged, &Value::Array(Vec::new()));
            let present = desired.pointer_mut(&pointer).and_then(Value::as_array_mut);
            present.into_iter().for_each(|present| model::add_missing_keys(present, entries));
        }
    }
    let found = breaches(facts, &desired);
    if !found.is_empty() {
        // A required property that is write-only is missing as well, unless the patch has it (cloudformation-coverage-roadmap#2205).
        return Err(invalid(format!("Model validation failed ({})", found.join("\n"))));
    }
    let failure = match Failure::denied(context) {
        Some(denied) => Some(denied),
        None => failure(facts, &resource, &desired, context)?,
    };
    // Tags are no part of a revision, or of the instant of the last update.
    let desired = if differs_in_tags_alone(facts, &live, &desired) {
        desired
    } else {
        model::renewed(known, desired, &Scope::of(context, &Value::Null))
    };
    let start = Start {
        call: "UpdateResource",
        input,
        facts,
        operation: Operation::Update,
        identifier: resource.identifier.clone(),
        model: &resource.model,
        named: true,
        made: true,
        desired: failure.is_none().then_some(desired),
        failure,
    };
    Ok(output(&start.begin(context)?))
}

fn differs_in_tags_alone(facts: &Facts, live: &Value, desired: &Value) -> bool {
    let Some(tags) = facts.tag_property() else { return false };
    let without = |model: &Value| {
        let mut model = model.clone();
        path::remove(&mut model, tags);
        model
    };
    live != desired && without(live) == without(desired)
}

/// Returns the failure of the handler.
fn failure(
    facts: &Facts,
    resource: &Resource,
    desired: &Value,
    context: &CallContext<'_>,
) -> Result<Option<Failure>, Fault> {
    let known = known::of(&facts.type_name);
    let live = model::shown(facts, known, &resource.model);
    let fixed = facts.conditional_create_only_properties.iter().filter(|property| is_fixed(facts, &live, property));
    let fixed: Vec<String> = fixed.cloned().collect();
    let changed = model::differing(&fixed, &live, desired);
    if !changed.is_empty() {
        let message = format!("{} cannot be updated in place", changed.join(", "));
        return Ok(Some(Failure::new("NotUpdatable", message)));
    }
    let given = model::given(facts, desired);
    if let Some(failure) = references::missing(facts, known, &given, context)? {
        return Ok(Some(failure));
    }
    for property in known.unique {
        let value = &desired[*property];
        let others = Resource::with(context.own, &facts.type_name, property, value, i64::MAX)?;
        if others.iter().any(|other| other.identifier != resource.identifier) {
            return Ok(Some(Failure::exists(&facts.type_name, value.as_str().unwrap_or_default())));
        }
    }
    rules::broken(&facts.type_name, desired, Some(resource), context)
}

/// Returns whether the handler does not change the value of a property that is create-only under conditions. Schemas do not say
/// the conditions. Here values that are there are fixed, as are the keys of a table, the bus of a rule, and the encryption of a
/// domain once it is on; but not those of databases, most of which change in place.
fn is_fixed(facts: &Facts, live: &Value, property: &str) -> bool {
    let present = path::values(live, property);
    facts.type_name != "AWS::RDS::DBInstance" && present.first().is_some_and(|value| **value != Value::Bool(false))
}
